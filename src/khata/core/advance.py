"""An advance: money for a supply that is known before it is invoiced, and the tax inside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import lcm
from typing import Final
from uuid import UUID

from khata.core.document_kind import DocumentKind
from khata.core.fund_events import VoucherIssued
from khata.core.money import half_up
from khata.core.refusal import Refusal
from khata.core.tax.gst import Head, TaxRow, UnknownTaxCode
from khata.core.tax.levy import Levy, LevyTreatment, Regime
from khata.core.tax.nature import Nature
from khata.core.tax.parties import Buyer
from khata.core.tax.place_of_supply import Place, Supply, SupplyKind, Treatment, place_of
from khata.core.tax.states import state_by_code, state_by_iso
from khata.core.terms import Terms

ON_PAYMENT: Final = "Directive 2006/112/EC article 65"
UNDETERMINED: Final = "CGST Rules, rule 50, proviso"
_WHOLE: Final = Head("IGST", "18", 18, 100)


class VatDueOnAdvance(Refusal):
    """VAT of another state falls due when this money comes, and no voucher of ours tells it."""


@dataclass(frozen=True, slots=True)
class Character:
    """What an advance is to GST on the day it comes; `heads` are the taxes inside it."""

    supply: Supply
    heads: tuple[Head, ...]
    nature: Nature


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher but for its number: an advance received, or given back.

    `total` is what came or went; the tax is inside it. A refund names the voucher it undoes.
    """

    id: UUID
    kind: DocumentKind
    registration_id: UUID
    customer_id: UUID
    wallet_id: UUID
    grant_id: UUID
    source_id: UUID
    invoice_id: UUID
    receipt_id: UUID | None
    series: str
    financial_year: str
    currency: str
    description: str
    tax_code: str
    nature: Nature
    net: int
    taxes: tuple[TaxRow, ...]
    total: int
    issued_on: date
    supply: Supply
    seller_party_id: UUID
    buyer_party_id: UUID
    exchange_rate: Decimal | None = None

    @property
    def tax(self) -> int:
        return self.total - self.net


