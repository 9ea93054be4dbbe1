"""The pages of payouts: what arrived, what is on its way, and what does not agree, in red."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from khata.core.bank_statement import StatementLine
from khata.core.gateway_account import AccountStatus, GatewayAccount
from khata.core.ids import new_id, public_id
from khata.core.settlement import LineKind, SeenSettlement, SettlementLine
from khata.db.transaction import Database
from khata.usecases.settlements.book_settlement import BookSettlement, book_settlement
from khata.usecases.settlements.import_bank_lines import ImportBankLines, import_bank_lines
from tests.dashboard.test_figures import told
from tests.dashboard.test_pages import whole
from tests.dashboard.trading import MISCHIEF, Trade
from tests.dashboard.visitor import form_of
from tests.dashboard.world import PASSWORD, World


@dataclass(frozen=True)
class Payouts:
    """One that arrived, one on its way that does not agree, and one that does not add up."""

    arrived: UUID
    differs: UUID
    broken: UUID
    lines: tuple[str, str]  # of the bank, of the same money as what is on its way

    def pages(self) -> list[str]:
        ids = (self.arrived, self.differs, self.broken)
        return [f"/dashboard/settlements/{public_id('set', id)}" for id in ids]


def payouts_of(world: World, trade: Trade) -> Payouts:
    tenant, db, at = trade.shop.test, world.engine.db, world.now
    account = GatewayAccount(
        new_id(at), "razorpay", "Razorpay India", None, "acc_1", False, AccountStatus.ACTIVE,
        b"", None, 1, at, at,
    )  # fmt: skip
    with db.transaction(tenant) as uow:
        uow.gateway_accounts.add(account)
        row = uow.connection.execute(
            "update attempts set gateway = 'razorpay', gateway_account_id = %s,"
            " gateway_reference = 'pay_DEXrnipqTmWVGE' where status = 'succeeded' returning 1",
            [account.id],
        ).fetchone()
        assert row is not None
    line = SettlementLine(
        "pay_DEXrnipqTmWVGE", LineKind.PAYMENT, "pay_DEXrnipqTmWVGE", 118_000, 2_360, 425
    )
    strange = SettlementLine("adj_1", LineKind.ADJUSTMENT, MISCHIEF, 1_012)
    paid = SeenSettlement("setl_DGlQ1Rj8os78Ec", 115_215, "INR", at, "1568176960vxp0rj", (line,))
    told = [
        paid,
        replace(paid, reference="setl_2", amount=1_012, lines=(strange,)),
        replace(paid, reference="setl_3", amount=1_013, lines=(strange,)),
    ]
    for one in told:
        _book(db, tenant, BookSettlement(account, one, at))
    on = date(2026, 2, 2)
    lines = [
        StatementLine("1", on, 115_215, "INR", "N17", "NEFT RAZORPAY 1568176960vxp0rj"),
        StatementLine("2", on, 1_012, "INR", "", "NEFT RAZORPAY"),
        StatementLine("3", on + timedelta(days=1), 1_012, "INR", "", MISCHIEF),
    ]
    import_bank_lines(ImportBankLines(tenant, "HDFC 0042", lines, at), db=db)
    with db.transaction(tenant) as uow:
        ids: dict[str, UUID] = {
            row[0]: row[1]
            for row in uow.connection.execute("select reference, id from settlements")
        }
        bank: dict[str, UUID] = {
            row[0]: row[1]
            for row in uow.connection.execute("select own_id, id from bank_transactions")
        }
    return Payouts(
        ids["setl_DGlQ1Rj8os78Ec"],
        ids["setl_2"],
        ids["setl_3"],
        (public_id("bt", bank["2"]), public_id("bt", bank["3"])),
    )


def _book(db: Database, tenant: UUID, command: BookSettlement) -> None:
    with db.transaction(tenant) as uow:
        book_settlement(uow, command)


@pytest.fixture
def payouts(world: World, trade: Trade) -> Payouts:
    return payouts_of(world, trade)


def test_the_list_says_what_does_not_agree(trade: Trade, payouts: Payouts) -> None:
    page = trade.owner.get("/dashboard/settlements").text
    whole(page)
    text = told(page)
    assert "setl_DGlQ1Rj8os78Ec Razorpay India" in text
    assert "is of nothing that is known here" in text
    assert "Its lines do not come to its amount: nothing of it is booked." in text
    assert page.count('class="refused"') == 2
    for status, count in (("in_transit", 1), ("in_bank", 1), ("quarantined", 1)):
        found = trade.owner.get(f"/dashboard/settlements?status={status}").text
        assert found.count('data-label="Paid out"') == count


def test_one_that_arrived_has_its_lines_its_bank_line_and_its_books(
    trade: Trade, payouts: Payouts
) -> None:
    """1,180.00 less 23.60 and 4.25: 1,152.15, found by the reference in the bank's words."""
    page = trade.owner.get(payouts.pages()[0]).text
    whole(page)
    text = told(page)
    for seen in ("₹1,180.00", "₹23.60", "₹4.25", "₹1,152.15", "NEFT RAZORPAY 1568176960vxp0rj"):
        assert seen in text
    assert "Cash in transit" in text
    assert "Matched" in text
    assert 'class="refused"' not in page


def test_one_that_does_not_add_up_says_by_how_much(trade: Trade, payouts: Payouts) -> None:
    text = told(trade.owner.get(payouts.pages()[2]).text)
    assert "Its lines come to ₹10.12 and ₹10.13 was paid out." in text
    assert "Nothing of it is booked." in text


def test_a_person_says_which_line_it_is(trade: Trade, payouts: Payouts) -> None:
    path = payouts.pages()[1]
    page = trade.owner.get(path).text
    whole(page)
    assert "<script>alert" not in page
    form = form_of(page)
    answer = trade.owner.post(f"{path}/match", form=form, line=payouts.lines[1])
    assert answer.status_code == 303
    text = told(trade.owner.get(path).text)
    assert "Found by Person" in text
    again = trade.owner.post(f"{path}/match", form=form, line=payouts.lines[0])
    assert again.status_code == 409


def test_a_line_that_is_not_it_is_taken_back(trade: Trade, payouts: Payouts) -> None:
    """1,152.15 go out of the bank's account again, on the same day, and it waits as before."""
    path = payouts.pages()[0]
    page = trade.owner.get(path).text
    form = form_of(page)
    assert "This is not it" in page
    line = re.search(r'name="line" value="(bt_\w+)"', page)
    assert line is not None
    answer = trade.owner.post(f"{path}/unmatch", form=form, line=line[1])
    assert answer.status_code == 303
    page = trade.owner.get(path).text
    whole(page)
    text = told(page)
    assert "No line of the bank's statement is it yet" in text
    assert "Bank Cash in transit ₹1,152.15 Cash in transit Bank ₹1,152.15" in text
    again = trade.owner.post(f"{path}/unmatch", form=form, line=line[1])
    assert again.status_code == 409


def test_another_shops_payouts_do_not_exist(trade: Trade, payouts: Payouts, world: World) -> None:
    stranger = world.visitor()
    stranger.sign_in(world.opens_shop("Other Shop").email, PASSWORD)
    for path in payouts.pages():
        assert stranger.get(path).status_code == 404
    assert "setl_2" not in stranger.get("/dashboard/settlements").text
