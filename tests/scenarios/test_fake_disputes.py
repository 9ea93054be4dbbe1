"""Stories of disputes with no gateway account: a card whose holder complains, and what is done."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.evidence import Evidence, EvidenceText, Topic
from khata.core.money import Money
from khata.db.reads.disputes import DISPUTES, DisputeView
from khata.db.reads.lists import find
from khata.usecases.disputes.accept_dispute import AcceptDispute, accept_dispute
from khata.usecases.disputes.give_evidence import GiveEvidence, give_evidence
from khata.usecases.disputes.tools import DisputeTools
from tests.scenarios.customer import Customer
from tests.scenarios.february import declined_in_february
from tests.scenarios.payer import Payer
from tests.scenarios.shop import Shop
from tests.scenarios.subscription import Subscribed
from tests.scenarios.world import World, at, inr


def _opened(world: World, **policies: Any) -> tuple[Shop, Customer, Subscribed]:
    """Asha pays 1,180.00 on 10 January, and on the 11th her bank takes it back."""
    shop = world.shop(**policies)
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha", card="tok_disputed")
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro")
    assert asha.latest_invoice.status == "paid"
    world.wait_until(at("2025-01-11", "11:59"))
    assert shop.rows("select 1 from disputes") == []
    world.wait_until(at("2025-01-11", "12:00"))
    return shop, asha, pro


def _dispute(shop: Shop) -> UUID:
    [(id,)] = shop.rows("select id from disputes")
    assert isinstance(id, UUID)
    return id


def _view(shop: Shop) -> DisputeView:
    id = _dispute(shop)
    with shop.db.transaction(shop.tenant) as uow:
        return find(uow.connection, DISPUTES, id)


def _tools(shop: Shop) -> DisputeTools:
    engine = shop.world.engine
    return DisputeTools(shop.db, engine.gateways, engine.files)


def _says(shop: Shop, text: str) -> None:
    evidence = Evidence((EvidenceText(Topic.EXPLANATION, text),), ())
    command = GiveEvidence(shop.tenant, _dispute(shop), shop.world.now, evidence)
    give_evidence(command, tools=_tools(shop))


def _books(shop: Shop) -> list[Money]:
    names = ("gateway_clearing", "disputed_funds", "dispute_fees", "dispute_losses")
    assert shop.books_balance()
    return [shop.balance(name) for name in names]


# 1,180.00 came, of which the gateway kept 2 %, 23.60. The dispute takes 1,180.00 and 15.00 more.
TAKEN = [inr(one) for one in ("-38.60", "1,180.00", "15.00", "0.00")]
WON = [inr(one) for one in ("1,141.40", "0.00", "15.00", "0.00")]  # 1,180.00 − 23.60 − 15.00
LOST = [inr(one) for one in ("-38.60", "0.00", "15.00", "1,180.00")]


def test_it_is_opened_a_day_after_the_payment_and_takes_the_money(world: World) -> None:
    shop, asha, pro = _opened(world)
    view = _view(shop)
    dispute = view.dispute
    assert (dispute.status, dispute.reason, dispute.amount) == (
        "needs_response",
        "fraudulent",
        118_000,
    )
    assert (dispute.opened_at, dispute.due_by) == (at("2025-01-11"), at("2025-01-21"))
    assert not view.has_account
    assert _books(shop) == TAKEN
    assert (asha.latest_invoice.status, pro.status) == ("paid", "active")
    told = "select kind from mails where customer_id is null order by id"
    assert shop.rows(told) == [("dispute_opened",)]
    assert shop.parked == []


@pytest.mark.parametrize(
    ("text", "status", "books"),
    [
        ("winning_evidence", "won", WON),
        ("We say: losing_evidence.", "lost", LOST),
        ("The service was used until yesterday.", "under_review", TAKEN),
    ],
)
def test_the_words_of_an_answer_decide(
    world: World, text: str, status: str, books: list[Money]
) -> None:
    shop, _, _ = _opened(world)
    _says(shop, text)
    assert (_view(shop).dispute.status, _books(shop)) == (status, books)
    if status == "under_review":
        world.wait_until("2025-01-15")
        assert _view(shop).dispute.status == "under_review"
        world.wait_until("2025-01-17")  # five days after the answer the bank has decided
        assert (_view(shop).dispute.status, _books(shop)) == ("lost", LOST)
    assert [one.said_by for one in _view(shop).moves][:2] == ["sweep", "sync"]


def test_giving_in_leaves_the_money_with_the_payer(world: World) -> None:
    shop, _, _ = _opened(world)
    accept_dispute(AcceptDispute(shop.tenant, _dispute(shop), world.now), tools=_tools(shop))
    assert (_view(shop).dispute.status, _books(shop)) == ("lost", LOST)


def test_what_nobody_answers_is_lost_on_its_last_day(world: World) -> None:
    shop, _, pro = _opened(world, on_dispute_lost="cancel")
    world.wait_until(at("2025-01-21", "11:59"))
    assert _view(shop).dispute.status == "needs_response"
    told = "select kind from mails where customer_id is null order by id"
    assert shop.rows(told) == [("dispute_opened",), ("dispute_due",), ("dispute_due",)]
    world.wait_until("2025-01-22")
    assert (_view(shop).dispute.status, _books(shop)) == ("lost", LOST)
    assert pro.status == "canceled"


def test_each_payment_has_a_dispute_of_its_own(world: World) -> None:
    shop, asha, _ = _opened(world)
    _says(shop, "winning_evidence")
    world.wait_until("2025-02-12")  # the renewal of the 10th is disputed, too
    assert shop.rows("select status, amount from disputes order by id") == [
        ("won", 118_000),
        ("needs_response", 118_000),
    ]
    assert [invoice.status for invoice in asha.invoices] == ["paid", "paid"]
    assert shop.rows("select count(*) from gateway_accounts where is_stand_in") == [(1,)]
    assert shop.rows("select count(*) from attempts where ask_at is not null") == [(0,)]


def test_paid_at_the_fake_gateways_page_it_is_heard_of_too(
    world: World, fake_gateway: FakeGateway
) -> None:
    shop, ravi, _ = declined_in_february(world)
    Payer(shop, fake_gateway.payer).pays(ravi.latest_invoice, "tok_disputed")
    assert ravi.latest_invoice.status == "paid"
    world.wait_until(world.now + timedelta(days=1))
    assert _view(shop).dispute.status == "needs_response"
