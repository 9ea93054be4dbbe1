"""What a payer agrees to, in plain words: shown on our page, and kept as the proof of it."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from khata.core.mandate_rules import Category, RailRules
from khata.core.mandate_terms import Frequency, MandateTerms
from khata.core.payment_method import MethodKind
from khata.core.words import grouped

_BY: Final[Mapping[MethodKind, str]] = {
    MethodKind.CARD: "from your card",
    MethodKind.UPI: "by UPI AutoPay",
    MethodKind.EMANDATE: "from your bank account",
}
_OFTEN: Final[Mapping[Frequency, str]] = {
    Frequency.DAILY: "once a day",
    Frequency.WEEKLY: "once a week",
    Frequency.FORTNIGHTLY: "once in two weeks",
    Frequency.MONTHLY: "once a month",
    Frequency.BIMONTHLY: "once in two months",
    Frequency.QUARTERLY: "once a quarter",
    Frequency.HALF_YEARLY: "once in half a year",
    Frequency.YEARLY: "once a year",
}
_WITHDRAWN: Final[Mapping[MethodKind, str]] = {
    MethodKind.CARD: "with the bank that issued your card",
    MethodKind.UPI: "in any UPI app, among its AutoPay mandates",
    MethodKind.EMANDATE: "at your bank",
}
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def saving_words(seller: str) -> str:
    """Return what a payer agrees to who lets be saved what an invoice is paid with."""
    return f"{seller} may keep what you pay with, and collect by it what you owe at renewals."


def agreement_words(
    terms: MandateTerms,
    kind: MethodKind,
    *,
    seller: str,
    rules: RailRules,
    today: date,
    category: Category = Category.GENERAL,
) -> list[str]:
    """Return the sentences: how much, how often, until when, who is told, how to withdraw.

    Source: RBI, E-mandate Framework, 2026, as in docs/mandates.md: the terms are stated when the
    mandate is registered, the issuer tells of a debit 24 hours ahead, and a withdrawal is possible
    at any time.
    """
    amount = grouped(terms.max_amount, terms.currency)
    how_much = amount if terms.is_fixed else f"up to {amount}"
    often = _OFTEN.get(terms.frequency, "each time something is owed")
    until = f" Nothing is debited after {_day(terms.end)}." if terms.end else ""
    said = [
        f"{seller} may debit {how_much} {_BY[kind]}, {often}, tax included.{until}",
        _told(kind, rules, today),
        f"You can withdraw this at any time: {_WITHDRAWN[kind]}, or by writing to {seller}.",
    ]
    silent = rules.silent_limit(kind, category, on=today)
    if silent is not None and terms.currency == rules.currency and terms.max_amount > silent:
        said.insert(2, f"You confirm each debit above {grouped(silent, terms.currency)} yourself.")
    return said


def _told(kind: MethodKind, rules: RailRules, today: date) -> str:
    notice = rules.notice(kind, on=today)
    if notice is None:
        return "You get an invoice before each debit."
    hours = int(notice.total_seconds() // 3600)
    return f"Your bank tells you at least {hours} hours before each debit, with its amount."


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
