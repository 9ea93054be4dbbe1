"""TaxJar: what is asked and told, and what an answer means.

Source: https://developers.taxjar.com/api/reference/
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import httpx

from khata.adapters.tax_providers.wire import Unreadable, asked, open_http, percent
from khata.core.tax.quotes import Basket, Quote, QuotedTax
from khata.ports.tax_provider import MadeSale, ProviderRefused, Reversal

ADDRESS: Final = "https://api.taxjar.com"

# A jurisdiction's level, and how its taxable amount, rate and tax are called on a line.
_PARTS: Final = (
    ("state", "state_taxable_amount", "state_sales_tax_rate", "state_amount"),
    ("county", "county_taxable_amount", "county_tax_rate", "county_amount"),
    ("city", "city_taxable_amount", "city_tax_rate", "city_amount"),
    (
        "special district",
        "special_district_taxable_amount",
        "special_tax_rate",
        "special_district_amount",
    ),
)
_EXEMPT: Final = {"resale": "wholesale", "government": "government"}  # the rest is `other`


class TaxJar:
    """One account at TaxJar, by its token."""

    def __init__(
        self, token: str, *, base_url: str = ADDRESS, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._http = open_http(base_url, {"Authorization": f"Bearer {token}"}, transport)

    def quote(self, basket: Basket) -> Quote:
        if basket.currency != "USD":
            raise ProviderRefused("currency", "TaxJar calculates in US dollars only")
        return answered(asked(self._http, "POST", "v2/taxes", json=question(basket)), basket)

    def record(self, sale: MadeSale) -> str:
        return self._told("order", sale.invoice, order(sale))

    def reverse(self, reversal: Reversal) -> str:
        return self._told("refund", reversal.note, refund(reversal))

    def _told(self, kind: str, id: str, body: Mapping[str, Any]) -> str:
        path = f"v2/transactions/{kind}s"
        try:
            said = asked(self._http, "POST", path, json=body)
        except ProviderRefused as no:
            if no.code != "http_422":
                raise
            # It may be there already: the answer to an earlier telling was lost.
            try:
                said = asked(self._http, "GET", f"{path}/{id}")
            except ProviderRefused:
                raise no from None
        told = said.get(kind)
        if not isinstance(told, dict) or told.get("transaction_id") != id:
            raise Unreadable(f"a {kind} that is another one")
        return id

    def close(self) -> None:
        self._http.close()


def question(basket: Basket) -> dict[str, Any]:
    """Return the order to be taxed, in dollars."""
    body: dict[str, Any] = {
        "from_country": basket.seller_country,
        "to_country": basket.country,
        "to_state": basket.state,
        "to_zip": basket.postal_code,
        "amount": _dollars(sum(line.amount for line in basket.lines)),
        "shipping": 0,
        "line_items": [
            {
                "id": line.reference,
                "quantity": 1,
                "unit_price": _dollars(line.amount),
                "product_tax_code": basket.product_code,
            }
            for line in basket.lines
        ],
    }
    origin = {"from_state": basket.seller_state, "from_zip": basket.seller_postal_code}
    body |= {name: value for name, value in origin.items() if value}
    if basket.exemption is not None:
        body["exemption_type"] = _EXEMPT.get(basket.exemption, "other")
    return body


def order(sale: MadeSale) -> dict[str, Any]:
    """Return the sale as it is recorded: `amount` is without its tax."""
    body = question(sale.basket)
    for place, line in enumerate(body["line_items"]):
        line["sales_tax"] = _dollars(sum(row.amount for row in sale.quote.lines[place]))
    return body | {
        "transaction_id": sale.invoice,
        "transaction_date": sale.basket.on.isoformat(),
        "sales_tax": _dollars(sale.quote.tax),
    }


def refund(reversal: Reversal) -> dict[str, Any]:
    """Return what is taken back of an order: amounts below zero, and the order's own id."""
    asked_of = question(reversal.basket)
    kept = (
        "from_country",
        "from_state",
        "from_zip",
        "to_country",
        "to_state",
        "to_zip",
        "shipping",
    )
    return {name: asked_of[name] for name in kept if name in asked_of} | {
        "transaction_id": reversal.note,
        "transaction_reference_id": reversal.invoice,
        "transaction_date": reversal.on.isoformat(),
        "amount": _dollars(-reversal.net),
        "sales_tax": _dollars(-reversal.tax),
    }


def answered(said: Mapping[str, Any], basket: Basket) -> Quote:
    """Return what the answer says of each line of the basket. Raises: Unreadable."""
    tax = said.get("tax")
    if not isinstance(tax, dict):
        raise Unreadable("an answer without its tax")
    due = _cents(tax.get("amount_to_collect"))
    reasons = (_reason(tax, basket),)
    breakdown = tax.get("breakdown")
    if breakdown is None and due == 0:  # there is none where nothing is collected
        return Quote(basket.key, "", tuple(() for _ in basket.lines), reasons, None)
    told = breakdown.get("line_items") if isinstance(breakdown, dict) else None
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise Unreadable("an answer without its lines")
    by_id = {one.get("id"): one for one in told}
    if set(by_id) != {line.reference for line in basket.lines}:
        raise Unreadable("an answer about something else")
    names = tax.get("jurisdictions")
    if not isinstance(names, dict):
        raise Unreadable("an answer without its jurisdictions")
    lines = tuple(_rows(by_id[line.reference], names, basket) for line in basket.lines)
    quote = Quote(basket.key, "", lines, reasons, None)
    if quote.tax != due:
        raise Unreadable("taxes that do not add up")
    return quote


def _reason(tax: Mapping[str, Any], basket: Basket) -> str:
    if type(tax.get("has_nexus")) is not bool:
        raise Unreadable("an answer that does not say whether there is nexus")
    if not tax["has_nexus"]:
        return f"no nexus in {basket.state}"
    exempt = tax.get("exemption_type")
    source = f"nexus in {basket.state}, sourced by {tax.get('tax_source') or 'nothing'}"
    return f"{source}, exempt: {exempt}" if exempt not in (None, "non_exempt") else source


def _rows(
    one: Mapping[str, Any], names: Mapping[str, Any], basket: Basket
) -> tuple[QuotedTax, ...]:
    rows = []
    for level, taxable, rate, amount in _PARTS:
        cents = _cents(one.get(amount, 0))
        if cents == 0:
            continue
        name = names.get(level) if level in ("county", "city") else None
        title = f"{name} {level}".title() if isinstance(name, str) and name else level.title()
        share = one.get(rate)
        if not isinstance(share, Decimal | int) or isinstance(share, bool):
            raise Unreadable("a tax without its rate")
        rows.append(
            QuotedTax(
                f"{basket.state} {title}", percent(share * 100), _cents(one.get(taxable)), cents
            )
        )
    if sum(row.amount for row in rows) != _cents(one.get("tax_collectable")):
        raise Unreadable("taxes that do not add up")
    return tuple(rows)


def _cents(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise Unreadable("an amount that is no number")
    cents = Decimal(value) * 100
    if not cents.is_finite() or cents != cents.to_integral_value():
        raise Unreadable("an amount with a part of a cent")
    return int(cents)


def _dollars(cents: int) -> float:
    """Return dollars as a number of JSON: below 2^53 cents it is written with its two decimals."""
    return cents / 100
