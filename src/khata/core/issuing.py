"""Issuing: charges become a finished invoice, its entry in the books, and what is told of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from khata.core.advance import paid_by
from khata.core.character import characterize
from khata.core.charge import Charge
from khata.core.coupon import Discount, reductions_on
from khata.core.discounts import Reduction
from khata.core.document_kind import DocumentKind
from khata.core.e_invoice.declaration import with_declaration
from khata.core.e_invoice.foreseen import check_e_invoice
from khata.core.events import Event, InvoiceFinalized, InvoicePaid
from khata.core.invoice import Invoice, InvoiceStatus, Totals, due_on, total_up
from khata.core.ledger.booking import invoice_issued
from khata.core.ledger.posting import Entry
from khata.core.numbering import financial_year
from khata.core.particulars import check_addresses
from khata.core.periods import Period
from khata.core.policies import Policies
from khata.core.subscription import CollectionMethod, Subscription
from khata.core.tax.gst import totals
from khata.core.tax.levy import Levy
from khata.core.tax.national_vat import with_national_vat
from khata.core.tax.place_of_supply import Supply
from khata.core.tax.rate_changes import RateDecision
from khata.core.tax_asking import with_quote
from khata.core.terms import Terms


@dataclass(frozen=True, slots=True)
class OneOff:
    """What an invoice needs to know of its buyer where no subscription is billed."""

    customer_id: UUID
    registration_id: UUID
    collection_method: CollectionMethod
    days_until_due: int
    currency: str
    tax_behavior: str
    id: None = None


@dataclass(frozen=True, slots=True)
class Issuing:
    """Under what an invoice is issued: for whom, by which terms, on which of the tenant's days.

    `discounts` are those of the subscription and its customer; some may not be in force.
    """

    subscription: Subscription | OneOff
    terms: Terms
    today: date
    policies: Policies
    discounts: tuple[Discount, ...] = ()


def draw_up(
    charges: Sequence[Charge], period: Period | None, under: Issuing, ids: Iterator[UUID]
) -> Invoice:
    """Return the invoice of these charges, unstored: also the preview.

    `period` is the period of the subscription that it opens, if it opens one.
    Raises: AddressRequired in live mode, ReverseChargeMixed, VatExchangeRateMissing,
    TaxQuoteNeeded, NoEInvoicePossible, and what tax refuses.
    """
    subscription, terms = under.subscription, under.terms
    steady = terms.rates_are_steady(charges, paid_on=_asked_on(under))
    summed = _summed(charges, period, under, ids, steady=steady)
    if not steady and any(terms.asks_for_advances(one) for one in charges):
        summed = _paid_before(charges, period, under, ids, summed) or summed
    above = terms.beyond(summed.subtotal - summed.discount, subscription.currency)
    if above is not None:
        under = replace(under, terms=above)
        terms, summed = above, _summed(charges, period, under, ids, steady=steady)
    summed, quoted = with_quote(
        summed,
        terms,
        subject=str(subscription.id or subscription.customer_id),
        currency=subscription.currency,
        tax_behavior=subscription.tax_behavior,
        rounding=under.policies.round_off,
    )
    if quoted is not terms:
        terms = quoted
        under = replace(under, terms=terms)
    if terms.livemode:
        check_addresses(
            terms.seller,
            terms.buyer,
            terms.supply,
            taxable=summed.subtotal - summed.discount,
            currency=subscription.currency,
        )
    invoice = _invoice(summed, period, under, next(ids))
    if terms.e_invoices is not None and terms.buyer.may_need_e_invoice:
        check_e_invoice(invoice, terms.e_invoices)
    return invoice


def _paid_before(
    charges: Sequence[Charge],
    period: Period | None,
    under: Issuing,
    ids: Iterator[UUID],
    unpaid: Totals,
) -> Totals | None:
    """Return the sums of an invoice that advances pay in full: their day is that of payment.

    None where they do not. Source: CGST Act s.14 (a)(iii), (b)(iii), and its explanation.
    """
    subscription, terms = under.subscription, under.terms
    held = terms.advances(terms.payer_id or subscription.customer_id, subscription.currency)
    paid_on = paid_by(held, unpaid.total)
    if paid_on is None:
        return None
    summed = _summed(charges, period, under, ids, paid_on)
    return summed if paid_by(held, summed.total) == paid_on else None


def _summed(
    charges: Sequence[Charge],
    period: Period | None,
    under: Issuing,
    ids: Iterator[UUID],
    paid_on: date | None = None,
    *,
    steady: bool = False,
) -> Totals:
    """Return the sums; `paid_on` is when advances came, else it is asked for when it falls due.

    `steady`: no rate changes around it, so none has to be decided.
    """
    rates: Sequence[RateDecision | None] = ()
    if not steady:
        asked_on = paid_on or _asked_on(under)
        rates = [
            under.terms.rate_decision(one, paid_on=asked_on, is_paid=paid_on is not None)
            for one in charges
        ]
    return total_up(
        charges,
        currency=under.subscription.currency,
        tax_behavior=under.subscription.tax_behavior,
        heads_of=under.terms.heads_of,
        rounding=under.policies.round_off,
        ids=ids,
        reductions=_reductions(charges, period, under) if under.discounts else (),
        rates=rates,
    )


def _asked_on(under: Issuing) -> date:
    """Return when an invoice is to be paid: at once where it is charged, else when it is due."""
    if under.subscription.collection_method is CollectionMethod.CHARGE_AUTOMATICALLY:
        return under.today
    return due_on(under.today, under.subscription.days_until_due)


def _reductions(
    charges: Sequence[Charge], period: Period | None, under: Issuing
) -> list[Reduction]:
    """Return what is in force when the period begins, or the part that a change charges for."""
    opens = period is not None
    on = period.start if period is not None else min(one.period.start for one in charges)
    currency = under.subscription.currency
    return reductions_on(under.discounts, on=on, currency=currency, opens_period=opens)


def _invoice(summed: Totals, period: Period | None, under: Issuing, id: UUID) -> Invoice:
    subscription, terms = under.subscription, under.terms
    character = characterize(summed.lines, terms)
    is_bill = character.kind is DocumentKind.BILL_OF_SUPPLY
    rows = (row for line in character.lines for row in line.taxes)
    levy = with_national_vat(
        character.supply.levy, rows, subscription.currency, terms.facts, on=under.today
    )
    supply = _with(levy, character.supply)
    if terms.above is not None:
        supply = with_declaration(supply, character.kind, terms.buyer, terms.above)
    exchange = None
    if terms.seller.gstin is not None:
        exchange = terms.facts.exchange_rate(subscription.currency, under.today)
    return Invoice(
        id=id,
        registration_id=subscription.registration_id,
        series=terms.bill_series if is_bill else terms.series,
        financial_year=financial_year(under.today, terms.seller.country),
        customer_id=terms.payer_id or subscription.customer_id,
        subscription_id=subscription.id,
        collection_method=subscription.collection_method,
        currency=subscription.currency,
        tax_behavior=subscription.tax_behavior,
        lines=character.lines,
        subtotal=summed.subtotal,
        discount=summed.discount,
        tax=summed.tax,
        round_off=summed.round_off,
        total=summed.total,
        issued_on=under.today,
        due_on=due_on(under.today, subscription.days_until_due),
        period=period,
        supply=supply,
        seller_party_id=terms.seller_party_id,
        buyer_party_id=terms.buyer_party_id,
        kind=character.kind,
        exchange=exchange,
    )


def _with(levy: Levy | None, supply: Supply) -> Supply:
    return supply if levy is supply.levy else replace(supply, levy=levy)


def booked(invoice: Invoice, id: UUID) -> Entry | None:
    """Return the entry of an invoice; one of nothing books nothing."""
    return invoice_issued(
        id=id,
        invoice_id=invoice.id,
        on=invoice.issued_on,
        currency=invoice.currency,
        net=invoice.subtotal - invoice.discount,
        taxes=totals(row for line in invoice.lines for row in line.taxes),
        round_off=invoice.round_off,
    )


def told(invoice: Invoice) -> list[Event]:
    """Return what is told of an invoice that was issued: one of nothing is paid at once."""
    events: list[Event] = [
        InvoiceFinalized(
            invoice.id,
            invoice.customer_id,
            invoice.subscription_id,
            invoice.currency,
            invoice.total,
            invoice.collection_method,
            invoice.total - invoice.settled,
        )
    ]
    if invoice.status is InvoiceStatus.PAID:
        events.append(
            InvoicePaid(
                invoice.id, invoice.customer_id, invoice.subscription_id, invoice.currency, 0
            )
        )
    return events
