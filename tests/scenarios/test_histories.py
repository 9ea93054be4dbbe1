"""Any history of a customer is what a simple model says; the long trial lives thousands."""

import os

from hypothesis import HealthCheck, given, note, settings

from tests.scenarios.histories.commands import History, histories
from tests.scenarios.histories.compare import compare, sound
from tests.scenarios.histories.goods import furnished
from tests.scenarios.histories.lived import Lived
from tests.scenarios.histories.obey import obey
from tests.scenarios.world import World

A_FEW = 120
MANY = int(os.environ.get("KHATA_TEST_HISTORIES", A_FEW))
HALF = settings(
    max_examples=MANY // 2,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=MANY == A_FEW,
)


@HALF
@given(history=histories(by_card=True))
def test_any_history_with_a_card_is_what_the_model_says(world: World, history: History) -> None:
    live(world, history)


@HALF
@given(history=histories(by_card=False))
def test_any_history_paid_by_hand_is_what_the_model_says(world: World, history: History) -> None:
    live(world, history)


def live(world: World, history: History) -> None:
    """Live it beside its model, and compare them after every command."""
    world.shops.clear()
    shop = furnished(world)
    note(repr(history))
    lived = Lived.begun(world, shop, history)
    compare(lived)
    for command in history.commands:
        obey(lived, command)
        compare(lived)
    sound(shop)
