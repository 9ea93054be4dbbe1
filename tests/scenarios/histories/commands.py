"""Random histories: what people do to a subscription and its customer, and how long they wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import strategies as st

from tests.scenarios.histories.goods import FIRST, GOODS, LAST, OFFERS
from tests.scenarios.histories.life import Items

MONTHLY = [name for name, good in GOODS.items() if good.months == 1]
YEARLY = [name for name, good in GOODS.items() if good.months == 12]

Command = tuple[Any, ...]


@st.composite
def item_sets(draw: st.DrawFn) -> Items:
    """Some monthly plans, each once, or yearly ones, in any order."""
    plans = draw(st.sampled_from([MONTHLY, MONTHLY, MONTHLY, YEARLY]))
    chosen = draw(st.lists(st.sampled_from(plans), min_size=1, max_size=3, unique=True))
    return tuple(
        (plan, draw(st.integers(1, 9)) if GOODS[plan].by_the_seat else 1) for plan in chosen
    )


def _command(name: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Command]:
    return st.tuples(st.just(name), *arguments)


DAYS = st.integers(1, 40)
# Now, at the period's end, or after so many days.
WHEN = st.one_of(st.sampled_from(["now", "period_end"]), DAYS)
WAIT = _command("wait", DAYS)
OF_PLANS = st.one_of(
    _command("change", item_sets(), WHEN, st.booleans()),
    _command("change", item_sets(), st.just("now"), st.booleans()),
)
OF_LIFE = st.one_of(
    _command("pause", WHEN, st.one_of(st.none(), DAYS), st.booleans()),
    _command("resume"),
    _command("anchor", st.integers(-45, 45)),
    _command("extend", st.integers(0, 20)),
    _command("end_trial"),
)
OF_ENDS = st.one_of(_command("cancel", WHEN, st.booleans()), _command("keep"))
OF_COUPONS = st.one_of(
    _command("redeem", st.sampled_from(sorted(OFFERS))),
    _command("give_up", st.integers(0, 5)),
)
OF_MONEY = st.one_of(
    _command(
        "fill",
        st.integers(0, 1),  # which wallet
        st.integers(1, 400_000),
        st.booleans(),  # paid or granted
        st.one_of(st.none(), st.integers(0, 60)),
        st.sampled_from([10, 50]),
    ),
    _command("item", st.integers(1, 99_999), st.booleans()),
    _command("pay", st.integers(0, 20)),
    _command("void", st.integers(0, 20)),
    _command("credit", st.integers(0, 20), st.one_of(st.none(), st.integers(1, 100))),
)
# Much time passes, much changes, and few subscriptions end.
COMMANDS = st.one_of(
    *[WAIT] * 6, *[OF_PLANS] * 4, *[OF_LIFE] * 5, *[OF_COUPONS] * 2, *[OF_MONEY] * 3, OF_ENDS
)


@dataclass(frozen=True)
class History:
    """`trial` is in days, none being no trial."""

    start: date
    items: Items
    by_card: bool
    trial: int
    codes: tuple[str, ...]
    commands: tuple[Command, ...]


def histories(*, by_card: bool) -> st.SearchStrategy[History]:
    """Histories of a customer whose card pays at once, or of one who pays by hand or not at all."""
    return st.builds(
        History,
        st.dates(FIRST, LAST),
        item_sets(),
        st.just(by_card),
        st.sampled_from([0, 0, 0, 1, 7, 30]),
        st.lists(st.sampled_from(sorted(OFFERS)), max_size=2, unique=True).map(tuple),
        st.lists(COMMANDS, min_size=6, max_size=16).map(tuple),
    )
