"""Stripe Tax and TaxJar as their references say: what is asked, and what each answer means.

Sources: docs.stripe.com/api/tax/calculations, docs.stripe.com/api/tax/transactions,
developers.taxjar.com/api/reference.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from khata.adapters.tax_providers.stripe_tax import StripeTax
from khata.adapters.tax_providers.taxjar import TaxJar
from khata.core.tax.quotes import Basket, BasketLine, Quote, QuotedTax, TaxProviderName
from khata.ports.tax_provider import MadeSale, ProviderAway, ProviderRefused, Reversal, TaxProvider

KEY = "pretend-secret-0123456789"
Reply = Callable[[httpx.Request], httpx.Response]

BASKET = Basket(
    provider=TaxProviderName.STRIPE_TAX,
    subject="sub pty",
    seller_country="IN",
    country="US",
    state="CA",
    postal_code="90404",
    business=False,
    exemption=None,
    currency="USD",
    on=date(2026, 11, 27),
    product_code="code",
    lines=(BasketLine("0 2026-11-27", 1500), BasketLine("1 2026-11-27", 1000)),
)


def part(name: str, level: str, rate: str | None, taxable: int, amount: int) -> dict[str, Any]:
    return {
        "amount": amount,
        "jurisdiction": {"country": "US", "display_name": name, "level": level, "state": "CA"},
        "sourcing": "destination",
        "tax_rate_details": None
        if rate is None
        else {"display_name": "Sales Tax", "percentage_decimal": rate, "tax_type": "sales_tax"},
        "taxability_reason": "not_subject_to_tax" if rate is None else "standard_rated",
        "taxable_amount": taxable,
    }


# 6 % of 15.00 is 0.90; 10.00 of the second line is taxed nowhere.
STRIPE: dict[str, Any] = {
    "id": "taxcalc_1",
    "object": "tax.calculation",
    "currency": "usd",
    "expires_at": 1803340800,  # 2027-02-23
    "tax_amount_exclusive": 90,
    "tax_amount_inclusive": 0,
    "line_items": {
        "object": "list",
        "has_more": False,
        "data": [
            {
                "id": "tax_li_1",
                "reference": "0 2026-11-27",
                "amount": 1500,
                "amount_tax": 90,
                "tax_breakdown": [part("California", "state", "6.0", 1500, 90)],
            },
            {
                "id": "tax_li_2",
                "reference": "1 2026-11-27",
                "amount": 1000,
                "amount_tax": 0,
                "tax_breakdown": [part("California", "state", None, 0, 0)],
            },
        ],
    },
}


def line(id: str, collectable: float, **parts: float) -> dict[str, Any]:
    return {"id": id, "tax_collectable": collectable, **parts}


# As TaxJar's reference shows Santa Monica: 6.25 % + 1 % + 2.25 % of 15.00 is 1.43 in all.
TAXJAR: dict[str, Any] = {
    "tax": {
        "amount_to_collect": 1.43,
        "has_nexus": True,
        "tax_source": "destination",
        "jurisdictions": {"country": "US", "state": "CA", "county": "LOS ANGELES"},
        "breakdown": {
            "line_items": [
                line(
                    "0 2026-11-27",
                    1.43,
                    state_taxable_amount=15,
                    state_sales_tax_rate=0.0625,
                    state_amount=0.94,
                    county_taxable_amount=15,
                    county_tax_rate=0.01,
                    county_amount=0.15,
                    city_amount=0,
                    special_district_taxable_amount=15,
                    special_tax_rate=0.0225,
                    special_district_amount=0.34,
                ),
                line("1 2026-11-27", 0),
            ]
        },
    }
}


def stripe(reply: Reply) -> StripeTax:
    return StripeTax(KEY, transport=httpx.MockTransport(reply))


def taxjar(reply: Reply) -> TaxJar:
    return TaxJar(KEY, transport=httpx.MockTransport(reply))


BOTH = pytest.mark.parametrize(("opened", "good"), [(stripe, STRIPE), (taxjar, TAXJAR)])


def answers(body: Any, status: int = 200) -> Reply:
    return lambda request: httpx.Response(status, json=body)


def test_stripe_is_asked_by_line_with_the_day_and_the_address() -> None:
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=STRIPE)

    quote = stripe(reply).quote(replace(BASKET, exemption="resale"))
    [request] = asked
    assert (request.method, request.url.path) == ("POST", "/v1/tax/calculations")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    form = {name: value for name, [value] in parse_qs(request.content.decode()).items()}
    assert form == {
        "currency": "usd",
        "customer_details[address][country]": "US",
        "customer_details[address][state]": "CA",
        "customer_details[address][postal_code]": "90404",
        "customer_details[address_source]": "billing",
        "customer_details[taxability_override]": "customer_exempt",
        "tax_date": "1795780800",  # 2026-11-27 12:00 UTC
        "expand[0]": "line_items.data.tax_breakdown",
        "line_items[0][reference]": "0 2026-11-27",
        "line_items[0][amount]": "1500",
        "line_items[0][tax_code]": "code",
        "line_items[0][tax_behavior]": "exclusive",
        "line_items[1][reference]": "1 2026-11-27",
        "line_items[1][amount]": "1000",
        "line_items[1][tax_code]": "code",
        "line_items[1][tax_behavior]": "exclusive",
    }
    assert quote.reference == "taxcalc_1"
    assert quote.lines == ((QuotedTax("CA California", "6", 1500, 90),), ())
    assert quote.expires_at == datetime(2027, 2, 23, tzinfo=UTC)
    assert quote.reasons == ("CA California standard_rated", "CA California not_subject_to_tax")


def test_taxjar_is_asked_in_dollars_and_names_each_jurisdiction() -> None:
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=TAXJAR)

    quote = taxjar(reply).quote(BASKET)
    [request] = asked
    assert (request.method, request.url.path) == ("POST", "/v2/taxes")
    assert json.loads(request.content) == {
        "from_country": "IN",
        "to_country": "US",
        "to_state": "CA",
        "to_zip": "90404",
        "amount": 25.0,
        "shipping": 0,
        "line_items": [
            {
                "id": "0 2026-11-27",
                "quantity": 1,
                "unit_price": 15.0,
                "product_tax_code": "code",
            },
            {
                "id": "1 2026-11-27",
                "quantity": 1,
                "unit_price": 10.0,
                "product_tax_code": "code",
            },
        ],
    }
    assert quote.lines == (
        (
            QuotedTax("CA State", "6.25", 1500, 94),
            QuotedTax("CA Los Angeles County", "1", 1500, 15),
            QuotedTax("CA Special District", "2.25", 1500, 34),
        ),
        (),
    )
    assert quote.reasons == ("nexus in CA, sourced by destination",)


def test_without_nexus_taxjar_collects_nothing() -> None:
    body = {"tax": {"amount_to_collect": 0, "has_nexus": False}}
    quote = taxjar(answers(body)).quote(BASKET)
    assert (quote.tax, quote.lines, quote.reasons) == (0, ((), ()), ("no nexus in CA",))


def lost(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("lost", request=request)


@BOTH
@pytest.mark.parametrize(
    "reply",
    [
        lost,
        answers({"error": "x"}, 500),
        answers({"error": "x"}, 503),
        answers({"error": "x"}, 429),
        answers({"error": {"message": f"Invalid key {KEY}"}}, 401),
        answers([], 200),
        answers({}, 200),
        answers({}, 302),
        lambda request: httpx.Response(200, text="<html>Sign in</html>"),
        lambda request: httpx.Response(200, content=b'{"id": "taxcalc_1", "line_'),
    ],
)
def test_no_answer_that_can_be_read_is_asked_again(
    opened: Callable[[Reply], TaxProvider],
    good: dict[str, Any],
    reply: Reply,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level("DEBUG"), pytest.raises(ProviderAway) as away:
        opened(reply).quote(BASKET)
    assert KEY not in str(away.value)
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("opened", "good", "path", "bad"),
    [
        (stripe, STRIPE, "tax_amount_exclusive", 91),  # they do not add up
        (stripe, STRIPE, "tax_amount_exclusive", 90.0),
        (stripe, STRIPE, "currency", "eur"),
        (stripe, STRIPE, "id", None),
        (stripe, STRIPE, "line_items.data.0.reference", "another"),
        (stripe, STRIPE, "line_items.data.0.amount", 1499),
        (stripe, STRIPE, "line_items.data.0.amount_tax", 89),
        (stripe, STRIPE, "line_items.data.0.tax_breakdown", None),
        (stripe, STRIPE, "line_items.data.0.tax_breakdown.0.jurisdiction", None),
        (stripe, STRIPE, "line_items.data.0.tax_breakdown.0.tax_rate_details", "flat"),
        (
            stripe,
            STRIPE,
            "line_items.data.0.tax_breakdown.0.tax_rate_details.percentage_decimal",
            "x",
        ),
        (taxjar, TAXJAR, "tax.amount_to_collect", 1.44),
        (taxjar, TAXJAR, "tax.amount_to_collect", "1.43"),
        (taxjar, TAXJAR, "tax.amount_to_collect", 1.435),
        (taxjar, TAXJAR, "tax.has_nexus", "yes"),
        (taxjar, TAXJAR, "tax.breakdown", None),
        (taxjar, TAXJAR, "tax.jurisdictions", None),
        (taxjar, TAXJAR, "tax.breakdown.line_items.0.id", "another"),
        (taxjar, TAXJAR, "tax.breakdown.line_items.0.state_sales_tax_rate", None),
        (taxjar, TAXJAR, "tax.breakdown.line_items.0.state_amount", 0.95),
    ],
)
def test_an_answer_that_is_not_whole_is_never_guessed_at(
    opened: Callable[[Reply], TaxProvider], good: dict[str, Any], path: str, bad: object
) -> None:
    said = json.loads(json.dumps(good))
    *way, last = path.split(".")
    at = said
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[last] = bad
    opened(answers(good)).quote(BASKET)  # whole, it can be read
    with pytest.raises(ProviderAway):
        opened(answers(said)).quote(BASKET)


@pytest.mark.parametrize(
    ("opened", "body", "code"),
    [
        (
            stripe,
            {"error": {"code": "customer_tax_location_invalid", "message": "No such place"}},
            "customer_tax_location_invalid",
        ),
        (
            taxjar,
            {"status": 400, "error": "Bad Request", "detail": "No such place"},
            "http_400",
        ),
    ],
)
def test_a_no_is_named(opened: Callable[[Reply], TaxProvider], body: Any, code: str) -> None:
    with pytest.raises(ProviderRefused, match="No such place") as no:
        opened(answers(body, 400)).quote(BASKET)
    assert no.value.code == code


def test_taxjar_takes_dollars_only() -> None:
    with pytest.raises(ProviderRefused, match="US dollars"):
        taxjar(answers(TAXJAR)).quote(replace(BASKET, currency="EUR"))


QUOTE = Quote("key", "taxcalc_1", ((QuotedTax("CA State", "6", 1500, 90),), ()), (), None)
SALE = MadeSale("inv_1", BASKET, QUOTE)


def test_stripe_is_told_of_a_sale_by_its_calculation_under_one_key() -> None:
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"id": "tax_1", "object": "tax.transaction"})

    told = stripe(reply)
    assert [told.record(SALE), told.record(SALE)] == ["tax_1", "tax_1"]
    first, second = asked
    assert first.url.path == "/v1/tax/transactions/create_from_calculation"
    assert parse_qs(first.content.decode()) == {
        "calculation": ["taxcalc_1"],
        "reference": ["inv_1"],
    }
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


def test_taxjar_is_told_of_an_order_and_one_that_is_there_already_counts() -> None:
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.method == "POST" and len(asked) > 1:
            taken = {"status": 422, "error": "Unprocessable Entity", "detail": "already imported"}
            return httpx.Response(422, json=taken)
        return httpx.Response(200, json={"order": {"transaction_id": "inv_1"}})

    told = taxjar(reply)
    assert [told.record(SALE), told.record(SALE)] == ["inv_1", "inv_1"]
    assert [one.url.path for one in asked] == [
        "/v2/transactions/orders",
        "/v2/transactions/orders",
        "/v2/transactions/orders/inv_1",
    ]
    body = json.loads(asked[0].content)
    assert body["transaction_id"] == "inv_1"
    assert body["transaction_date"] == "2026-11-27"
    assert (body["amount"], body["sales_tax"]) == (25.0, 0.9)
    assert [one["sales_tax"] for one in body["line_items"]] == [0.9, 0.0]


BACK = Reversal("cn_1", "inv_1", "tax_1", BASKET, 500, 30, date(2026, 11, 28))


def test_a_note_is_told_below_zero_against_its_sale() -> None:
    """5.00 and its tax of 0.30: Stripe takes both as one, TaxJar each."""
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"id": "tax_2", "refund": {"transaction_id": "cn_1"}})

    assert (stripe(reply).reverse(BACK), taxjar(reply).reverse(BACK)) == ("tax_2", "cn_1")
    first, second = asked
    assert first.url.path == "/v1/tax/transactions/create_reversal"
    assert parse_qs(first.content.decode()) == {
        "mode": ["partial"],
        "original_transaction": ["tax_1"],
        "reference": ["cn_1"],
        "flat_amount": ["-530"],
    }
    assert second.url.path == "/v2/transactions/refunds"
    assert json.loads(second.content) == {
        "from_country": "IN",
        "to_country": "US",
        "to_state": "CA",
        "to_zip": "90404",
        "shipping": 0,
        "transaction_id": "cn_1",
        "transaction_reference_id": "inv_1",
        "transaction_date": "2026-11-28",
        "amount": -5.0,
        "sales_tax": -0.3,
    }
