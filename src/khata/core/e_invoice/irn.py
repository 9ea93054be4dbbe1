"""IRN: the number that a portal gives an invoice, and that anyone can work out beforehand."""

import hashlib
from datetime import date

from khata.core.e_invoice.dated import CASE_BLIND_FROM


def irn(*, gstin: str, document_type: str, number: str, issued_on: date, case_blind: bool) -> str:
    """Return the IRN of a document: 64 hexadecimal digits.

    `case_blind`: the number is put into capitals first, as the portals do since 1 June 2025; an IRN
    made before then was made of the number as it was typed.
    Source: NIC, hash generation: SHA-256 of GSTIN, financial year, type and number, end to end.
    """
    spelled = number.upper() if case_blind else number
    whole = f"{gstin}{financial_year_of(issued_on)}{document_type}{spelled}"
    return hashlib.sha256(whole.encode()).hexdigest()


def is_case_blind(reported_on: date) -> bool:
    """Say whether a document that is reported on this day has its number put into capitals."""
    return reported_on >= CASE_BLIND_FROM


def financial_year_of(day: date) -> str:
    """Return the year of an Indian calendar day as IRNs and turnovers spell it: 2026-27."""
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first}-{(first + 1) % 100:02}"
