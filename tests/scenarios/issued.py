"""One document of each kind, issued by a shop: what gives it out again."""

from collections.abc import Callable
from uuid import UUID

from khata.core.credit_note import Settle
from khata.core.ids import new_id
from khata.core.places import Address
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.debit_notes.raise_invoice import RaiseInvoice, raise_invoice
from khata.usecases.documents.give_out_document import GiveOutDocument, give_out_document
from khata.usecases.documents.give_out_note import GiveOutNote, give_out_note
from khata.usecases.documents.give_out_voucher import GiveOutVoucher, give_out_voucher
from khata.usecases.documents.keep_document import GivenOut
from khata.usecases.selling.change_customer import ChangeCustomer, change_customer
from khata.usecases.wallets.refund_advance import RefundAdvance, refund_advance
from tests.scenarios.customer import Customer
from tests.scenarios.funds import Wallet
from tests.scenarios.invoice import Invoice
from tests.scenarios.shop import Shop
from tests.scenarios.vouchers import SAAS
from tests.scenarios.world import inr

Reprint = Callable[[], GivenOut]
Issue = Callable[[Shop], Reprint]


def billed(shop: Shop, buyer: Customer, plan: str = "Pro") -> Invoice:
    buyer.subscribes_to(plan, pays_by="transfer", days_to_pay=30)
    return buyer.latest_invoice


def reprint_of(shop: Shop, invoice: UUID) -> Reprint:
    command = GiveOutDocument(shop.tenant, invoice, shop.world.now)
    return lambda: give_out_document(command, tools=shop.world.engine.tools)


def at_home(shop: Shop) -> Reprint:
    buyer = shop.customer("Asha", gstin="29AABCR1718E1ZL", card=None)
    return reprint_of(shop, billed(shop, buyer).id)


def in_hindi(shop: Shop) -> Reprint:
    buyer = shop.customer("Asha", card=None)
    spoken = ChangeCustomer(shop.tenant, buyer.id, shop.world.now, {"language": "hi"})
    change_customer(spoken, db=shop.db)
    return reprint_of(shop, billed(shop, buyer).id)


def to_a_special_zone(shop: Shop) -> Reprint:
    buyer = shop.customer("Zone", gstin="29AABCR1718E1ZL", sez=True, card=None)
    return reprint_of(shop, billed(shop, buyer).id)


def abroad(shop: Shop) -> Reprint:
    buyer = shop.customer("Jane", country="US", state=None, currency="USD", card=None)
    return reprint_of(shop, billed(shop, buyer).id)


def with_factur_x(shop: Shop) -> Reprint:
    buyer = shop.customer(
        "Firma",
        country="DE",
        state=None,
        currency="EUR",
        vat_id="DE136695976",
        address=Address("Lindenstraße 1", None, "Berlin", "10969"),
        card=None,
    )
    shop.world.wait_until("2025-06-11")  # its number is confirmed by then
    return reprint_of(shop, billed(shop, buyer).id)


def bill_of_supply(shop: Shop) -> Reprint:
    return reprint_of(shop, billed(shop, shop.customer("Meena", card=None), "Relief").id)


def credit_note(shop: Shop) -> Reprint:
    invoice = billed(shop, shop.customer("Asha", card=None))
    note, now = new_id(shop.world.now), shop.world.now
    command = CreditInvoice(
        shop.tenant, note, now, invoice.id, "Service was down", settle=Settle.CREDIT_BALANCE
    )
    credit_invoice(command, db=shop.db)
    give = GiveOutNote(shop.tenant, note, now)
    return lambda: give_out_note(give, tools=shop.world.engine.tools)


def debit_note(shop: Shop) -> Reprint:
    invoice = billed(shop, shop.customer("Asha", card=None))
    [(line,)] = shop.rows("select id from invoice_lines where invoice_id = %(id)s", id=invoice.id)
    note, now = new_id(shop.world.now), shop.world.now
    command = RaiseInvoice(shop.tenant, note, now, invoice.id, "Two more seats", [(line, 10_000)])
    raise_invoice(command, db=shop.db)
    return reprint_of(shop, note)


def receipt_voucher(shop: Shop) -> Reprint:
    buyer = shop.customer("Asha", gstin="29AABCR1718E1ZL")
    Wallet.opened(buyer, tax_code=SAAS).gets(inr("1,180.00"))
    [(voucher,)] = shop.rows("select id from vouchers")
    give = GiveOutVoucher(shop.tenant, voucher, shop.world.now)
    return lambda: give_out_voucher(give, tools=shop.world.engine.tools)


def refund_voucher(shop: Shop) -> Reprint:
    receipt_voucher(shop)
    [(receipt,)] = shop.rows("select id from vouchers")
    now = shop.world.now
    command = RefundAdvance(shop.tenant, new_id(now), now, receipt, 59_000, "Not needed")
    refund_advance(command, db=shop.db)
    [(voucher,)] = shop.rows("select id from vouchers where kind = 'refund_voucher'")
    give = GiveOutVoucher(shop.tenant, voucher, now)
    return lambda: give_out_voucher(give, tools=shop.world.engine.tools)
