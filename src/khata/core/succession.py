"""Succession: who became registered under GST sells under its number from then on."""

import calendar
from datetime import date

from khata.core.refusal import Kind, Refusal
from khata.core.registration import Registration
from khata.core.tax.parties import Scheme

_MAY_REVISE = (Scheme.REGULAR, Scheme.SEZ)


class BadSuccession(Refusal):
    """The registration cannot take the place of the one that is named."""

    kind = Kind.CONFLICT


class BadRegistrationDates(Refusal):
    """A registration holds from a day on or before its certificate's, and both are known."""


def check_dates(registration: Registration, *, today: date) -> None:
    """Refuse days that no certificate of registration could have. Raises: BadRegistrationDates.

    Source: CGST Act s.25; CGST Rules, rule 10(2), (3).
    """
    effective, certificate = registration.effective_on, registration.certificate_on
    if effective is None and certificate is None:
        return
    if registration.gstin is None:
        raise BadRegistrationDates(
            "A certificate of registration is given with a GSTIN (CGST Act s.25)", param="tax_id"
        )
    if effective is None or certificate is None:
        raise BadRegistrationDates(
            "Give both: the day of the certificate, and that from which it holds (CGST rule 10)",
            param="effective_on" if effective is None else "certificate_on",
        )
    if effective > certificate:
        raise BadRegistrationDates(
            f"A registration holds from the day of its certificate, {certificate}, or from one "
            f"before it, not from {effective} (CGST rule 10(2), (3))",
            param="effective_on",
        )
    if certificate > today:
        raise BadRegistrationDates(
            f"The certificate would be of {certificate}, and it is {today}", param="certificate_on"
        )


def check_succession(
    successor: Registration, before: Registration, *, taken_by: Registration | None
) -> None:
    """Refuse a registration that cannot sell in the other's place. Raises: BadSuccession.

    `taken_by` is the registration that took that place before. GST is registered state by state.
    Source: CGST Act s.22(1), s.25.
    """
    name = before.legal_name
    if successor.gstin is None or successor.scheme not in (*_MAY_REVISE, Scheme.COMPOSITION):
        raise BadSuccession(
            f"Only a registration under GST in India takes the place of {name}", param="succeeds"
        )
    if before.gstin is not None:
        raise BadSuccession(
            f"{name} is registered itself, as {before.gstin}: its place is not free",
            param="succeeds",
        )
    if before.country != "IN" or before.state not in (None, successor.state):
        raise BadSuccession(
            f"{name} sells from {before.state or before.country}, and a GSTIN is of one state "
            "(CGST Act s.25(1))",
            param="succeeds",
        )
    if taken_by is not None:
        raise BadSuccession(
            f"{taken_by.gstin} has taken the place of {name} before", param="succeeds"
        )


def may_revise(registration: Registration) -> bool:
    """Say whether it collects tax, and so can ask for that of what it sold before."""
    return registration.gstin is not None and registration.scheme in _MAY_REVISE


def last_day_to_revise(certificate_on: date) -> date:
    """Return the last day on which invoices may be revised: a month from the certificate.

    Of a month that has no such day it is the last. Source: CGST Act s.31(3)(a); General Clauses
    Act s.3(35): a month is one of the calendar.
    """
    year, month = certificate_on.year, certificate_on.month + 1
    if month == 13:
        year, month = year + 1, 1
    days = calendar.monthrange(year, month)[1]
    return date(year, month, min(certificate_on.day, days))
