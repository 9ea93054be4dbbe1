"""A debit note: it raises what an issued invoice asked for, at that invoice's rates and place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from uuid import UUID

from khata.core.charge import Charge, LineKind
from khata.core.credit_note import BilledInvoice, BilledLine, BilledTax, taxable_of
from khata.core.document_kind import DocumentKind
from khata.core.invoice import Invoice, Line, due_on
from khata.core.money import half_up
from khata.core.numbering import financial_year
from khata.core.policies import Policies
from khata.core.refusal import Kind, Refusal
from khata.core.subscription import CollectionMethod
from khata.core.tax.gst import Head, TaxedAmount, TaxRow, round_off
from khata.core.tax.kept_levies import of_raised
from khata.core.tax.nature import Nature
from khata.core.tax.place_of_supply import Supply
from khata.core.tax.rate_groups import shared_exclusive
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
    whatever holds today; so is the tax of another state. Rounds: each tax half up of its line, or
    of all lines at its rate where its law says so.
    Source: CGST Act s.34(3), s.34(4); CGST Rules, rule 53(1A); Directive 2006/112/EC article 219;
    EN 16931 BR-CO-17.
    """
    taxed, heads = zip(*(_taxed(one) for one in raised), strict=True)
    lines = tuple(
        _line(one, position, issued.natures.get(one.line.position, Nature.TAXABLE), own, next(ids))
        for position, (one, own) in enumerate(
            zip(raised, shared_exclusive(taxed, heads), strict=True)
        )
    )
    net = sum(line.amount for line in lines)
    tax = sum(row.amount for line in lines for row in line.taxes)
    levy = of_raised(issued.supply.levy, (row for line in lines for row in line.taxes))
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
        supply=replace(issued.supply, levy=levy),
        seller_party_id=original.seller_party_id,
        buyer_party_id=original.buyer_party_id,
        kind=DocumentKind.DEBIT_NOTE,
        exchange=issued.exchange,
        original_id=original.id,
        note_reason=reason,
    )


def _line(raised: Raised, position: int, nature: Nature, taxed: TaxedAmount, id: UUID) -> Line:
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
    return Line(id, position, charge, 0, amount, taxed.taxes, nature=nature)


def _taxed(raised: Raised) -> tuple[TaxedAmount, tuple[Head, ...]]:
    """Return the taxes of the rise of one line, each rounded half up, and the heads they are of."""
    line = raised.line
    heads = tuple(_head(row) for row in line.taxes)
    taxes: list[TaxRow] = []
    billed = 0
    for row, head in zip(line.taxes, heads, strict=True):
        before = sum(one.amount for one in taxes)
        base = taxable_of(line, raised.amount, row.taxable, billed=billed, taxes=before)
        tax = half_up(base * head.numerator, head.denominator)
        taxes.append(TaxRow(row.name, row.rate, base, tax))
        billed += row.amount
    return TaxedAmount(raised.amount, tuple(taxes), 0), heads


def _head(row: BilledTax) -> Head:
    """Return a tax at its billed rate; where none was charged (an LUT) none is now.

    What is rounded for a whole document may have come to nothing on a small line.
    """
    share = Fraction(row.rate) / 100 if row.amount or row.grouped else Fraction(0)
    return Head(row.name, row.rate, share.numerator, share.denominator, grouped=row.grouped)
