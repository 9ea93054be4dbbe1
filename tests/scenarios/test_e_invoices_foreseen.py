"""Stories of invoices whose e-invoice a portal would refuse: they are not given out.

Law: CGST Rule 48(4) and (5), without an IRN it is no invoice; form GST INV-01 for the bounds.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from khata.core.e_invoice.dated import ExemptClass
from khata.core.e_invoice.declaration import NOT_REQUIRED
from khata.core.e_invoice.foreseen import NoEInvoicePossible, check_e_invoice, foreseen
from khata.core.ids import new_id
from khata.core.places import Address
from khata.db.reads.tax_documents import documents_of
from khata.usecases.debit_notes.raise_invoice import RaiseInvoice, raise_invoice
from khata.usecases.selling.change_customer import (
    ChangeCustomer,
    CustomerChanges,
    change_customer,
)
from khata.usecases.taxes.tell_turnover import TellTurnover, tell_turnover
from tests.scenarios.customer import Customer
from tests.scenarios.portal import Bound, bound_to
from tests.scenarios.world import World, inr, usd

WHOLE = Address("12 Residency Road", None, "Bengaluru", "560025")


@pytest.fixture
def bound(world: World) -> Iterator[Bound]:
    with bound_to(world) as bound:
        yield bound


def lives_at(customer: Customer, address: Address) -> None:
    changes: CustomerChanges = {"address": address}
    shop = customer.shop
    command = ChangeCustomer(shop.tenant, customer.id, shop.world.now, changes)
    change_customer(command, db=shop.db)


def test_a_renewal_waits_for_the_pin_code_and_then_takes_the_next_number(bound: Bound) -> None:
    """Three firms renew on 1 July; one has lost its PIN. 00004 and 00005, then 00006: no gap."""
    world, shop = bound.world, bound.shop
    asha, two, three = bound.firm(), bound.firm("Bela Mills"), bound.firm("Chitra Foods")
    for firm in (asha, two, three):
        firm.subscribes_to("Pro")
    world.wait_until("2025-06-02")
    lives_at(asha, replace(WHOLE, postal_code=None))
    world.wait_until("2025-07-02")
    assert shop.numbers == [f"INV/25-26/0000{n}" for n in (1, 2, 3, 4, 5)]
    assert [len(one.invoices) for one in (asha, two, three)] == [1, 2, 2]
    [(code, reason)] = shop.parked
    assert code == "no_e_invoice_possible"
    assert reason == (
        "The portal would refuse the e-invoice that it needs (CGST rule 48(4)): The PIN code of a "
        "buyer in India is missing (required); mend the PIN code of the customer's address "
        "(address.postal_code)"
    )
    lives_at(asha, WHOLE)
    shop.releases()
    world.wait_until("2025-07-03")
    assert shop.parked == []
    assert asha.latest_invoice.number == "INV/25-26/00006"
    assert [state for _, state, _ in bound.states()] == ["generated"] * 6
    assert shop.books_balance()


@pytest.mark.parametrize(
    ("address", "param", "mended"),
    [
        (Address(None, None, "Bengaluru", "560025"), "BuyerDtls.Addr1", "address.line1"),
        (Address("12 Residency Road", None, None, "560025"), "BuyerDtls.Loc", "address.city"),
        (Address("?", None, "", "560025"), "BuyerDtls.Loc", "address.city"),
        (
            Address("12 Residency Road", None, "Bengaluru", "056002"),
            "BuyerDtls.Pin",
            "address.postal_code",
        ),
    ],
)
def test_a_first_invoice_is_refused_whole(
    bound: Bound, address: Address, param: str, mended: str
) -> None:
    """Nothing is stored of the subscription either: whoever asks can mend it and ask again."""
    shop = bound.shop
    firm = shop.customer("Asha Traders", gstin="29AABCR1718E1ZL", address=address)
    with pytest.raises(NoEInvoicePossible) as refused:
        firm.subscribes_to("Pro")
    assert refused.value.param == param
    assert mended in refused.value.detail
    assert shop.numbers == []
    assert shop.rows("select count(*) from subscriptions") == [(0,)]
    lives_at(firm, WHOLE)
    firm.subscribes_to("Pro")
    assert shop.numbers == ["INV/25-26/00001"]


def test_who_has_to_have_no_e_invoice_is_asked_for_nothing(bound: Bound) -> None:
    """A consumer needs none (Notf. 13/2020-CT), nor does anybody of a seller that is too small."""
    shop = bound.shop
    shop.customer("Someone").subscribes_to("Pro")
    bound.turns_over(50_000_000)  # five crore is not above five crore
    shop.customer("Nowhere Ltd", gstin="29AABCR1718E1ZL").subscribes_to("Pro")
    assert shop.numbers == ["INV/25-26/00001", "INV/25-26/00002"]


def test_the_seller_s_own_address_is_asked_for_too(bound: Bound) -> None:
    firm = bound.firm()
    bound.shop.registers(address=replace(WHOLE, postal_code="0"))
    with pytest.raises(NoEInvoicePossible) as refused:
        firm.subscribes_to("Pro")
    assert refused.value.param == "SellerDtls.Pin"
    assert "the registration's address" in refused.value.detail


def test_a_debit_note_beyond_the_form_is_refused_and_uses_no_number(bound: Bound) -> None:
    shop, now = bound.shop, bound.world.now
    firm = bound.firm()
    firm.subscribes_to("Pro")
    [(line,)] = shop.rows("select id from invoice_lines")
    invoice = firm.latest_invoice

    def raised(paise: int) -> None:
        command = RaiseInvoice(
            shop.tenant, new_id(now), now, invoice.id, "Too little", [(line, paise)]
        )
        raise_invoice(command, db=shop.db)

    with pytest.raises(NoEInvoicePossible):
        raised(100_000_000_000_000)
    assert shop.numbers == ["INV/25-26/00001"]
    raised(100_00)
    assert shop.numbers == ["INV/25-26/00001", "DN/25-26/00001"]


def test_what_is_foreseen_is_what_is_given_out(
    bound: Bound, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At home, between states, with its tax inside, to a zone and abroad: all but the number."""
    world, shop = bound.world, bound.shop
    seen: dict[UUID, Any] = {}

    def noted(invoice: Any, duty: Any) -> None:
        check_e_invoice(invoice, duty)
        facts = duty.facts_of
        seen[invoice.id] = foreseen(
            invoice,
            seller_facts=facts(invoice.seller_party_id),
            buyer=facts(invoice.buyer_party_id),
        )

    monkeypatch.setattr("khata.core.issuing.check_e_invoice", noted)
    shop.sells("Inside", at=inr("1,180.00"), tax_inside=True)
    shop.sells("Seats", at=[inr("99.90"), usd("12.50")], by_the_seat=True)
    far = shop.customer("Far Ltd", state="Maharashtra", gstin="27AABCU9603R1ZN", address=WHOLE)
    zone = shop.customer(
        "Zone Ltd", state="Maharashtra", gstin="27AABCU9603R1ZN", sez=True, address=WHOLE
    )
    abroad = shop.customer(
        "Acme Inc", state=None, country="US", currency="USD", address=Address("1 Main", None, "NYC")
    )
    asha = bound.firm()
    asha.subscribes_to("Inside")
    asha.owes_once("Training", inr("333.33"), now=True)
    far.subscribes_to("Seats", seats=[7])
    zone.subscribes_to("Pro")
    abroad.subscribes_to("Seats", seats=[3])
    world.wait_until("2025-07-02")
    with shop.db.transaction(shop.tenant) as uow:
        issued = documents_of(uow.connection, list(seen))
    assert len(issued) == 9
    for id, document in issued.items():
        assert replace(seen[id], number=document.number) == document
    assert {one.supply for one in issued.values()} == {"intra", "inter", "sez", "export"}
    assert all(one.issued_on >= date(2025, 6, 1) for one in issued.values())


