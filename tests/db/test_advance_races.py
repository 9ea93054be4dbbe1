"""Many at once: an advance comes once and is taken up once, and its vouchers have no gaps."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.ids import new_id
from khata.core.refusal import Refusal
from khata.core.subscription import CollectionMethod
from khata.core.top_up import TopUp, TopUpCause
from khata.core.wallet import GrantKind, Wallet
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.usecases.billing.renew_due_subscriptions import (
    RenewDueSubscriptions,
    renew_due_subscriptions,
)
from khata.usecases.payments.mark_paid import MarkPaid, Method, mark_paid
from khata.usecases.wallets.expire_credits import ExpireCredits, expire_credits
from khata.usecases.wallets.fill_by_invoice import fill_by_invoice
from khata.usecases.wallets.invoice_top_up import invoice_top_up
from khata.usecases.wallets.refund_advance import RefundAdvance, Way, refund_advance
from tests.db.crowd import at_once
from tests.db.shop import NOON, TOTAL, Shop, noon

MANY = 16


@pytest.fixture
def shop(urls: Urls) -> Iterator[Shop]:
    db, gateway = Database(urls.app, size=MANY + 4), FakeGateway(urls.app)
    yield Shop(db, gateway)
    gateway.close()
    db.close()


def _asked(shop: Shop, customer: UUID, amount: int) -> UUID:
    """The request for an advance, to be paid by transfer."""
    wallet = Wallet(new_id(NOON), customer, "INR", "W", 50, 0, None, None, {}, NOON, "998314")
    top_up = TopUp(
        new_id(NOON),
        wallet.id,
        None,
        GrantKind.PAID,
        amount,
        50,
        None,
        None,
        TopUpCause.ASKED,
        NOON,
    )
    with shop.db.transaction(shop.tenant) as uow:
        uow.wallets.add(wallet)
        by_hand = CollectionMethod.SEND_INVOICE
        asked = invoice_top_up(uow, wallet, top_up, method=by_hand, at=NOON)
    assert asked.invoice_id is not None
    return asked.invoice_id


def _paid(shop: Shop, invoice: UUID) -> str:
    command = MarkPaid(shop.tenant, new_id(NOON), NOON, invoice, Method.BANK_TRANSFER, "UTR 1")
    try:
        mark_paid(command, db=shop.db)
    except Refusal as refusal:
        return type(refusal).__name__
    return "paid"


def _numbers(shop: Shop, kind: str = "receipt_voucher") -> list[int]:
    with shop.db.transaction(shop.tenant) as uow:
        rows = uow.connection.execute(
            "select sequence from vouchers where kind = %s order by sequence", [kind]
        )
        return [row[0] for row in rows]


def _left(shop: Shop) -> tuple[int, int, int]:
    """What is left of all advances, of their tax, and in their wallets."""
    row = shop._row(
        "select (select coalesce(sum(left_total), 0) from vouchers),"
        " (select coalesce(sum(left_amount), 0) from voucher_taxes),"
        " (select coalesce(sum(balance), 0) from wallets)"
    )
    total, tax, balance = (int(value) for value in row)
    return total, tax, balance


def test_a_payment_that_is_recorded_many_times_gives_one_voucher(shop: Shop) -> None:
    asha = shop.subscriber(None)
    invoice = _asked(shop, asha.customer_id, TOTAL)
    got = at_once([partial(_paid, shop, invoice) for _ in range(8)])
    assert sorted(got) == ["InvoiceNotOwed"] * 7 + ["paid"]
    assert _numbers(shop) == [1]
    assert _left(shop) == (TOTAL, 18_000, TOTAL)
    assert shop.balance("advance_tax") == 18_000
    assert len(shop.told("voucher.issued")) == 1


def test_of_many_who_pay_at_once_each_has_a_number_and_none_is_left_out(shop: Shop) -> None:
    asked = [_asked(shop, shop.subscriber(None).customer_id, TOTAL) for _ in range(MANY)]
    assert at_once([partial(_paid, shop, one) for one in asked]) == ["paid"] * MANY
    assert _numbers(shop) == list(range(1, MANY + 1))


class Crash(Exception):
    """The process dies before the commit."""


def _dies_filling(shop: Shop, invoice: UUID) -> None:
    with shop.db.transaction(shop.tenant) as uow:
        uow.invoices.lock(invoice)
        fill_by_invoice(uow, invoice, at=NOON)
        raise Crash


def test_a_crash_before_the_commit_uses_no_number(shop: Shop) -> None:
    asha = shop.subscriber(None)
    invoice = _asked(shop, asha.customer_id, TOTAL)
    with pytest.raises(Crash):
        _dies_filling(shop, invoice)
    assert (_numbers(shop), _left(shop)) == ([], (0, 0, 0))
    assert _paid(shop, invoice) == "paid"
    assert _numbers(shop) == [1]


def test_an_advance_is_invoiced_or_given_back_but_not_both(shop: Shop) -> None:
    """Runs that bill 1,180.00 each, and refunds of all that is left, of 2,950.00."""
    asha = shop.subscriber(None)
    shop._subscribe(asha.customer_id, noon(3, 28))
    assert _paid(shop, _asked(shop, asha.customer_id, 295_000)) == "paid"
    [voucher] = shop._row("select id from vouchers")
    run = RenewDueSubscriptions(shop.tenant, noon(3, 28), noon(3, 28), limit=1)

    def renew() -> str:
        while renew_due_subscriptions(run, db=shop.db).taken:
            pass
        return "renewed"

    def refund() -> str:
        at = noon(3, 28)
        command = RefundAdvance(
            shop.tenant, new_id(at), at, voucher, 100_000, "Not needed", Way.OUTSIDE
        )
        try:
            refund_advance(command, db=shop.db)
        except Refusal as refusal:
            return type(refusal).__name__
        return "given back"

    got = at_once([renew, refund, renew, refund, renew, refund])
    given = got.count("given back")
    total, tax, balance = _left(shop)
    assert total == balance
    assert shop.balance("advance_tax") == tax
    assert shop.balance("wallet_paid") == -balance
    uses = shop._row("select coalesce(sum(amount), 0) from advance_uses")
    assert int(uses[0]) == 295_000 - total
    assert _numbers(shop, "refund_voucher") == list(range(1, given + 1))


def test_an_advance_lapses_once(shop: Shop) -> None:
    asha = shop.subscriber(None)
    assert _paid(shop, _asked(shop, asha.customer_id, TOTAL)) == "paid"
    shop._row("update wallet_grants set expires_at = '2025-03-01' returning 1")
    expire = ExpireCredits(shop.tenant, noon(3, 2))
    got = at_once([partial(expire_credits, expire, db=shop.db) for _ in range(8)])
    assert sorted(got) == [0] * 7 + [1]
    assert _left(shop) == (0, 0, 0)
    assert (shop.balance("advance_tax"), shop.balance("breakage")) == (0, -100_000)


def _overpaid(shop: Shop, invoice: UUID) -> str:
    """Twice 1,180.00 come for an invoice of 1,180.00."""
    command = MarkPaid(
        shop.tenant, new_id(NOON), NOON, invoice, Method.BANK_TRANSFER, "UTR 1", 2 * TOTAL
    )
    try:
        mark_paid(command, db=shop.db)
    except Refusal as refusal:
        return type(refusal).__name__
    return "paid"


def _owes_twice(shop: Shop) -> tuple[UUID, UUID]:
    """A customer with two open invoices, and the policy that keeps a surplus as an advance."""
    shop.decides(over_payment="advance")
    asha = shop.subscriber(None)
    shop._subscribe(asha.customer_id, noon(3, 28))
    run = RenewDueSubscriptions(shop.tenant, noon(3, 28), noon(3, 28), limit=1)
    while renew_due_subscriptions(run, db=shop.db).taken:
        pass
    first, second = shop._row(
        "select (array_agg(id order by id))[1:2] from invoices where status = 'open'"
    )[0]
    return first, second


def test_surpluses_that_come_at_once_open_one_wallet(shop: Shop) -> None:
    """Of two invoices, each recorded four times: two surpluses of 1,180.00, 180.00 of it tax."""
    first, second = _owes_twice(shop)
    got = at_once([partial(_overpaid, shop, one) for one in [first, second] * 4])
    assert sorted(got) == ["InvoiceNotOwed"] * 6 + ["paid"] * 2
    assert shop.count("wallets") == 1
    assert _numbers(shop) == [1, 2]
    assert _left(shop) == (2 * TOTAL, 36_000, 2 * TOTAL)
    assert (shop.balance("wallet_paid"), shop.balance("advance_tax")) == (-2 * TOTAL, 36_000)


def test_a_surplus_given_back_by_many_goes_once(shop: Shop) -> None:
    shop.decides(over_payment="advance")
    asha = shop.subscriber(None)
    assert _overpaid(shop, asha.invoice_id) == "paid"
    [voucher] = shop._row("select id from vouchers")

    def refund() -> str:
        command = RefundAdvance(
            shop.tenant, new_id(NOON), NOON, voucher, TOTAL, "Paid twice", Way.OUTSIDE
        )
        try:
            refund_advance(command, db=shop.db)
        except Refusal as refusal:
            return type(refusal).__name__
        return "given back"

    got = at_once([refund] * 8)
    assert sorted(got) == ["NothingToGiveBack"] * 7 + ["given back"]
    assert _left(shop) == (0, 0, 0)
    assert (shop.balance("bank"), shop.balance("advance_tax")) == (TOTAL, 0)
