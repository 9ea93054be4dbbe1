"""A revised invoice: what a seller sold before its certificate came, with the tax it now owes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from khata.core.charge import Charge
from khata.core.document_kind import DocumentKind
from khata.core.invoice import Invoice, InvoiceStatus, due_on
from khata.core.issuing import Issuing, OneOff, draw_up
from khata.core.numbering import financial_year
from khata.core.policies import Policies
from khata.core.refusal import Kind, Refusal
from khata.core.registration import Registration
from khata.core.subscription import CollectionMethod
from khata.core.succession import last_day_to_revise, may_revise
from khata.core.tax.place_of_supply import Treatment
from khata.core.terms import Terms

_LAW = "CGST Act s.31(3)(a)"


class NotRevisable(Refusal):
    """The law, or what became of the invoice, does not let it be revised."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class Revisable:
    """An invoice as it was issued, as far as revising asks about it.

    `charges` are its lines as they were billed, each after its discounts.
    """

    id: UUID
    number: str
    kind: DocumentKind
    treatment: Treatment
    status: InvoiceStatus
    customer_id: UUID
    subscription_id: UUID | None
    currency: str
    tax_behavior: str
    collection_method: CollectionMethod
    issued_on: date
    due_on: date
    charges: tuple[Charge, ...]
    is_top_up: bool = False
    has_notes: bool = False
    is_being_paid: bool = False
    is_let_go: bool = False  # collecting it was given up, or called off
    buyer_country: str = "IN"  # where the customer was when it was issued
    buyer_state: str | None = None
    buyer_gstin: str | None = None
    buyer_party_id: UUID | None = None
    revised_by: str | None = None  # the number of the invoice that took its place


def check_revisable(
    original: Revisable, successor: Registration | None, *, today: date
) -> Registration:
    """Return who revises an invoice: the registration in whose place it was issued.

    Raises: NotRevisable. Source: CGST Act s.31(3)(a); CGST Rules, rule 53(2).
    """
    _check_document(original)
    number = original.number
    if successor is None:
        raise NotRevisable(
            f"No registration under GST succeeds the one that issued {number}: add it, with "
            f"`succeeds` ({_LAW})",
            param="invoice",
        )
    if not may_revise(successor):
        raise NotRevisable(
            f"{successor.gstin} collects no tax under {successor.scheme}, so there is none to "
            "revise an invoice for (CGST Act s.10(4))",
            param="invoice",
        )
    effective, certificate = successor.effective_on, successor.certificate_on
    if effective is None or certificate is None:
        raise NotRevisable(
            f"Tell from when {successor.gstin} holds, and the day of its certificate ({_LAW})",
            param="invoice",
        )
    if not effective <= original.issued_on <= certificate:
        raise NotRevisable(
            f"{number} is of {original.issued_on}; what may be revised was issued between "
            f"{effective}, from when {successor.gstin} holds, and {certificate}, the day of its "
            f"certificate ({_LAW})",
            param="invoice",
        )
    last = last_day_to_revise(certificate)
    if today > last:
        raise NotRevisable(
            f"Invoices could be revised until {last}, one month from the certificate of "
            f"{certificate}, and it is {today} ({_LAW})",
            param="invoice",
        )
    return successor


def _check_document(original: Revisable) -> None:
    number = original.number
    if original.revised_by is not None:
        raise NotRevisable(f"{number} was revised by {original.revised_by}", param="invoice")
    if original.status not in (InvoiceStatus.OPEN, InvoiceStatus.PAID):
        raise NotRevisable(f"Invoice {number} is {original.status}", param="invoice")
    if original.is_top_up or original.kind is not DocumentKind.INVOICE:
        raise NotRevisable(f"Nothing was sold by {number}", param="invoice")
    if original.treatment is not Treatment.OUT_OF_SCOPE:
        raise NotRevisable(
            f"{number} was issued under a GSTIN: a credit or debit note corrects it "
            "(CGST Act s.34)",
            param="invoice",
        )
    if original.has_notes:
        raise NotRevisable(
            f"A credit note was issued for {number}, and what is left of it cannot be revised: "
            "credit the rest, and bill that anew",
            param="invoice",
        )
    if original.is_being_paid:
        raise NotRevisable(
            f"A payment of {number} is under way: revise it when that has ended", param="invoice"
        )


def revised_invoice(
    original: Revisable,
    by: Registration,
    terms: Terms,
    *,
    id: UUID,
    series: str,
    tax_behavior: str,
    today: date,
    policies: Policies,
    ids: Iterator[UUID],
) -> Invoice:
    """Return the invoice that takes the original's place: the same supply, with its tax.

    `terms` are those of the original's day, so rates and place are of the supply; the number and
    the day of issue are of today. `tax_behavior` says whether the tax comes on top of what was
    billed or is within it. It opens no period: the original did.
    Rounds: as every invoice does. Raises: NotRevisable, where it would bear no tax; what tax
    refuses. Source: CGST Act s.31(3)(a); CGST Rules, rules 35, 53(1), 53(2).
    """
    days = (original.due_on - original.issued_on).days
    if original.collection_method is CollectionMethod.SEND_INVOICE:
        days = days or policies.days_until_due
    under = Issuing(
        OneOff(
            original.customer_id,
            by.id,
            original.collection_method,
            days,
            original.currency,
            tax_behavior,
        ),
        replace(terms, e_invoices=None, above=None),  # rule 48(4) names no revised invoices
        original.issued_on,
        policies,
    )
    drawn = draw_up(original.charges, None, under, ids)
    if not any(row for line in drawn.lines for row in line.taxes):
        raise NotRevisable(
            f"Nothing on {original.number} bears tax, so there is nothing to revise (rule 53(2))",
            param="invoice",
        )
    return replace(
        drawn,
        id=id,
        kind=DocumentKind.REVISED_INVOICE,
        series=series,
        financial_year=financial_year(today, by.country),
        subscription_id=original.subscription_id,
        issued_on=today,
        due_on=due_on(today, days),
        original_id=original.id,
        note_reason=_reason(by),
    )


def _reason(by: Registration) -> str:
    assert by.effective_on is not None, "who revises has told from when it is registered"
    return f"Registered under GST from {by.effective_on.day} {by.effective_on:%b %Y}"


def billed_again(charge: Charge, *, priced: int | None) -> Charge:
    """Return a charge as it is billed again: where it was not as priced, as one sum.

    A discount is inside that: what led to the price says nothing of it.
    """
    if priced == charge.amount:
        return charge
    return replace(charge, quantity=1, unit_amount=charge.amount, priced_quantity=None, basis=None)