@dataclass(frozen=True, slots=True)
class OpenAdvance:
    """What is left of an advance that was received: not invoiced, given back or lapsed."""

    voucher_id: UUID
    grant_id: UUID
    registration_id: UUID
    currency: str
    total: int
    taxes: tuple[TaxRow, ...]  # what is left of each


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an advance, with the tax that is inside it by head."""

    voucher_id: UUID
    registration_id: UUID
    currency: str
    amount: int
    taxes: tuple[TaxRow, ...]

    @property
    def net(self) -> int:
        return self.amount - sum(row.amount for row in self.taxes)


def tax_within(amount: int, heads: Sequence[Head]) -> tuple[int, tuple[TaxRow, ...]]:
    """Return the value of an amount that was received, and the taxes inside it; they add up.

    Rounds: each head half up on the whole amount; the value is the rest, so nothing is left over.
    Source: CGST Rules, rule 35: value inclusive of tax × rate ÷ (100 + sum of the rates).
    """
    whole = lcm(*(head.denominator for head in heads))
    shares = [head.numerator * (whole // head.denominator) for head in heads]
    amounts = [half_up(amount * share, whole + sum(shares)) for share in shares]
    net = amount - sum(amounts)
    rows = [
        TaxRow(head.name, head.rate, net, tax) for head, tax in zip(heads, amounts, strict=True)
    ]
    return net, tuple(rows)


def check_vat(supply: Supply) -> None:
    """Refuse an advance on which the seller would owe VAT as soon as it comes.

    Money for one known service at one known rate is taxed on receipt, and so is a voucher for one
    purpose; one for several is taxed when it is spent. A business that owes the tax itself, or a
    seller who is not registered there, owes none here.
    Raises: VatDueOnAdvance. Source: Directive 2006/112/EC articles 30a, 30b, 65; VATA 1994 s.6(4).
    """
    levy = supply.levy
    if levy is None or not bears_vat(supply):
        return
    raise VatDueOnAdvance(
        f"VAT of {levy.country} would be due as soon as this advance comes ({_on_payment(levy)}), "
        "and vouchers tell GST alone: invoice the service itself, or open a wallet without a tax "
        "code, whose money may be spent on anything and is taxed when it is",
        param="wallet",
    )


def bears_vat(supply: Supply) -> bool:
    """Say whether the seller owes VAT of a state on a supply, and so on money that comes for it."""
    levy = supply.levy
    if levy is None or levy.regime is not Regime.VAT:
        return False
    return levy.treatment is LevyTreatment.TAXABLE


def _on_payment(levy: Levy) -> str:
    return "VATA 1994 s.6(4)" if levy.country == "GB" else ON_PAYMENT


def character_of(terms: Terms, tax_code: str) -> Character:
    """Return what an advance for this code is to GST; at 18 % where no rate can be told.

    The tax of another state on the same sale is told by the invoice alone: VAT that is due on
    money that was asked for before it was is named as the reason says.
    Source: CGST Rules, rule 50, first proviso (i).
    """
    if terms.supply.levy is not None:
        terms = replace(terms, supply=_without_levy(terms.supply, terms.supply.levy), _heads={})
    try:
        return Character(terms.supply, terms.heads_of(tax_code), terms.nature_of(tax_code))
    except UnknownTaxCode as unknown:
        return Character(
            _undetermined(terms.supply, str(unknown)), _eighteen(terms), Nature.TAXABLE
        )


def _without_levy(supply: Supply, levy: Levy) -> Supply:
    try:
        check_vat(supply)
    except VatDueOnAdvance:
        due = (
            f" VAT of {levy.country} is due on it as well, and not told here: {_on_payment(levy)}."
        )
        supply = replace(supply, reason=supply.reason + due)
    return replace(supply, levy=None)


def _undetermined(supply: Supply, why: str) -> Supply:
    reason = f"{supply.reason} The rate cannot be told ({why}), so it is 18%."
    return replace(supply, law=f"{supply.law}; {UNDETERMINED} (i)", reason=reason)


def _eighteen(terms: Terms) -> tuple[Head, ...]:
    supply = terms.supply
    if supply.treatment in (Treatment.OUT_OF_SCOPE, Treatment.COMPOSITION, Treatment.EXEMPT):
        return ()
    if supply.treatment in (Treatment.ZERO_RATED_LUT, Treatment.REVERSE_CHARGE):
        return (replace(_WHOLE, numerator=0),)
    if supply.kind is not SupplyKind.INTRA:
        return (_WHOLE,)
    second = "UTGST" if _is_union_territory(supply.place) else "SGST"
    return (Head("CGST", "9", 9, 100), Head(second, "9", 9, 100))


def _is_union_territory(place: Place) -> bool:
    state = state_by_code(place.code or "")
    return state is not None and state.union_territory


def undetermined(buyer: Buyer, refusal: Refusal) -> Character:
    """Return what an advance is whose nature cannot be told: as between states, at 18 %.

    The money is here, and its tax is due: what is missing can no longer be asked for first.
    Source: CGST Rules, rule 50, first proviso (i) and (ii).
    """
    supply = Supply(
        kind=SupplyKind.INTER,
        treatment=Treatment.TAXABLE,
        place=_known_place(buyer),
        endorsement=None,
        law=f"{UNDETERMINED} (ii)",
        reason=f"The nature of the supply cannot be told: {refusal}",
    )
    return Character(supply, (_WHOLE,), Nature.TAXABLE)


def _known_place(buyer: Buyer) -> Place:
    if buyer.country != "IN":
        return place_of(buyer.country, buyer.state, "96")
    return place_of("IN", buyer.state, state_by_iso(buyer.state).code if buyer.state else None)


def take_part(open: OpenAdvance, amount: int) -> tuple[Part, OpenAdvance]:
    """Return a part of what is left of an advance, and what is left after it.

    Rounds: each tax half up of what is left of it, so that whoever takes the last takes all of it.
    """
    taken = tuple(
        replace(row, amount=half_up(row.amount * amount, open.total)) for row in open.taxes
    )
    part = Part(open.voucher_id, open.registration_id, open.currency, amount, taken)
    rest = tuple(
        replace(row, amount=row.amount - off.amount)
        for row, off in zip(open.taxes, taken, strict=True)
    )
    return part, replace(open, total=open.total - amount, taxes=rest)


def take_up(advances: Sequence[OpenAdvance], amount: int) -> tuple[list[Part], list[OpenAdvance]]:
    """Return the parts that make up an amount, the oldest advance first, and what is left of each.

    Where less is left than the amount, only that is taken.
    """
    parts, rest = [], []
    for one in advances:
        taken = min(one.total, amount)
        if taken <= 0:
            rest.append(one)
            continue
        part, left = take_part(one, taken)
        parts.append(part)
        rest.append(left)
        amount -= taken
    return parts, rest


def paid_by(held: Sequence[tuple[date, int]], total: int) -> date | None:
    """Return the day by which advances, the oldest first, had paid a total; None: they do not."""
    left = total
    for on, amount in held:
        left -= amount
        if left <= 0:
            return on
    return None


def voucher_told(voucher: Voucher) -> VoucherIssued:
    """Return what is told of a voucher that was issued."""
    return VoucherIssued(
        voucher.id,
        voucher.customer_id,
        voucher.kind.value,
        voucher.currency,
        voucher.total,
        voucher.tax,
    )
