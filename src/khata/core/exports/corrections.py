"""Corrections: what was wrong in a document of a filed month, and what the law lets be amended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from khata.core.exports.checks.notes import last_day
from khata.core.exports.gstr1.amended import FiledPeriod, amendments_of
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import DocumentKind, TaxDocument
from khata.core.refusal import Kind, Refusal
from khata.core.tax.gstin import is_uin, parse_gstin
from khata.core.tax.place_of_supply import SupplyKind, place_of
from khata.core.tax.states import state_by_code

_ABROAD = "96"
_VOUCHERS = (DocumentKind.RECEIPT_VOUCHER, DocumentKind.REFUND_VOUCHER)


class NotAmendable(Refusal):
    """No table of a return can tell this change; a credit note and a new document can."""

    kind = Kind.CONFLICT


class NothingAmended(Refusal):
    """The correction says what the document says already."""


class AmendmentTooLate(Refusal):
    """What was declared for that year can be amended no more."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class Correction:
    """What a return says anew of a document. None: as it was.

    `period` is the month whose return tells it.
    """

    document_id: UUID
    period: ReturnPeriod
    gstin: str | None = None
    place_code: str | None = None


def corrected(
    documents: Iterable[TaxDocument], corrections: Sequence[Correction]
) -> tuple[TaxDocument, ...]:
    """Return the documents as they should have been, the later correction winning."""
    by_document: dict[UUID, list[Correction]] = {}
    for correction in sorted(corrections, key=lambda one: one.period):
        by_document.setdefault(correction.document_id, []).append(correction)
    told = []
    for document in documents:
        for correction in by_document.get(document.id, ()):
            document = _corrected(document, correction)
        told.append(document)
    return tuple(told)


def as_received(
    documents: Iterable[TaxDocument], corrections: Sequence[Correction], *, period: ReturnPeriod
) -> tuple[TaxDocument, ...]:
    """Return the documents of a month, what gives an advance back at the place it is told at.

    A receipt whose place was amended takes its refund voucher along.
    """
    places = {
        one.document_id: one
        for one in sorted(corrections, key=lambda one: one.period)
        if one.period <= period and one.place_code is not None
    }
    return tuple(
        _corrected(one, places[one.original.id])
        if one.kind is DocumentKind.REFUND_VOUCHER
        and one.original is not None
        and one.original.id in places
        else one
        for one in documents
    )


def read_correction(
    document: TaxDocument,
    *,
    period: ReturnPeriod,
    gstin: str | None,
    place_code: str | None,
) -> Correction:
    """Return the correction that is asked for, with the place that a new GSTIN brings along.

    Raises: InvalidGstin, NotAmendable.
    """
    if gstin is not None:
        number = parse_gstin(gstin, param="gstin")
        gstin = number.value
        of_state = document.supply in (SupplyKind.INTRA, SupplyKind.INTER)
        if place_code is None and of_state and number.registered_person:
            place_code = number.state_code
    if place_code is not None and place_code != _ABROAD and state_by_code(place_code) is None:
        raise NotAmendable(f"{place_code} is not a state code of GST", param="place_code")
    return Correction(document.id, period, gstin, place_code)


def check_correction(
    document: TaxDocument, correction: Correction, *, declared_in: ReturnPeriod, today: date
) -> None:
    """Refuse a correction that the law or the form does not have.

    Raises: NotAmendable, NothingAmended, AmendmentTooLate.
    Source: CGST Act s.37(3) and its proviso; form GSTR-1, tables 9A, 9C, 10 and 11 (II).
    """
    until = last_day(document.issued_on, on=today)
    if today > until:
        raise AmendmentTooLate(
            f"{document.number} is of {document.issued_on}, and could be amended until {until} "
            "(CGST Act s.37(3), proviso)",
            param="document",
        )
    if document.kind in _VOUCHERS and correction.gstin is not None:
        raise NotAmendable(
            f"{document.number}: table 11 names no buyers, so there is no GSTIN to amend; give the "
            "place of supply alone",
            param="gstin",
        )
    now = _corrected(document, correction)
    _check_place(document, now)
    if now == document:
        raise NothingAmended(f"{document.number} says so already", param="document")
    told = amendments_of(FiledPeriod(declared_in, (document,), (now,)))
    if told.refused:
        raise NotAmendable(f"{document.number}: {told.refused[0].rule}", param="document")


def _check_place(document: TaxDocument, now: TaxDocument) -> None:
    if document.cancelled:
        raise NotAmendable(f"{document.number} was cancelled", param="document")
    if document.supply is SupplyKind.EXPORT or document.place_code == _ABROAD:
        raise NotAmendable(
            f"{document.number} is an export: it has no GSTIN and no state to amend",
            param="document",
        )
    if now.place_code == _ABROAD:
        raise NotAmendable(
            "A supply inside India does not become an export: credit it and invoice anew "
            "(CGST Act s.34)",
            param="place_code",
        )
    gstin = now.buyer.gstin
    of_state = now.supply in (SupplyKind.INTRA, SupplyKind.INTER)
    listed = document.kind not in _VOUCHERS  # table 11 nets advances by place, and names no buyer
    if listed and of_state and gstin and not is_uin(gstin) and gstin[:2] != now.place_code:
        raise NotAmendable(
            f"The place of supply to {gstin} is {gstin[:2]}, not {now.place_code} "
            "(IGST Act s.12(2)(a))",
            param="place_code",
        )
    inside = now.place_code == document.seller.state_code
    if of_state and inside != (document.supply is SupplyKind.INTRA):
        raise NotAmendable(
            f"{document.number} bears the tax of a supply "
            f"{'inside the state' if document.supply is SupplyKind.INTRA else 'between states'}: "
            "with this place it would be the other one. Credit it and invoice anew "
            "(CGST Act s.77; IGST Act s.19)",
            param="place_code",
        )


def _corrected(document: TaxDocument, correction: Correction) -> TaxDocument:
    buyer = document.buyer
    if correction.gstin is not None:
        state = None if is_uin(correction.gstin) else correction.gstin[:2]
        buyer = replace(
            buyer,
            gstin=correction.gstin,
            tax_id=correction.gstin,
            state_code=state or buyer.state_code,
        )
    code, name = document.place_code, document.place_name
    if correction.place_code is not None:
        code = correction.place_code
        name = place_of("IN", None, code).name
    return replace(document, buyer=buyer, place_code=code, place_name=name)
