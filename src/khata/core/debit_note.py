"""A debit note: it raises what an issued invoice asked for, at that invoice's rates and place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from khata.core.charge import Charge, LineKind
from khata.core.credit_note import BilledInvoice, BilledLine
from khata.core.document_kind import DocumentKind
from khata.core.invoice import Invoice, Line, due_on
from khata.core.money import half_up
from khata.core.numbering import financial_year
from khata.core.policies import Policies
from khata.core.refusal import Kind, Refusal
from khata.core.subscription import CollectionMethod
from khata.core.tax.gst import TaxRow, round_off
from khata.core.tax.nature import Nature
from khata.core.tax.place_of_supply import Supply
from khata.core.tax.rupees import ExchangeRate


class NotDebitable(Refusal):
    """Only an invoice that was issued, stands and sold something can be raised by a debit note."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class IssuedAs:
    """How an invoice was issued, as far as what goes back to it takes that over."""

    kind: DocumentKind
    supply: Supply
    collection_method: CollectionMethod
    exchange: ExchangeRate | None
    natures: Mapping[int, Nature]  # of its lines, by position


@dataclass(frozen=True, slots=True)
class Raised:
    """By how much one line is raised, before tax."""

    line: BilledLine
    amount: int


def debit_note(
    original: BilledInvoice,
    issued: IssuedAs,
    raised: Sequence[Raised],
    *,
    id: UUID,
    reason: str,
    series: str,
    country: str,
    today: date,
    policies: Policies,
    ids: Iterator[UUID],
) -> Invoice:
    """Return the note of these lines: owed and collected as an invoice is.

    Parties, place, rates and, in another currency, the rate of exchange are the original's,
    whatever holds today. Rounds: each tax half up of its line.
    Source: CGST Act s.34(3), s.34(4); CGST Rules, rule 53(1A).
    """
    lines = tuple(
        _line(one, position, issued.natures.get(one.line.position, Nature.TAXABLE), next(ids))
        for position, one in enumerate(raised)
    )
    net = sum(line.amount for line in lines)
    tax = sum(row.amount for line in lines for row in line.taxes)
    rounded = round_off(net + tax, policies.round_off, original.currency)
    by_hand = issued.collection_method is CollectionMethod.SEND_INVOICE
    return Invoice(
        id=id,
        registration_id=original.registration_id,
        series=series,
        financial_year=financial_year(today, country),
        customer_id=original.customer_id,
        subscription_id=None,
        collection_method=issued.collection_method,
        currency=original.currency,
        tax_behavior="exclusive",
        lines=lines,
        subtotal=net,
        discount=0,
        tax=tax,
        round_off=rounded,
        total=net + tax + rounded,
        issued_on=today,
        due_on=due_on(today, policies.days_until_due if by_hand else 0),
        period=None,
        supply=issued.supply,
        seller_party_id=original.seller_party_id,
        buyer_party_id=original.buyer_party_id,
        kind=DocumentKind.DEBIT_NOTE,
        exchange=issued.exchange,
        original_id=original.id,
        note_reason=reason,
    )


def _line(raised: Raised, position: int, nature: Nature, id: UUID) -> Line:
    line, amount = raised.line, raised.amount
    charge = Charge(
        kind=LineKind.ONE_TIME,
        description=line.description,
        tax_code=line.tax_code,
        amount=amount,
        period=line.period,
        full=line.period,
        unit_amount=amount,
    )
    taxes: list[TaxRow] = []
    for row in line.taxes:
        # VAT may have been on the tax before it, too: docs/decisions/0039.
        before = 0 if row.taxable == line.amount else sum(one.amount for one in taxes)
        taxes.append(_tax(row.name, row.rate, row.amount, amount + before))
    return Line(id, position, charge, 0, amount, tuple(taxes), nature=nature)


def _tax(name: str, rate: str, billed: int, amount: int) -> TaxRow:
    """Return the tax of the rise; where none was charged (an LUT, reverse charge) none is now."""
    share = Fraction(rate) / 100
    return TaxRow(
        name, rate, amount, half_up(amount * share.numerator, share.denominator) if billed else 0
    )
