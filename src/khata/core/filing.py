"""Filing: who files GSTR-1, which month, and what a filed month refuses from then on."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.exports.checks.finding import Finding, Severity
from khata.core.exports.return_period import ReturnPeriod
from khata.core.refusal import Kind, Refusal
from khata.core.registration import Registration
from khata.core.tax.parties import Scheme

_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_ARN = re.compile(r"[A-Z0-9]{15}")
_MOST_NAMED = 5
_FIRST_YEAR = 2017  # GST began on 1 July 2017
_OTHER_FORMS = {
    Scheme.COMPOSITION: "CMP-08 and GSTR-4 (CGST Rules, rule 62)",
    Scheme.OIDAR: "GSTR-5A (CGST Rules, rule 64)",
}


class BadPeriod(Refusal):
    """The text is not a month of GST, such as 2026-10."""


class FilesNoGstr1(Refusal):
    """The registration does not file GSTR-1."""

    kind = Kind.CONFLICT


class PeriodNotOver(Refusal):
    """The month is not over: documents of it are still to come."""

    kind = Kind.CONFLICT


class AlreadyFiled(Refusal):
    """The return of this month has been filed; what changes goes into a later one."""

    kind = Kind.CONFLICT


class PeriodFiled(Refusal):
    """The month was declared in a return, and is closed."""

    kind = Kind.CONFLICT


class ReturnBlocked(Refusal):
    """The check list of the return has findings that block it."""

    kind = Kind.CONFLICT


class FilingStands(Refusal):
    """A later return goes on from this one, so it cannot be as if it had not been filed."""

    kind = Kind.CONFLICT


class BadArn(Refusal):
    """The text is not an acknowledgement number of the GST portal."""


class FiledOnOutOfRange(Refusal):
    """A return is filed after its month, and not on a day to come."""


@dataclass(frozen=True, slots=True)
class FiledReturn:
    """A return as it was filed. `owed` is what GSTR-3B owed by it, in paise by head."""

    id: UUID
    registration_id: UUID
    period: ReturnPeriod
    arn: str
    filed_on: date
    sha256: str
    owed: Mapping[str, int]
    created_at: datetime

    def closes(self, number: str) -> PeriodFiled:
        """Return the refusal of a change to a document that this return has declared."""
        return PeriodFiled(
            f"{number} was declared in the return of {month_text(self.period)}, filed on "
            f"{self.filed_on} under {self.arn}: give a credit note instead (CGST Act s.34)"
        )


def read_period(text: str, *, param: str) -> ReturnPeriod:
    """Return the month that a text names. Raises: BadPeriod."""
    found = _MONTH.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) < _FIRST_YEAR:
        raise BadPeriod(f"{text[:10]!r} is not a month such as 2026-10", param=param)
    return ReturnPeriod(int(found[1]), int(found[2]))


def month_text(period: ReturnPeriod) -> str:
    return f"{period.year}-{period.month:02}"


def month_before(day: date) -> ReturnPeriod:
    """Return the month before the one of a day: the one whose return is due."""
    return ReturnPeriod.of(date.fromordinal(day.replace(day=1).toordinal() - 1))


def month_after(period: ReturnPeriod) -> ReturnPeriod:
    return ReturnPeriod.of(date.fromordinal(period.last.toordinal() + 1))


def check_files(registration: Registration) -> str:
    """Return the GSTIN of who files GSTR-1. Raises: FilesNoGstr1. Source: CGST Act s.37(1)."""
    if registration.gstin is None:
        raise FilesNoGstr1(
            f"{registration.legal_name} has no GSTIN, and who is not registered files nothing",
            param="registration",
        )
    other = _OTHER_FORMS.get(registration.scheme)
    if other is not None:
        raise FilesNoGstr1(
            f"{registration.gstin} is under {registration.scheme} and files {other}",
            param="registration",
        )
    return registration.gstin


def check_filing(period: ReturnPeriod, *, arn: str, filed_on: date, today: date) -> None:
    """Refuse what cannot be a filed return. Raises: PeriodNotOver, BadArn, FiledOnOutOfRange.

    Source: CGST Act s.37(1); an ARN has fifteen letters and digits.
    """
    if today <= period.last:
        raise PeriodNotOver(
            f"{month_text(period)} ends on {period.last}, and it is {today}", param="period"
        )
    if _ARN.fullmatch(arn) is None:
        raise BadArn(f"{arn[:20]!r} has not the fifteen letters and digits of an ARN", param="arn")
    if not period.last < filed_on <= today:
        raise FiledOnOutOfRange(
            f"A return of {month_text(period)} is filed after {period.last}, and it is {today}",
            param="filed_on",
        )


def check_undoable(filed: FiledReturn, *, others: Iterable[FiledReturn], is_amended: bool) -> None:
    """Refuse to undo a filing that another one rests on. Raises: FilingStands.

    What was filed at the portal stays filed, and is amended (CGST Act s.37(3)): this is for one
    that was written down by mistake.
    """
    month = month_text(filed.period)
    later = max((one.period for one in others), default=filed.period)
    if later > filed.period:
        raise FilingStands(
            f"{month_text(later)} was filed after {month}: undo that one first, or amend {month}"
        )
    if is_amended:
        raise FilingStands(f"A later return tells something of {month} anew, so it stays filed")


def check_given_out(findings: tuple[Finding, ...]) -> None:
    """Refuse a file while anything blocks it. Raises: ReturnBlocked, which lists what does."""
    blocking = [one for one in findings if one.severity is Severity.BLOCKS]
    if blocking:
        named = "; ".join(one.sentence for one in blocking[:_MOST_NAMED])
        more = len(blocking) - _MOST_NAMED
        raise ReturnBlocked(
            f"{len(blocking)} found that block it: {named}" + (f"; and {more} more" * (more > 0))
        )
