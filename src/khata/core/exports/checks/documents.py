"""Checks of each document on its own: its place, heads, rupees, code, number, day and IRN."""

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from khata.core.exports.checks.finding import Circumstances, Finding, blocks, live, spelled, warns
from khata.core.exports.gstr1.entries import rate_of
from khata.core.exports.gstr1.file import Gstr1
from khata.core.exports.gstr1.sections import to_registered_person
from khata.core.exports.return_rules import digits_asked
from khata.core.exports.tax_document import DocumentKind, Nature, TaxDocument, TaxLine
from khata.core.money import exponent, half_up
from khata.core.tax.place_of_supply import SupplyKind, Treatment
from khata.core.tax.states import state_by_code

_NUMBER = re.compile(r"[A-Za-z0-9/-]{1,16}")
_CODE = re.compile(r"[0-9]{4}|[0-9]{6}|[0-9]{8}")
_A_RUPEE = 100
_LEASING = ("9971", "9973")
_REPORTED = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE)


def check_documents(told: Gstr1, known: Circumstances) -> Iterator[Finding]:
    """Look at each document that the return declares."""
    yield from _unconnected(told, known)
    for document in live(told.documents):
        if document.treatment is Treatment.OUT_OF_SCOPE:
            continue
        yield from _place(document, told)
        yield from _heads(document)
        yield from _rupees(document)
        yield from _codes(document, told)
        yield from _number(document)
        yield from _day(document, told, known)
        yield from _e_invoice(document, known)


def _place(document: TaxDocument, told: Gstr1) -> Iterator[Finding]:
    code, supply = document.place_code, document.supply
    known = code is not None and (state_by_code(code) is not None or code == "96")
    if not known:
        yield blocks(
            "place_missing",
            f"{document.number} has no place of supply: record the customer's state "
            "(IGST Act s.12, s.13)",
            document,
        )
        return
    if (supply is SupplyKind.EXPORT) != (code == "96"):
        yield blocks(
            "place_contradicts_supply",
            f"{document.number}: 96 is the place of exports, and of nothing else (IGST Act s.2(6))",
            document,
        )
    home = document.seller.state_code
    if supply is SupplyKind.INTRA and code != home:
        yield blocks(
            "place_contradicts_supply",
            f"{document.number} bears CGST and SGST, but its place {code} is not the seller's "
            f"state {home} (IGST Act s.8(2))",
            document,
        )
    if supply is SupplyKind.INTER and code == home and not told.filer.sez:
        yield blocks(
            "place_contradicts_supply",
            f"{document.number} bears IGST, but its place is the seller's own state (s.8(2))",
            document,
        )
    if supply is SupplyKind.SEZ and document.buyer.gstin is None:
        yield blocks(
            "gstin_missing",
            f"{document.number} is to an SEZ without a GSTIN: table 6B lists them by it",
            document,
        )
    if document.reverse_charge and document.buyer.gstin is None:
        yield blocks(
            "gstin_missing",
            f"{document.number} is under reverse charge, which only a registered buyer can bear "
            "(CGST Act s.9(3))",
            document,
        )
    if _consumer_without_state(document):
        yield blocks(
            "state_missing",
            f"{document.number} is to a consumer without a state on record "
            "(Circular 242/36/2024-GST, rule 46(f))",
            document,
        )


def _consumer_without_state(document: TaxDocument) -> bool:
    buyer = document.buyer
    return buyer.country == "IN" and buyer.gstin is None and buyer.state_code is None


def _heads(document: TaxDocument) -> Iterator[Finding]:
    """Say where a line bears heads that its supply cannot have, or not the tax of its rate."""
    for line in document.lines:
        wrong = _wrong_heads(document, line)
        if wrong is not None:
            yield blocks(
                "wrong_heads", f"{document.number}, line {line.position}: {wrong}", document
            )
            return
    for line in document.lines:
        expected = _expected(document, line)
        # A line may be priced with its tax inside: then a paisa can go to the round-off.
        tolerated = 0 if document.reverse_charge else 1
        if any(abs(have - want) > tolerated for have, want in expected):
            yield warns(
                "tax_not_at_rate",
                f"{document.number}, line {line.position}: the tax is not {line.rate} % of its "
                "value",
                document,
            )
            return


def _wrong_heads(document: TaxDocument, line: TaxLine) -> str | None:
    untaxed = line.nature is not Nature.TAXABLE or document.treatment is Treatment.ZERO_RATED_LUT
    if untaxed and line.tax:
        return "it is without tax by its nature or an undertaking, and bears some"
    if line.cess and line.is_service and not line.tax_code.startswith(_LEASING):
        return "of services only leasing bears cess (Notf. 2/2017-Compensation Cess (Rate))"
    if document.supply is SupplyKind.INTRA:
        if line.igst:
            return "inside one state there is no IGST (CGST Act s.9(1))"
        if line.cgst != line.sgst:
            return "CGST and SGST are not equal (CGST Act s.9(1), SGST Acts s.9(1))"
    elif line.cgst or line.sgst:
        return "between states there is IGST alone (IGST Act s.5(1))"
    return None


