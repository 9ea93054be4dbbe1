"""A month of a shop in which every kind of document of GST is given out."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from khata.core.credit_note import Settle
from khata.core.ids import new_id
from khata.core.tax.nature import Nature
from khata.core.tax.parties import ExportRoute
from khata.core.tax.rate_table import Rate
from khata.core.tax.rupees import ExchangeRate
from khata.db.reads.returns import ToldReturn
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.debit_notes.raise_invoice import RaiseInvoice, raise_invoice
from khata.usecases.selling.change_customer import (
    ChangeCustomer,
    CustomerChanges,
    change_customer,
)
from khata.usecases.taxes.add_exchange_rate import AddExchangeRate, add_exchange_rate
from khata.usecases.taxes.add_tax_rate import AddTaxRate, add_tax_rate
from khata.usecases.wallets.refund_advance import RefundAdvance, refund_advance
from tests.scenarios.customer import Customer
from tests.scenarios.filing import the_return
from tests.scenarios.funds import Wallet
from tests.scenarios.revising import registers, revised
from tests.scenarios.shop import Shop
from tests.scenarios.vouchers import SAAS
from tests.scenarios.world import World, inr, usd

MUMBAI, BENGALURU, EMBASSY = "27AAPFU0939F1ZV", "29AABCR1718E1ZL", "0717USA00027UNX"


def shop_of(world: World) -> Shop:
    """A shop that sells whatever GST knows; it is 1 June 2025, the day of its certificate.

    Its first customer was billed in the morning, without tax.
    """
    shop = world.shop("Chai Point", state="Karnataka", registered=False)
    shop.sells("Half", at=inr("500.00"))
    shop.sells("Pro", at=[inr("1,000.00"), usd("100.00")])
    world.today_is("2025-06-01")
    shop.customer("Before").subscribes_to("Pro")
    from_day, certificate = date(2025, 5, 25), date(2025, 6, 1)
    registers(shop, effective_on=from_day, certificate_on=certificate)
    shop.has_lut("AD290325001234X", begins="2025-04-01", ends="2026-03-31")
    shop.sells("Large", at=inr("1,50,000.00".replace(",", "")))
    shop.sells("Books", at=inr("750.00"), tax_nature=Nature.EXEMPT)
    shop.sells("Maps", at=inr("300.00"), tax_nature=Nature.NIL_RATED)
    shop.sells("Fuel", at=inr("400.00"), tax_nature=Nature.NON_GST)
    shop.sells("Guards", at=inr("200.00"), reverse_charge=True)
    # A leased car bears the cess of the car: Notf. 2/2017-Compensation Cess (Rate).
    lease = Rate(
        "997311", Fraction(28), date(2025, 4, 1), None, "Leased cars", "2/2017", Fraction(17)
    )
    add_tax_rate(AddTaxRate(shop.tenant, new_id(world.now), world.now, lease), db=shop.db)
    shop.sells("Car", at=inr("1,000.00"), tax_code="997311")
    # A customer that only exports buys goods as a deemed export: Notf. 48/2017-CT.
    goods = Rate("8471", Fraction(18), date(2025, 4, 1), None, "Computers", "1/2017", Fraction(0))
    add_tax_rate(AddTaxRate(shop.tenant, new_id(world.now), world.now, goods), db=shop.db)
    shop.sells("Computer", at=inr("1,000.00"), tax_code="8471")
    rate = ExchangeRate("USD", date(2025, 5, 30), Decimal("85.50"), "FBIL")
    add_exchange_rate(AddExchangeRate(shop.tenant, new_id(world.now), world.now, rate), db=shop.db)
    return shop


def june(world: World, shop: Shop) -> ToldReturn:
    """Let June happen: one document of every kind at least; return its return."""
    far: dict[str, Any] = {"state": "Maharashtra", "gstin": MUMBAI}
    asha = shop.customer("Asha", gstin=BENGALURU)
    Wallet.opened(asha, tax_code=SAAS).gets(inr("1,180.00"))
    asha.subscribes_to("Half")
    ravi, bela = shop.customer("Ravi", **far), shop.customer("Bela", **far)
    meena = shop.customer("Meena", state="Tamil Nadu")
    abroad = shop.customer("Abroad", country="US", state=None, currency="USD", zone="UTC")
    uin = shop.customer("Embassy", state="Delhi", gstin=EMBASSY)
    zone = shop.customer("Zone", gstin=BENGALURU, sez=True)
    for buyer in (ravi, bela, meena, shop.customer("Home"), abroad, uin, zone):
        buyer.subscribes_to("Pro")
    shop.customer("Mira", gstin=BENGALURU).subscribes_to("Pro", "Books")
    shop.customer("Nila", state="Tamil Nadu").subscribes_to("Books")
    shop.customer("Map").subscribes_to("Maps")
    shop.customer("Pump").subscribes_to("Fuel")
    shop.customer("Driver").subscribes_to("Car")
    shop.customer("Owes", **far).subscribes_to("Guards")
    exporter = shop.customer("Exporter", **far)
    changes: CustomerChanges = {"deemed_export": True}
    change_customer(ChangeCustomer(shop.tenant, exporter.id, world.now, changes), db=shop.db)
    exporter.subscribes_to("Computer")
    large = shop.customer("Large", state="Tamil Nadu", card=None)
    large.subscribes_to("Large", pays_by="invoice", days_to_pay=30)
    never = shop.customer("Never", state="Kerala", card=None)
    never.subscribes_to("Pro", pays_by="invoice", days_to_pay=30)
    never.latest_invoice.is_voided()
    shop.registers(export_route=ExportRoute.WITH_PAYMENT)
    shop.customer("Zone paid", gstin=BENGALURU, sez=True).subscribes_to("Pro")
    paid = shop.customer("Abroad paid", country="US", state=None, currency="USD", zone="UTC")
    paid.subscribes_to("Pro")
    world.wait_until("2025-06-20")
    revised(shop, shop.invoices[0])
    _corrects(shop, ravi, {bela: None, meena: 10_000, abroad: 1_000})
    world.wait_until("2025-06-30")
    return the_return(shop, "2025-06")


def _corrects(shop: Shop, raised: Customer, credited: dict[Customer, int | None]) -> None:
    """Refund 295.00 of Asha's advance, raise one invoice by 250.50 and credit others."""
    now = shop.world.now
    [(voucher,)] = shop.rows("select id from vouchers")
    back = RefundAdvance(shop.tenant, new_id(now), now, voucher, 29_500, "Too much")
    refund_advance(back, db=shop.db)
    of, line = raised.latest_invoice.id, _line_of(shop, raised)
    more = RaiseInvoice(shop.tenant, new_id(now), now, of, "Seats", [(line, 25_050)])
    raise_invoice(more, db=shop.db)
    for who, amount in credited.items():
        lines = None if amount is None else [(_line_of(shop, who), amount)]
        of = who.latest_invoice.id
        down = CreditInvoice(
            shop.tenant, new_id(now), now, of, "Down", lines, Settle.CREDIT_BALANCE
        )
        credit_invoice(down, db=shop.db)


def _line_of(shop: Shop, customer: Customer) -> UUID:
    sql = "select id from invoice_lines where invoice_id = %(id)s"
    [(line,)] = shop.rows(sql, id=customer.latest_invoice.id)
    found: UUID = line
    return found
