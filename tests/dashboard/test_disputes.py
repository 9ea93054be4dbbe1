"""The pages of disputes: the list with its last days, one with its evidence, and what is done."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import Response

from khata.adapters.gateways.desk import GatewayDesk
from khata.core.dispute import DisputeStatus, SeenDispute
from khata.core.ids import new_id, public_id
from khata.core.payment import SaidBy
from khata.dashboard.wording import moment
from khata.usecases.disputes.record_dispute import RecordDispute, record_dispute
from khata.usecases.payments.ask_about_attempts import AskAboutAttempts, ask_about_attempts
from tests.dashboard.test_pages import whole
from tests.dashboard.trading import Trade, Trading
from tests.dashboard.visitor import Visitor, form_of
from tests.dashboard.world import PASSWORD, World
from tests.paper_gateway import PaperDisputes, PaperGateway

PDF = b"%PDF-1.7\n1 0 obj << >> endobj\n"


def disputed(trade: Trade, world: World, **different: Any) -> tuple[UUID, SeenDispute]:
    """The payer of the paid invoice complains; its money came by an account of paper's."""
    with world.engine.db.transaction(trade.shop.test) as uow:
        account = new_id(world.now)
        uow.connection.execute(
            "insert into gateway_accounts (id, gateway, name, livemode, status, credentials,"
            " version, verified_at, created_at) values (%s, 'paper', %s, false, 'active', '', 1,"
            " %s, %s)",
            [account, str(account), world.now, world.now],
        )
        row = uow.connection.execute(
            "update attempts set gateway_account_id = %s, gateway = 'paper'"
            " where invoice_id = %s and status = 'succeeded' returning gateway_reference",
            [account, trade.paid.id],
        ).fetchone()
    assert row is not None
    facts: dict[str, Any] = {
        "reference": "du_1",
        "charge": row[0],
        "amount": 118_000,
        "currency": "INR",
        "status": DisputeStatus.NEEDS_RESPONSE,
        "reason": "product_not_received",
        "opened_at": world.now,
        "phase": "chargeback",
        "due_by": world.now + timedelta(days=7),
        "taken": 118_000,
        "fee": 1_500,
    }
    seen = SeenDispute(**(facts | different))
    command = RecordDispute(trade.shop.test, account, seen, world.now, SaidBy.WEBHOOK)
    dispute = record_dispute(command, db=world.engine.db)
    assert dispute is not None
    return dispute.id, seen


def path_of(id: UUID) -> str:
    return f"/dashboard/disputes/{public_id('dp', id)}"


def posts(trade: Trade, path: str, **fields: str) -> Response:
    form = form_of(trade.owner.get("/dashboard").text)
    return trade.owner.post(path, form=form, **fields)


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> PaperDisputes:
    disputes = PaperDisputes()
    gateway = PaperGateway(None, disputes)  # type: ignore[arg-type]
    monkeypatch.setattr(GatewayDesk, "of", lambda self, name, account: gateway)
    return disputes


def test_an_empty_list_says_so(signed_in: Visitor) -> None:
    answer = signed_in.get("/dashboard/disputes")
    assert answer.status_code == 200
    assert "No payment is disputed." in answer.text


def test_the_list_says_until_when_each_is_to_be_answered(trade: Trade, world: World) -> None:
    id, _ = disputed(trade, world)
    for status, is_there in (("to_answer", True), ("won", False), ("", True)):
        page = trade.owner.get(f"/dashboard/disputes?status={status}").text
        whole(page)
        assert (path_of(id) in page) is is_there
    page = trade.owner.get("/dashboard/disputes").text
    assert moment(world.now + timedelta(days=7), "Asia/Kolkata") in page
    assert "Product not received" in page


def test_one_dispute_shows_its_money_and_takes_evidence(
    trade: Trade, world: World, paper: PaperDisputes
) -> None:
    id, seen = disputed(trade, world)
    paper.stands(seen)
    page = trade.owner.get(path_of(id)).text
    whole(page)
    assert "₹1,180.00" in page
    assert "Withdrawn" in page
    form = {"topic": "receipt", "text": "It was paid & used.", "submit": "no"}
    kept = posts(trade, f"{path_of(id)}/evidence", **form)
    assert kept.status_code == 303
    page = trade.owner.get(path_of(id)).text
    assert "It was paid &amp; used." in page
    assert "Kept here" in page
    assert posts(trade, f"{path_of(id)}/evidence", submit="yes").status_code == 303
    page = trade.owner.get(path_of(id)).text
    assert "At the bank" in page
    assert "Hand all of it in" not in page
    assert [text.text for text in paper.answered[0].texts] == ["It was paid & used."]


