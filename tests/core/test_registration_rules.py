"""Which registration issues: named, by rule, or the default. And what a scheme allows."""

from datetime import date
from uuid import UUID

import pytest

from khata.core.refusal import Refusal
from khata.core.registration import DEFAULT_SERIES, BadScheme, check_scheme, checked_seller_tax_id
from khata.core.registration_rules import (
    BadRegistrationRule,
    RegistrationRule,
    check_rule,
    registration_by_rule,
)
from khata.core.series_overlap import SeriesOverlap, check_documents_apart
from khata.core.tax.gstin import InvalidGstin
from khata.core.tax.parties import ExportRoute, Scheme
from tests.core.agreements import id_of

DAY = date(2026, 11, 24)
BOOK, APP = id_of(70), id_of(71)
KA, MH, EU, EXPORTS = (id_of(n) for n in (1, 2, 3, 4))


def rule(
    registration: UUID,
    *,
    product: UUID | None = None,
    country: str | None = None,
    state: str | None = None,
    since: date = date(2026, 4, 1),
    until: date | None = None,
    n: int = 10,
) -> RegistrationRule:
    return RegistrationRule(id_of(n), registration, product, country, state, since, until)


RULES = (
    rule(MH, country="IN", state="MH"),
    rule(EXPORTS, country="US"),
    rule(EU, product=BOOK),
    rule(KA, country="DE", until=date(2026, 11, 23)),
    rule(EU, country="DE", since=date(2026, 11, 24)),
)


@pytest.mark.parametrize(
    ("products", "country", "state", "found"),
    [
        ({APP}, "IN", "MH", MH),
        ({APP}, "IN", "KA", None),  # the default
        ({APP}, "US", "CA", EXPORTS),
        ({BOOK, APP}, "US", "CA", EU),  # a product goes before a place
        ({BOOK}, "IN", "MH", EU),
        ({APP}, "DE", None, EU),  # the rule before it has ended
        (set(), "FR", None, None),
    ],
)
def test_the_rule_that_fits_best(
    products: set[UUID], country: str, state: str | None, found: UUID | None
) -> None:
    chosen = registration_by_rule(RULES, products=products, country=country, state=state, on=DAY)
    assert chosen == found


def test_of_two_alike_the_later_one_holds() -> None:
    both = (rule(KA, country="US", n=11), rule(MH, country="US", since=date(2026, 5, 1), n=9))
    found = registration_by_rule(both, products=(), country="US", state=None, on=DAY)
    assert found == MH


@pytest.mark.parametrize(
    "bad",
    [
        rule(KA),
        rule(KA, state="MH", product=APP),
        rule(KA, country="US", until=date(2026, 3, 31)),
    ],
)
def test_a_rule_that_decides_nothing(bad: RegistrationRule) -> None:
    with pytest.raises(BadRegistrationRule):
        check_rule(bad)


GSTIN, ABROAD = "29ABCCT1234E1ZL", "9917SGP29001OST"
ROUTE = ExportRoute.LUT_IF_VALID


@pytest.mark.parametrize(
    ("scheme", "route", "country", "gstin", "law"),
    [
        (Scheme.COMPOSITION, ROUTE, "IN", None, "registered"),
        (Scheme.SEZ, ROUTE, "IN", None, "registered"),
        (Scheme.OIDAR, ROUTE, "IN", GSTIN, "abroad"),
        (Scheme.SEZ, ROUTE, "SG", ABROAD, "in India"),
        (Scheme.COMPOSITION, ExportRoute.LUT_REQUIRED, "IN", GSTIN, "s.10(2)(c)"),
    ],
)
def test_a_scheme_that_cannot_be(
    scheme: Scheme, route: ExportRoute, country: str, gstin: str | None, law: str
) -> None:
    with pytest.raises(BadScheme) as refused:
        check_scheme(scheme, route, country=country, gstin=gstin, param="scheme")
    assert law in refused.value.detail


def test_schemes_that_can_be() -> None:
    check_scheme(Scheme.REGULAR, ROUTE, country="IN", gstin=None, param="scheme")
    check_scheme(Scheme.OIDAR, ROUTE, country="SG", gstin=ABROAD, param="scheme")
    for scheme in (Scheme.COMPOSITION, Scheme.SEZ):
        check_scheme(scheme, ROUTE, country="IN", gstin=GSTIN, param="scheme")


def _number(text: str, scheme: Scheme, country: str = "SG") -> str:
    return checked_seller_tax_id(
        text,
        type="in_gst",
        country=country,
        state=None,
        param="p",
        type_param="t",
        scheme=scheme,
    )


def test_a_number_of_online_services_is_of_a_seller_abroad() -> None:
    assert _number("9917sgp29001-ost", Scheme.OIDAR) == ABROAD
    with pytest.raises(InvalidGstin, match="begins with 99"):
        _number(GSTIN, Scheme.OIDAR)
    with pytest.raises(InvalidGstin, match="mistyped"):
        _number("9917SGP29001OSX", Scheme.OIDAR)
    with pytest.raises(Refusal):
        _number(ABROAD, Scheme.REGULAR)


@pytest.mark.parametrize(
    ("bills", "invoices", "apart"),
    [
        ("BS/{fy}/{n:05}", "INV/{fy}/{n:05}", True),
        ("INV/{fy}/{n:05}", "INV/{fy}/{n:05}", False),
        ("A{fy}/{n}", "A{fy}/{n:05}", False),
        ("{fy}/{n}", "{fy}-{n}", True),
        ("BS/{fy}/{n:05}", "PR/{fy}/{n}", False),  # a request for an advance is kept beside them
    ],
)
def test_bills_of_supply_have_numbers_of_their_own(bills: str, invoices: str, apart: bool) -> None:
    series = {**DEFAULT_SERIES, "bill_of_supply": bills, "invoice": invoices}
    if apart:
        check_documents_apart(series, country="IN", param="series")
    else:
        with pytest.raises(SeriesOverlap):
            check_documents_apart(series, country="IN", param="series")
