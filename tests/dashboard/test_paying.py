"""Paying at a gateway's own page, as a browser without scripts sees it: there, and back."""

from uuid import UUID

import pytest

from khata.core.ids import new_id, parse_id, public_id
from khata.core.mandate import Consent
from khata.core.payment_method import MethodKind
from khata.db.reads.closeup import InvoiceCloseup
from khata.db.stores.visits import Visits
from khata.usecases.tenants.change_account import ChangeAccount, change_account
from khata.usecases.visits.make_payment_link import MakePaymentLink, make_payment_link
from khata.usecases.visits.make_setup_link import MakeSetupLink, make_setup_link
from tests.dashboard.trading import Trade
from tests.dashboard.visitor import Visitor
from tests.dashboard.world import World

BACK = "https://shop.example/thanks?a=b"


def links(
    trade: Trade, world: World, invoice: InvoiceCloseup, *, back: str | None = None
) -> tuple[UUID, str]:
    """A payment link, whose payers are sent back; its id and its path."""
    tenant = trade.shop.test
    policies = {"return_urls": ["https://shop.example"]}
    change_account(
        ChangeAccount(tenant, world.now, {"policies": policies}),
        db=world.engine.db,
        pdf=world.engine.pdf,
    )
    command = MakePaymentLink(tenant, new_id(world.now), world.now, invoice.id, back)
    link = make_payment_link(command, db=world.engine.db)
    return link.id, f"/i/{trade.shop.public_tenant}/{link.token}"


