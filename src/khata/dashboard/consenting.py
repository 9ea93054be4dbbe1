"""Consents on hosted pages: what a payer is shown before they agree, and the proof of it."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import Request

from khata.core.agreement_words import agreement_words, saving_words
from khata.core.mandate import RAILS, Consent
from khata.core.mandate_rules import Category, rail_rules
from khata.core.mandate_terms import MandateTerms
from khata.core.payment_method import MethodKind
from khata.core.saving_terms import terms_of_saving
from khata.dashboard.browsing import typed


def terms_said(
    terms: MandateTerms | None,
    kind: MethodKind,
    *,
    seller: str,
    at: datetime,
    category: Category = Category.GENERAL,
) -> list[str]:
    """Return the terms of a way in plain words, as the page shows them and as they are kept."""
    if terms is None or kind not in RAILS:
        return []
    rules = rail_rules()
    return agreement_words(
        terms, kind, seller=seller, rules=rules, today=rules.day(at), category=category
    )


def said_when_paying(
    kind: MethodKind, *, currency: str, amount: int, seller: str, at: datetime
) -> list[str]:
    """Return what a payer agrees to who saves what they pay with; `amount` fits into the terms."""
    start = rail_rules().day(at)
    terms = terms_of_saving(kind, currency=currency, start=start, least=amount)
    return [saving_words(seller), *terms_said(terms, kind, seller=seller, at=at)]


def proof_of(said: Sequence[str], request: Request, *, at: datetime) -> Consent | None:
    """Return what proves what the payer was shown; None: nothing was to be agreed to."""
    if not said:
        return None
    address = request.client.host if request.client else None
    browser = typed(request.headers.get("user-agent", ""), 300) or None
    return Consent(" ".join(said), at, address, browser)
