"""Routes edited on the page: added, moved, removed, and never over what another has changed."""

import re

import pytest

from khata.core.gateway_account import Route
from khata.core.ids import public_id
from khata.core.payment_method import MethodKind
from khata.usecases.gateways.route_gateway_accounts import (
    RouteGatewayAccounts,
    RoutesChanged,
    route_gateway_accounts,
)
from tests.dashboard.gateways import HOME, Gateways
from tests.dashboard.test_figures import told
from tests.dashboard.test_pages import whole
from tests.dashboard.visitor import Visitor, form_of
from tests.dashboard.world import PASSWORD, Shop, World


@pytest.fixture
def gateways(world: World, shop: Shop) -> Gateways:
    return Gateways(world, shop)


def mark_on(html: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{16})"', html)
    assert found
    return found.group(1)


def rules(gateways: Gateways) -> list[Route]:
    with gateways.db.transaction(gateways.tenant) as uow:
        return list(uow.gateway_accounts.routes())


def press(visitor: Visitor, verb: str, *, seen: str = "", **fields: str) -> tuple[int, str]:
    html = visitor.get(HOME).text
    sent = {"form": form_of(html), "seen": seen or mark_on(html), **fields}
    answer = visitor.post(f"{HOME}/routes/{verb}", **sent)
    return answer.status_code, answer.text


def test_one_is_added_at_the_end(signed_in: Visitor, gateways: Gateways) -> None:
    before = rules(gateways)
    added = {
        "account": gateways.name,
        "currency": "usd",
        "min_amount": "10",
        "max_amount": "1,000.50",
        "country": "us",
        "kind": "card",
        "fallbacks": public_id("ga", gateways.second),
    }
    assert press(signed_in, "add", **added)[0] == 303
    new = Route(gateways.account, "USD", "US", MethodKind.CARD, 1_000, 100_050, (gateways.second,))
    assert rules(gateways) == [*before, new]
    page = signed_in.get(HOME).text
    whole(page)
    assert "from $10.00 below $1,000.50" in told(page)


def test_they_are_moved_and_removed(signed_in: Visitor, gateways: Gateways) -> None:
    first, second = rules(gateways)
    assert press(signed_in, "move", rule="0", to="down")[0] == 303
    assert rules(gateways) == [second, first]
    assert press(signed_in, "move", rule="1", to="up")[0] == 303
    assert rules(gateways) == [first, second]
    for rule, to in (("0", "up"), ("1", "down"), ("9", "up"), ("0", "sideways")):
        assert press(signed_in, "move", rule=rule, to=to)[0] == 303
    assert rules(gateways) == [first, second]
    assert press(signed_in, "remove", rule="0")[0] == 303
    assert rules(gateways) == [second]
    assert press(signed_in, "remove", rule="5")[0] == 303
    assert rules(gateways) == [second]


def test_what_another_has_changed_is_not_written_over(
    signed_in: Visitor, gateways: Gateways
) -> None:
    seen = mark_on(signed_in.get(HOME).text)
    assert press(signed_in, "move", rule="0", to="down")[0] == 303
    before = rules(gateways)
    for verb, fields in (
        ("remove", {"rule": "0"}),
        ("move", {"rule": "0", "to": "down"}),
        ("add", {"account": gateways.name}),
    ):
        code, html = press(signed_in, verb, seen=seen, **fields)
        assert (code, "changed meanwhile" in html) == (409, True), verb
    late = RouteGatewayAccounts(gateways.tenant, [], instead_of=before[:1])
    with pytest.raises(RoutesChanged):
        route_gateway_accounts(late, tools=gateways.world.engine.gateway_tools(gateways.db))
    assert rules(gateways) == before


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"account": ""}, "Choose the account"),
        ({"min_amount": "5"}, "Say of which currency"),
        ({"currency": "XXQ"}, "XXQ"),
        ({"country": "I"}, "two letters"),
        ({"kind": "gold"}, "kind of payment method"),
        ({"currency": "INR", "min_amount": "5.001"}, "not an amount"),
        ({"currency": "INR", "min_amount": "50", "max_amount": "50"}, "no amount from"),
        ({"fallbacks": "self"}, "Each account stands once"),
        ({"account": "ga_nobody"}, "ga_nobody"),
    ],
)
def test_what_is_no_rule_is_refused_and_stays_typed(
    signed_in: Visitor, gateways: Gateways, fields: dict[str, str], words: str
) -> None:
    before = rules(gateways)
    fields = fields | ({"fallbacks": gateways.name} if "fallbacks" in fields else {})
    sent = {"account": gateways.name, **fields}
    code, html = press(signed_in, "add", **sent)
    assert code in (400, 404)
    assert words in told(html)
    assert rules(gateways) == before


def test_nobody_else_edits_them(signed_in: Visitor, gateways: Gateways, world: World) -> None:
    before, seen = rules(gateways), mark_on(signed_in.get(HOME).text)
    for verb in ("add", "move", "remove"):
        sent = {"form": "forged", "seen": seen, "rule": "0", "to": "down"}
        assert signed_in.post(f"{HOME}/routes/{verb}", **sent).status_code == 403
    stranger = world.visitor()
    stranger.sign_in(world.opens_shop("Other Shop").email, PASSWORD)
    form = form_of(stranger.get(HOME).text)
    sent = {"form": form, "seen": seen, "account": gateways.name, "rule": "0"}
    for verb in ("add", "remove"):
        assert stranger.post(f"{HOME}/routes/{verb}", **sent).status_code == 409
    assert rules(gateways) == before
