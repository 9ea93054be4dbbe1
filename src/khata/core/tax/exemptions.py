"""Exemptions: certificates by which a customer is not taxed, each in its place and for its days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from khata.core.refusal import Refusal


class ExemptionKind(StrEnum):
    """Why no tax is charged."""

    RESALE = "resale"
    GOVERNMENT = "government"
    NONPROFIT = "nonprofit"
    DIPLOMATIC = "diplomatic"
    DIRECT_PAY = "direct_pay"  # the buyer pays the tax itself, by permit
    TAX_EXEMPT = "tax_exempt"
    NOTIFICATION = "notification"  # India's only one: supplies exempted by notification, s.11


class NoSuchExemption(Refusal):
    """The tax of that place knows no exemption of this kind."""


class BadExemption(Refusal):
    """An exemption without what proves it, or that ends before it begins."""


@dataclass(frozen=True, slots=True)
class Exemption:
    """`state` is None where all of the country is meant; `valid_to` None while nothing ends it."""

    id: UUID
    country: str  # ISO 3166-1 alpha-2
    state: str | None  # ISO 3166-2 without the country
    kind: ExemptionKind
    certificate: str  # its number; of a notification: 12/2017-CTR serial 5
    valid_from: date
    valid_to: date | None
    reason: str | None = None

    def holds(self, *, country: str, state: str | None, on: date) -> bool:
        """Say whether it holds in that place on that day."""
        return (
            self.country == country
            and self.state in (None, state)
            and self.valid_from <= on
            and (self.valid_to is None or on <= self.valid_to)
        )


def exemption_on(
    exemptions: Iterable[Exemption], *, country: str, state: str | None, on: date
) -> Exemption | None:
    """Return the exemption that holds in a place on a day: of several the one of the state."""
    held = [one for one in exemptions if one.holds(country=country, state=state, on=on)]
    return max(held, key=lambda one: (one.state is not None, one.valid_from), default=None)


def check_exemption(exemption: Exemption) -> None:
    """Refuse what could never hold. Raises: BadExemption, NoSuchExemption.

    Source: CGST Act s.11: in India the Government exempts supplies, by notification; there is
    no customer whom nobody may tax. Bodies with a UIN pay and claim back (s.55).
    """
    if exemption.valid_to is not None and exemption.valid_to < exemption.valid_from:
        raise BadExemption(
            f"The exemption would end on {exemption.valid_to}, before it begins", param="valid_to"
        )
    if exemption.country == "IN" and exemption.kind is not ExemptionKind.NOTIFICATION:
        raise NoSuchExemption(
            f"GST knows no customer exempt as {exemption.kind}: supplies are exempted by "
            "notification (CGST Act s.11), so give the kind `notification` and its number; "
            "an embassy pays and claims back under its UIN (s.55)",
            param="kind",
        )
    if exemption.country != "IN" and exemption.kind is ExemptionKind.NOTIFICATION:
        raise NoSuchExemption("Only India exempts by notification", param="kind")
    if not exemption.certificate.strip():
        raise BadExemption(
            "An exemption is proved by the number of its certificate", param="certificate"
        )
