"""The form of a dunning policy: what is typed, as terms; and terms, as they are typed."""

import re
from datetime import date
from typing import Any, Final

from khata.core.dunning_terms import LONGEST_GAP, MOST_HOLIDAYS, MOST_TRIES, DunningTerms
from khata.core.policies import AfterLastRetry
from khata.core.refusal import Refusal
from khata.dashboard.reading import Fields

# The classes of decline that have a schedule of their own, in the words of a form.
CLASSES: Final = {
    "hard": "The card is reported, closed or expired",
    "mandate": "The permission to debit is gone",
    "customer_action": "The customer has to act",
    "config": "Something is set up wrongly",
    "gateway_down": "Nobody could be reached",
}
ENDS: Final = {
    "unpaid": "Unpaid: no service until it is paid",
    "canceled": "Canceled",
    "paused": "Paused until it is paid",
    "past_due": "Served all the same",
    "uncollectible": "Unpaid, and the invoice is written off",
}
WEEK: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NONE: Final = "none"
_LONGEST_ROW: Final = 12 * (MOST_HOLIDAYS + 1)  # of dates, and one too many


class NotDays(Refusal):
    """What was typed is no row of days."""


class NotHolidays(Refusal):
    """What was typed is no row of dates."""


class NotHours(Refusal):
    """Working hours begin and end on the same day, in this order."""


def read_terms(sent: Fields) -> DunningTerms:
    """Return the terms that were typed. Raises: NotDays, NotHolidays, NotHours, NotACount."""
    soft = _days(sent, "soft")
    by_class = {name: _days(sent, name) for name in CLASSES}
    down = by_class.pop("gateway_down")
    end = sent.text("after_last_retry")
    return DunningTerms(
        retry_days=DunningTerms().retry_days if soft is None else soft,
        retry_days_by_class={name: days for name, days in by_class.items() if days is not None},
        gateway_down_days=down,
        retry_hour=sent.count("retry_hour", least=0, most=23),
        pay_days=tuple(sorted(set(_numbers(sent, "pay_days", 31, 10) or ()))),
        working_hours=_hours(sent),
        working_days=tuple(n for n in range(1, 8) if str(n) in sent.texts("working_days")),
        holidays=_holidays(sent),
        national_holidays=sent.text("national_holidays") == "yes",
        grace_days=sent.count("grace_days", least=0, most=90),
        after_last_retry=AfterLastRetry(end) if end in ENDS else AfterLastRetry.UNPAID,
        notice_days=sent.count("notice_days", least=1, most=14),
        last_warning_days=sent.count("last_warning_days", least=1, most=14),
    )


def typed_terms(name: str, terms: DunningTerms) -> Fields:
    """Return the fields of a form that `read_terms` reads as these terms."""
    hours = terms.working_hours
    fields: dict[str, Any] = {
        "name": name,
        "soft": _spelled(terms.retry_days),
        **{key: _spelled(days) for key, days in terms.retry_days_by_class.items()},
        "retry_hour": terms.retry_hour,
        "pay_days": ", ".join(map(str, terms.pay_days)),
        "from": hours[0] if hours else None,
        "to": hours[1] if hours else None,
        "holidays": ", ".join(day.isoformat() for day in terms.holidays),
        "national_holidays": "yes" if terms.national_holidays else None,
        "grace_days": terms.grace_days,
        "after_last_retry": terms.after_last_retry.value,
        "notice_days": terms.notice_days,
        "last_warning_days": terms.last_warning_days,
    }
    if terms.gateway_down_days is not None:
        fields["gateway_down"] = _spelled(terms.gateway_down_days)
    named = {key: [str(value)] for key, value in fields.items() if value is not None}
    return Fields(named | {"working_days": [str(day) for day in terms.working_days]})


def _spelled(days: tuple[int, ...]) -> str:
    return ", ".join(map(str, days)) or _NONE


def _days(sent: Fields, name: str) -> tuple[int, ...] | None:
    """Return a schedule; None: nothing was typed, and () for "none"."""
    if sent.text(name).lower() == _NONE:
        return ()
    return _numbers(sent, name, LONGEST_GAP, MOST_TRIES)


def _numbers(sent: Fields, name: str, largest: int, most: int) -> tuple[int, ...] | None:
    text = sent.text(name)
    if not text:
        return None
    parts = [part for part in re.split(r"[,\s]+", text) if part]
    fits = all(re.fullmatch(r"[0-9]{1,3}", part) and 1 <= int(part) <= largest for part in parts)
    if not fits or len(parts) > most:
        raise NotDays(
            f"Type up to {most} numbers from 1 to {largest}, such as 1, 2, 4, 8", param=name
        )
    return tuple(int(part) for part in parts)


def _holidays(sent: Fields) -> tuple[date, ...]:
    parts = re.findall(r"[^,\s]+", sent.text("holidays", _LONGEST_ROW))
    try:
        days = {date.fromisoformat(part) for part in parts}
    except ValueError:
        days = set()
    if len(parts) > MOST_HOLIDAYS or (parts and not days):
        raise NotHolidays(
            f"Type up to {MOST_HOLIDAYS} dates, such as 2026-11-08, 2026-11-09", param="holidays"
        )
    return tuple(sorted(days))


def _hours(sent: Fields) -> tuple[int, int] | None:
    begin = sent.count("from", least=0, most=23)
    end = sent.count("to", least=1, most=24)
    if begin is None and end is None:
        return None
    if begin is None or end is None or begin >= end:
        raise NotHours("Type both, the earlier hour first: 9 and 18", param="from")
    return begin, end