def begins(visitor: Visitor, page: str, kind: str = "card", **fields: str) -> str:
    """Press a button, and return where that leads."""
    answer = visitor.post(f"{page}/visits", kind=kind, **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def at_fake(address: str) -> str:
    return address[address.index("/fake/") :]


def test_a_page_offers_the_ways_and_leads_there_and_back(trade: Trade, visitor: Visitor) -> None:
    page = trade.hosted(trade.declined)
    shown = visitor.get(page)
    assert "Pay by card" in shown.text
    assert "Pay by UPI" in shown.text
    assert "Save it for the renewals (card only)" in shown.text
    assert "form-action 'self' https:" in shown.headers["content-security-policy"]
    keeps = "may keep what you pay with, and collect by it what you owe at renewals."
    assert keeps in shown.text
    assert "may debit up to" in shown.text
    there = at_fake(begins(visitor, page, save="yes"))
    assert trade.declined.number in visitor.get(there).text
    back = visitor.post(there, card="tok_ok")
    assert back.status_code == 303
    thanks = visitor.get(back.headers["location"])
    assert "Thank you" in thanks.text
    assert "saved for the renewals" in thanks.text
    assert "Thank you." in visitor.get(page).text
    assert "/visits" not in visitor.get(page).text


def test_what_was_agreed_to_by_saving_is_kept_as_it_was_shown(
    trade: Trade, visitor: Visitor, world: World
) -> None:
    page = trade.hosted(trade.declined)
    shown = visitor.get(page).text
    begins(visitor, page, save="yes")
    proof = _consent(world, trade)
    assert proof is not None
    assert proof.text.count("Chai Cloud Pvt Ltd may") == 2  # keep it, and debit by the usual terms
    assert "Chai Cloud Pvt Ltd may debit up to ₹15,000.00 from your card" in proof.text
    for sentence in proof.text.split(". "):
        assert sentence.strip(".") in shown
    assert (proof.at, proof.user_agent) == (world.now, "testclient")
    assert proof.address


def test_who_only_pays_has_agreed_to_nothing_more(
    trade: Trade, visitor: Visitor, world: World
) -> None:
    begins(visitor, trade.hosted(trade.declined))
    assert _consent(world, trade) is None


def _consent(world: World, trade: Trade) -> Consent | None:
    with world.engine.db.transaction(trade.shop.test) as uow:
        visits = Visits(uow.connection).open_of([trade.declined.id])
    return visits[trade.declined.id].consent


def test_who_is_declined_is_told_and_tries_another_way(trade: Trade, visitor: Visitor) -> None:
    page = trade.hosted(trade.declined)
    there = at_fake(begins(visitor, page))
    told = visitor.post(there, card="tok_declined")
    assert told.status_code == 400
    assert "was declined" in told.text
    visit = visitor.get(there).text
    assert "selected" not in visit
    name = public_id("vis", UUID(there.rpartition("/")[2]))
    assert "It was declined" in visitor.get(f"{page}/visits/{name}").text
    assert visitor.get(f"{page}/visits/{name}/status").json() == {
        "status": "open",
        "declined": True,
    }


def test_a_upi_code_waits_and_says_when_it_is_paid(trade: Trade, visitor: Visitor) -> None:
    page = trade.hosted(trade.declined)
    code = begins(visitor, page, "upi")
    assert code.endswith("/upi")
    shown = visitor.get(code).text
    assert "<svg" in shown
    assert "upi://pay?" in shown
    assert "data-poll" in shown
    name = code.split("/")[-2]
    assert visitor.get(f"{page}/visits/{name}/status").json()["status"] == "open"
    assert "We are waiting for your bank" in visitor.get(f"{page}/visits/{name}").text
    assert visitor.post(f"/fake/{parse_id('vis', name)}", card="tok_ok").status_code == 303
    assert "has arrived" in visitor.get(f"{page}/visits/{name}").text
    assert visitor.get(f"{page}/visits/{name}/status").json()["status"] == "done"
    assert visitor.get(code).status_code == 303  # there is no code to pay by any more


def test_a_link_leads_back_to_the_seller(trade: Trade, visitor: Visitor, world: World) -> None:
    id, page = links(trade, world, trade.declined, back=BACK)
    there = at_fake(begins(visitor, page))
    back = visitor.get(visitor.post(there, card="tok_ok").headers["location"])
    assert back.status_code == 303
    named = public_id("plink", id)
    assert back.headers["location"] == f"{BACK}&payment_link={named}&status=paid"


def test_what_the_seller_allows_no_more_is_not_gone_to(
    trade: Trade, visitor: Visitor, world: World
) -> None:
    _, page = links(trade, world, trade.declined, back=BACK)
    there = at_fake(begins(visitor, page))
    change = ChangeAccount(trade.shop.test, world.now, {"policies": {"return_urls": []}})
    change_account(change, db=world.engine.db, pdf=world.engine.pdf)
    back = visitor.get(visitor.post(there, card="tok_ok").headers["location"])
    assert back.status_code == 200
    assert "shop.example" not in back.text


def test_a_link_that_is_over_pays_nothing(trade: Trade, visitor: Visitor, world: World) -> None:
    id, page = links(trade, world, trade.declined)
    with world.engine.db.transaction(trade.shop.test) as uow:
        uow.connection.execute("update payment_links set canceled_at = now() where id = %s", [id])
    shown = visitor.get(page).text
    assert "not valid any more" in shown
    assert "<form" not in shown
    assert visitor.post(f"{page}/visits", kind="card").status_code == 409
    assert "Pay by card" in visitor.get(trade.hosted(trade.declined)).text


def test_a_way_to_pay_is_saved_by_its_own_page(
    trade: Trade, visitor: Visitor, world: World
) -> None:
    tenant = trade.shop.test
    command = MakeSetupLink(tenant, new_id(world.now), world.now, trade.declined.customer_id)
    link = make_setup_link(command, db=world.engine.db, gateways=world.engine.gateways)
    page = f"/w/{trade.shop.public_tenant}/{link.token}"
    assert "Save a way to pay" in visitor.get(page).text
    there = at_fake(begins(visitor, page))
    assert "Save a card" in visitor.get(there).text
    back = visitor.post(there, card="tok_ok").headers["location"]
    assert "Saved" in visitor.get(back).text
    assert "There is nothing more to do" in visitor.get(page).text
    assert visitor.post(f"{page}/visits", kind="card").status_code == 409


@pytest.mark.parametrize("kind", ["", "cash", "wallet", "CARD"])
def test_a_way_that_is_not_offered_is_refused(trade: Trade, visitor: Visitor, kind: str) -> None:
    answer = visitor.post(f"{trade.hosted(trade.declined)}/visits", kind=kind)
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text


def test_a_visit_is_seen_only_beneath_its_own_page(
    trade: Trade, visitor: Visitor, world: World
) -> None:
    there = at_fake(begins(visitor, trade.hosted(trade.declined)))
    name = public_id("vis", UUID(there.rpartition("/")[2]))
    for wrong in (
        f"{trade.hosted(trade.paid)}/visits/{name}",
        f"{trade.hosted(trade.declined)}/visits/vis_x",
        f"{trade.hosted(trade.declined)}/visits/{public_id('vis', new_id(world.now))}",
        f"/w/{trade.shop.public_tenant}/{trade.declined.link_token}",
        f"/w/{trade.shop.public_tenant}/x/visits/{name}/status",
        f"/fake/{new_id(world.now)}",
        "/fake/x",
    ):
        assert visitor.get(wrong).status_code == 404, wrong


def test_in_live_mode_the_fake_gateway_is_nowhere(
    trade: Trade, visitor: Visitor, world: World
) -> None:
    page = trade.hosted(trade.declined)
    there = at_fake(begins(visitor, page))
    with world.engine.db.transaction(trade.shop.test) as uow:
        uow.connection.execute("update tenants set livemode = true")
    assert visitor.get(there).status_code == 404
    assert visitor.post(there, card="tok_ok").status_code == 404
    assert "/visits" not in visitor.get(page).text
    assert visitor.post(f"{page}/visits", kind=MethodKind.CARD).status_code == 409