def test_an_invoice_outside_the_portal_declares_that_it_needs_no_irn(
    world: World, bound: Bound
) -> None:
    """Rule 46(s): of a seller above the threshold, what is not registered says so, word by word."""
    shop = bound.shop
    someone, firm, embassy = (
        shop.customer("Someone", card=None),
        bound.firm(),
        shop.customer("Embassy", state="Delhi", gstin="0717USA00027UNX", card=None),
    )
    for one in (someone, firm, embassy):
        one.subscribes_to("Pro", pays_by="invoice", days_to_pay=30)
    assert [one.latest_invoice.document.endorsement for one in (someone, firm, embassy)] == [
        NOT_REQUIRED,
        None,
        NOT_REQUIRED,
    ]
    assert "rule 48, we are not required to prepare an invoice" in NOT_REQUIRED
    bound.connects(exempt_as=ExemptClass.BANK_OR_INSURER)
    bank = bound.firm("Bela Mills")
    bank.subscribes_to("Pro")
    assert bank.latest_invoice.document.endorsement == NOT_REQUIRED
    bound.turns_over(50_000_000)  # five crore is not above five crore
    small = shop.customer("Small")
    small.subscribes_to("Pro")
    assert small.latest_invoice.document.endorsement is None


def test_a_bank_tells_its_registration_and_needs_no_portal(world: World) -> None:
    """Notf. 13/2020-CT: banks need no IRNs; live, above the threshold, without any connection."""
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=inr("1,000.00"))
    world.today_is("2025-06-01")
    with shop.db.transaction(shop.tenant) as uow:
        uow.connection.execute("update tenants set livemode = true")
    now = world.now
    tell_turnover(TellTurnover(shop.tenant, new_id(now), now, "24-25", 60_000_000_00), db=shop.db)
    firm = shop.customer(
        "Asha Traders",
        gstin="29AABCR1718E1ZL",
        address=Address("12 Residency Road", None, "Bengaluru", None),
        card=None,
    )
    with pytest.raises(NoEInvoicePossible):  # it types its IRNs in, by the same form
        firm.subscribes_to("Pro", pays_by="invoice", days_to_pay=30)
    shop.registers(e_invoice_exempt_as=ExemptClass.BANK_OR_INSURER)
    firm.subscribes_to("Pro", pays_by="invoice", days_to_pay=30)
    assert shop.numbers == ["INV/25-26/00001"]
    assert firm.latest_invoice.document.endorsement == NOT_REQUIRED