def _expected(document: TaxDocument, line: TaxLine) -> list[tuple[int, int]]:
    if document.treatment is Treatment.ZERO_RATED_LUT:
        return [(line.tax, 0)]
    whole = Fraction(rate_of(line)) / 100
    if document.supply is SupplyKind.INTRA:
        half = _share(line.taxable, whole / 2)
        return [(line.cgst, half), (line.sgst, half)]
    return [(line.igst, _share(line.taxable, whole))]


def _share(paise: int, part: Fraction) -> int:
    return half_up(paise * part.numerator, part.denominator)


def _rupees(document: TaxDocument) -> Iterator[Finding]:
    if document.currency != "INR" and document.exchange_rate is None:
        yield blocks(
            "rupee_value_missing",
            f"{document.number} is in {document.currency} and has no rate of exchange: returns "
            "are in rupees (CGST Rules, rule 34(2))",
            document,
        )
        return
    if document.exchange_rate is None or document.currency_total is None:
        return
    units = Fraction(document.currency_total, 10 ** exponent(document.currency))
    converted = _share(1, units * Fraction(document.exchange_rate) * 100)
    # Lines are converted one by one, so their sum may lie some paise beside the whole.
    if abs(converted - document.total) > _A_RUPEE:
        yield warns(
            "rupee_value_differs",
            f"{document.number}: at {document.exchange_rate} its total would be "
            f"{spelled(converted)}, and it is {spelled(document.total)} (CGST Rules, rule 34(2))",
            document,
        )


def _codes(document: TaxDocument, told: Gstr1) -> Iterator[Finding]:
    period, turnover = told.period, told.filer.turnover or 0
    digits, everyone = digits_asked(period, turnover=turnover)
    asked = digits if everyone or document.buyer_registered else 4
    for line in document.lines:
        if len(line.tax_code) < asked or not _CODE.fullmatch(line.tax_code):
            optional = not everyone and not document.buyer_registered
            make = warns if optional else blocks
            yield make(
                "tax_code_too_short",
                f"{document.number}, line {line.position}: {line.tax_code or 'no code'}, where "
                f"{asked} digits are asked for (Notf. 78/2020-CT)",
                document,
            )
            return


def _number(document: TaxDocument) -> Iterator[Finding]:
    number = document.number
    if not _NUMBER.fullmatch(number) or not number.strip("0/-"):
        yield blocks(
            "bad_number",
            f"{number}: at most 16 letters, digits, - and /, and not zeros alone "
            "(CGST Rules, rule 46(b))",
            document,
        )


def _day(document: TaxDocument, told: Gstr1, known: Circumstances) -> Iterator[Finding]:
    on = document.issued_on
    if on in told.period:
        return
    if on > told.period.last:
        yield blocks(
            "dated_after_period",
            f"{document.number} is of {on}, after the period: it belongs to a later return",
            document,
        )
    elif any(on in period for period in known.filed):
        yield warns(
            "dated_in_filed_period",
            f"{document.number} is of {on}, a period that has been filed without it: its tax is "
            "late, with interest (CGST Act s.50(1))",
            document,
        )
    else:
        yield blocks(
            "dated_before_period",
            f"{document.number} is of {on}, and the return of that period has not been filed: "
            "declare it there",
            document,
        )


def _e_invoice(document: TaxDocument, known: Circumstances) -> Iterator[Finding]:
    if _lacks_irn(document, known.e_invoices_from):
        yield blocks(
            "e_invoice_missing",
            f"{document.number} has no IRN, and is no invoice without one "
            "(CGST Rules, rule 48(4), 48(5))",
            document,
        )


def _unconnected(told: Gstr1, known: Circumstances) -> Iterator[Finding]:
    """Warn alone: khata knows no portal here, nor whether the seller is of an exempt class."""
    since = known.unconnected_from
    lacking = [
        one
        for one in live(told.documents)
        if one.treatment is not Treatment.OUT_OF_SCOPE and _lacks_irn(one, since)
    ]
    if lacking:
        yield warns(
            "e_invoice_not_connected",
            f"By its turnover the seller has to register invoices since {since}, and has no "
            f"connection to the portal; {len(lacking)} have no IRN: connect it, or enter them "
            "(CGST Rules, rule 48(4)). Exempt classes need not",
            *lacking,
        )


def _lacks_irn(document: TaxDocument, since: date | None) -> bool:
    if since is None or document.issued_on < since or document.irn is not None:
        return False
    if document.kind not in _REPORTED or not _to_business(document):
        return False
    return any(line.nature is Nature.TAXABLE for line in document.lines)


def _to_business(document: TaxDocument) -> bool:
    return to_registered_person(document) or document.supply is SupplyKind.EXPORT
