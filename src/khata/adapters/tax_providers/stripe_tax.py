"""Stripe Tax: what is asked and told, and what an answer means.

Source: https://docs.stripe.com/api/tax/calculations/create,
https://docs.stripe.com/api/tax/transactions/create_from_calculation
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any, Final

import httpx

from khata.adapters.tax_providers.wire import Unreadable, asked, open_http, percent, whole
from khata.core.tax.quotes import Basket, Quote, QuotedTax
from khata.ports.tax_provider import MadeSale, ProviderRefused, Reversal

ADDRESS: Final = "https://api.stripe.com"
VERSION: Final = "2026-10-28.endive"
MOST_LINES: Final = 100  # an answer tells of so many


class StripeTax:
    """One account at Stripe, by its secret key."""

    def __init__(
        self, key: str, *, base_url: str = ADDRESS, transport: httpx.BaseTransport | None = None
    ) -> None:
        headers = {"Authorization": f"Bearer {key}", "Stripe-Version": VERSION}
        self._http = open_http(base_url, headers, transport)

    def quote(self, basket: Basket) -> Quote:
        if len(basket.lines) > MOST_LINES:
            raise ProviderRefused("too_many_lines", f"Stripe Tax takes {MOST_LINES} lines")
        said = asked(self._http, "POST", "v1/tax/calculations", data=question(basket))
        return answered(said, basket)

    def record(self, sale: MadeSale) -> str:
        said = asked(
            self._http,
            "POST",
            "v1/tax/transactions/create_from_calculation",
            data={"calculation": sale.quote.reference, "reference": sale.invoice},
            headers={"Idempotency-Key": f"khata-tax-{sale.invoice}"},
        )
        return _text(said, "id")

    def reverse(self, reversal: Reversal) -> str:
        said = asked(
            self._http,
            "POST",
            "v1/tax/transactions/create_reversal",
            data={
                "mode": "partial",
                "original_transaction": reversal.recorded_as,
                "reference": reversal.note,
                "flat_amount": str(-(reversal.net + reversal.tax)),  # with its tax, below zero
            },
            headers={"Idempotency-Key": f"khata-tax-{reversal.note}"},
        )
        return _text(said, "id")

    def close(self) -> None:
        self._http.close()


def question(basket: Basket) -> dict[str, str]:
    """Return the form of a calculation: amounts in minor units, each line with its reference."""
    form = {
        "currency": basket.currency.lower(),
        "customer_details[address][country]": basket.country,
        "customer_details[address_source]": "billing",
        # Midday: the tax of that day, whichever way the buyer's clock differs.
        "tax_date": str(int(datetime.combine(basket.on, time(12), UTC).timestamp())),
        "expand[0]": "line_items.data.tax_breakdown",
    }
    for name, value in (("state", basket.state), ("postal_code", basket.postal_code)):
        if value:
            form[f"customer_details[address][{name}]"] = value
    if basket.exemption is not None:
        form["customer_details[taxability_override]"] = "customer_exempt"
    for place, line in enumerate(basket.lines):
        form[f"line_items[{place}][reference]"] = line.reference
        form[f"line_items[{place}][amount]"] = str(line.amount)
        form[f"line_items[{place}][tax_code]"] = basket.product_code
        form[f"line_items[{place}][tax_behavior]"] = "exclusive"
    return form


def answered(said: Mapping[str, Any], basket: Basket) -> Quote:
    """Return what a calculation says of each line of the basket. Raises: Unreadable."""
    listed = said.get("line_items")
    data = listed.get("data") if isinstance(listed, dict) else None
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise Unreadable("a calculation without its lines")
    by_reference = {one.get("reference"): one for one in data}
    if said.get("currency") != basket.currency.lower() or len(data) != len(basket.lines):
        raise Unreadable("a calculation of something else")
    lines = []
    reasons: dict[str, None] = {}
    for line in basket.lines:
        one = by_reference.get(line.reference)
        if one is None or one.get("amount") != line.amount:
            raise Unreadable("a calculation of something else")
        lines.append(_rows(one, basket, reasons))
    quote = Quote(basket.key, _text(said, "id"), tuple(lines), tuple(reasons), _expiry(said))
    if quote.tax != whole(said.get("tax_amount_exclusive")):
        raise Unreadable("taxes that do not add up")
    return quote


def _rows(
    one: Mapping[str, Any], basket: Basket, reasons: dict[str, None]
) -> tuple[QuotedTax, ...]:
    rows = []
    told = one.get("tax_breakdown")
    for part in told if isinstance(told, list) else ():
        place = part.get("jurisdiction") if isinstance(part, dict) else None
        if not isinstance(place, dict):
            raise Unreadable("a tax without its jurisdiction")
        name = f"{basket.state} {_text(place, 'display_name')}"
        reasons[f"{name} {_text(part, 'taxability_reason')}"] = None
        rate, amount = part.get("tax_rate_details"), whole(part.get("amount"))
        if rate is None and amount == 0:
            continue  # nobody taxes it there
        if not isinstance(rate, dict):
            raise Unreadable("a tax without its rate")
        taxable = whole(part.get("taxable_amount"))
        rows.append(QuotedTax(name, percent(rate.get("percentage_decimal")), taxable, amount))
    if sum(row.amount for row in rows) != whole(one.get("amount_tax")):
        raise Unreadable("taxes that do not add up")
    return tuple(rows)


def _expiry(said: Mapping[str, Any]) -> datetime | None:
    at = said.get("expires_at")
    return None if at is None else datetime.fromtimestamp(whole(at), UTC)


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise Unreadable(f"an answer without its {name}")
    return value