def test_what_is_refused_is_said_beside_what_was_typed(
    trade: Trade, world: World, paper: PaperDisputes
) -> None:
    id, seen = disputed(trade, world)
    paper.stands(seen)
    answer = posts(trade, f"{path_of(id)}/evidence", text="", submit="no")
    assert answer.status_code == 400
    assert "Say something, or add a file" in answer.text
    paper.refuses = "At least one document is wanted"
    answer = posts(trade, f"{path_of(id)}/evidence", text="Mine", submit="yes")
    assert (answer.status_code, "At least one document" in answer.text) == (409, True)
    assert ">Mine</textarea>" in answer.text


def test_giving_in_is_a_button(trade: Trade, world: World, paper: PaperDisputes) -> None:
    id, seen = disputed(trade, world)
    paper.stands(seen)
    assert posts(trade, f"{path_of(id)}/accept").status_code == 303
    page = trade.owner.get(path_of(id)).text
    assert "Accept: the payer" not in page
    assert ">Lost</span>" in page


def test_a_form_of_another_site_does_nothing(trade: Trade, world: World) -> None:
    id, _ = disputed(trade, world)
    answer = trade.owner.client.post(f"{path_of(id)}/accept", data={"form": "forged"})
    assert answer.status_code == 403


def test_a_won_dispute_asks_for_nothing(trade: Trade, world: World) -> None:
    id, seen = disputed(trade, world)
    with world.engine.db.transaction(trade.shop.test) as uow:
        row = uow.connection.execute("select account_id from disputes").fetchone()
    assert row is not None
    won = replace(seen, status=DisputeStatus.WON, taken=0)
    record_dispute(
        RecordDispute(trade.shop.test, row[0], won, world.now, SaidBy.SWEEP), db=world.engine.db
    )
    page = trade.owner.get(path_of(id)).text
    whole(page)
    assert "Reinstated" in page
    assert "<textarea" not in page


def test_a_file_goes_with_the_form(trade: Trade, world: World, paper: PaperDisputes) -> None:
    id, seen = disputed(trade, world)
    paper.stands(seen)
    token = form_of(trade.owner.get(path_of(id)).text)
    answer = trade.owner.client.post(
        f"{path_of(id)}/evidence",
        data={"form": token, "topic": "other", "submit": "yes"},
        files={"file": ("use.pdf", PDF, "application/pdf")},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    [file] = paper.answered[0].files
    assert (file.filename, file.content) == ("use.pdf", PDF)


def test_a_dispute_of_the_fake_gateway_is_walked_through(world: World) -> None:
    """No gateway account is there: the card says that its holder complains a day later."""
    shop, owner = world.opens_shop("Ten Minutes"), world.visitor()
    owner.sign_in(shop.email, PASSWORD)
    selling = Trading(world, shop)
    paid = selling.collects(selling.subscribes(selling.customer("Ravi", token="tok_disputed")))
    assert paid.status == "paid"
    assert "No payment is disputed." in owner.get("/dashboard/disputes").text
    world.passes(timedelta(days=1))
    due = AskAboutAttempts(shop.test, world.now)
    ask_about_attempts(due, db=world.engine.db, gateways=world.engine.gateways)
    owner.sign_in(shop.email, PASSWORD)
    listed = owner.get("/dashboard/disputes?status=to_answer").text
    whole(listed)
    [path] = set(re.findall(r"/dashboard/disputes/dp_\w+", listed))
    page = owner.get(path).text
    whole(page)
    assert paid.number in page
    assert "Fraudulent" in page
    form = {"topic": "explanation", "text": "winning_evidence", "submit": "yes"}
    answer = owner.post(f"{path}/evidence", form=form_of(page), **form)
    assert answer.status_code == 303
    page = owner.get(path).text
    assert ">Won</span>" in page
    assert "Reinstated" in page
    assert "No account yet." in owner.get("/dashboard/gateways").text
