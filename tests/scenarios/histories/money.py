"""Obeying what is about money: coupons, wallets, things billed once, and papers by hand."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from khata.core.coupon import CouponNotApplicable
from khata.core.credit_note import NothingToCredit
from khata.core.ids import new_id
from khata.core.money import Money
from khata.core.voiding import NotVoidable
from khata.usecases.coupons.apply_coupon import SubscriptionEnded
from khata.usecases.coupons.redeem_codes import CouponAlreadyApplied
from khata.usecases.coupons.remove_discount import DiscountEnded
from khata.usecases.credit_notes.credit_invoice import (
    CreditInvoice,
    NotCreditable,
    credit_invoice,
)
from khata.usecases.invoices.add_invoice_item import (
    AddInvoiceItem,
    NothingWillBill,
    add_invoice_item,
)
from tests.scenarios.funds import gives_up, redeems
from tests.scenarios.histories.coupons import Redeemed
from tests.scenarios.histories.goods import OFFERS
from tests.scenarios.histories.lived import Lived, Refused, refuses
from tests.scenarios.histories.papers import Bill
from tests.scenarios.histories.purse import Grant
from tests.scenarios.invoice import Invoice

# Coupons


def redeem(lived: Lived, code: str) -> None:
    life, offer = lived.life, OFFERS[code]
    refusal: Refused = None
    if life.status == "canceled":
        refusal = SubscriptionEnded
    elif offer.plan not in (None, *(plan for plan, _ in life.items)):
        refusal = CouponNotApplicable
    elif any(one.code == code and not one.over for one in life.redeemed):
        refusal = CouponAlreadyApplied
    ids: list[UUID] = []
    if not refuses(refusal, lambda: ids.append(redeems(lived.subscribed, code))):
        lived.discounts += ids
        life.redeemed.append(Redeemed.of(code, life.today))


def give_up(lived: Lived, n: int) -> None:
    if not lived.discounts:
        return
    n %= len(lived.discounts)
    one = lived.life.redeemed[n]
    refusal = DiscountEnded if one.over else None
    if not refuses(refusal, lambda: gives_up(lived.shop, lived.discounts[n])):
        one.over = True


# Money


def fill(lived: Lived, n: int, amount: int, paid: bool, days: int | None, priority: int) -> None:
    life, wallet = lived.life, lived.wallets[n]
    until = None if days is None else life.today + timedelta(days=days)
    wallet.gets(
        Money(amount, "INR"),
        paid=paid,
        until=None if until is None else str(until),
        priority=priority,
        by_card=life.by_card,
    )
    if paid and not life.by_card:
        lived.asha.transfers(lived.asha.latest_invoice)
    life.purse.grants.append(Grant(n, priority, paid, until, amount))


def item(lived: Lived, amount: int, now: bool) -> None:
    life, at = lived.life, lived.world.now
    ends = life.status == "canceled" or life.cancel_on is not None
    command = AddInvoiceItem(
        lived.shop.tenant,
        new_id(at),
        at,
        lived.asha.id,
        "Once",
        "998314",
        amount,
        "INR",
        subscription_id=None if now else lived.subscribed.id,
        is_now=now,
    )
    refusal = NothingWillBill if ends and not now else None
    tools = lived.world.engine.tools
    if refuses(refusal, lambda: add_invoice_item(command, tools=tools, db=lived.shop.db)):
        return
    if now:
        life.issue([life.once(amount)], [0], of_subscription=False)
    else:
        life.waiting.append(life.once(amount))


def pay(lived: Lived, n: int) -> None:
    invoice, bill = _one(lived, n)
    if bill is not None and invoice is not None and bill.status == "open":
        lived.asha.transfers(invoice)
        bill.settle(bill.owed)


def void(lived: Lived, n: int) -> None:
    invoice, bill = _one(lived, n)
    if bill is None or invoice is None:
        return
    is_owed = bill.status == "open" and not bill.credited
    if not refuses(None if is_owed else NotVoidable, invoice.is_voided):
        bill.status = "void"
        lived.life.purse.take_back(bill)


def credit(lived: Lived, n: int, percent: int | None) -> None:
    """All that is left of an invoice, or so much of what is left of each line."""
    invoice, bill = _one(lived, n)
    if bill is None or invoice is None:
        return
    wanted = [
        (line, line.left if percent is None else line.left * percent // 100) for line in bill.lines
    ]
    wanted = [(line, amount) for line, amount in wanted if amount]
    refusal: Refused = None if wanted else NothingToCredit
    if bill.status == "void":
        refusal = NotCreditable
    elif percent is not None and not wanted:
        return
    ids = lived.shop.rows(
        "select id from invoice_lines where invoice_id = %(id)s order by position",
        id=invoice.id,
    )
    lines = None
    if percent is not None:
        lines = [(ids[bill.lines.index(line)][0], amount) for line, amount in wanted]
    command = CreditInvoice(
        lived.shop.tenant,
        new_id(lived.world.now),
        lived.world.now,
        invoice.id,
        "Goodwill",
        lines,
    )
    if not refuses(refusal, lambda: credit_invoice(command, db=lived.shop.db)):
        lived.life.credit(bill, [line.take(amount) for line, amount in wanted])


def _one(lived: Lived, n: int) -> tuple[Invoice | None, Bill | None]:
    bills = lived.life.bills
    if not bills:
        return None, None
    sold = [one for one in lived.asha.invoices if one.kind != "out_of_scope"]
    return sold[n % len(bills)], bills[n % len(bills)]
