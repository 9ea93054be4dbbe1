"""Answers as PayPal shapes them: objects, refusals with an issue, instants, money, ids."""

import json
import random
import re
from datetime import UTC, datetime
from typing import Any

from khata.simulators.vendor import Response

# Source: PayPal, "Currency codes".
CURRENCIES = frozenset(
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD "
    "USD".split()
)
WHOLE = frozenset({"HUF", "JPY", "TWD"})

_MESSAGES = {
    "INVALID_REQUEST": "Request is not well-formed, syntactically incorrect, or violates schema.",
    "AUTHENTICATION_FAILURE": "Authentication failed due to missing or invalid credentials.",
    "NOT_AUTHORIZED": "Authorization failed due to insufficient permissions.",
    "RESOURCE_NOT_FOUND": "The specified resource does not exist.",
    "RESOURCE_CONFLICT": "The server has detected a conflict while processing this request.",
    "UNPROCESSABLE_ENTITY": (
        "The requested action could not be performed, semantically incorrect, or failed business "
        "validation."
    ),
    "RATE_LIMIT_REACHED": "Too many requests. Blocked due to rate limiting.",
    "INTERNAL_SERVER_ERROR": "An internal server error occurred.",
}
_NAMES = {
    400: "INVALID_REQUEST",
    401: "AUTHENTICATION_FAILURE",
    403: "NOT_AUTHORIZED",
    404: "RESOURCE_NOT_FOUND",
    409: "RESOURCE_CONFLICT",
    422: "UNPROCESSABLE_ENTITY",
    429: "RATE_LIMIT_REACHED",
    500: "INTERNAL_SERVER_ERROR",
}


class Refused(Exception):
    """A request that is not done, with the status and the issue that PayPal gives."""

    def __init__(self, status: int, issue: str | None = None, *, field: str | None = None) -> None:
        super().__init__(issue)
        self.status = status
        self.issue = issue
        self.field = field


def good(body: Any, status: int = 200) -> Response:
    return Response(status, json.dumps(body).encode(), {"PayPal-Debug-Id": "f0000000sim01"})


def refusal(fault: Refused) -> Response:
    """Return a refusal in PayPal's form."""
    name = _NAMES[fault.status]
    said: dict[str, Any] = {
        "name": name,
        "message": _MESSAGES[name],
        "debug_id": "f0000000sim01",
        "links": [],
    }
    if fault.issue is not None:
        detail = {"issue": fault.issue, "description": fault.issue.replace("_", " ").lower()}
        if fault.field is not None:
            detail |= {"field": fault.field, "location": "body"}
        said["details"] = [detail]
    return good(said, fault.status)


def instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def money(units: int, currency: str) -> dict[str, str]:
    """Spell PayPal's own units: hundredths, or whole ones of a currency without decimals."""
    if currency in WHOLE:
        return {"currency_code": currency, "value": str(units)}
    sign = "-" if units < 0 else ""
    return {"currency_code": currency, "value": f"{sign}{abs(units) // 100}.{abs(units) % 100:02}"}


def minor(units: int, currency: str) -> int:
    """Return PayPal's units in those of ISO 4217, which gives two of its whole currencies cents."""
    return units * 100 if currency in ("HUF", "TWD") else units


def units_in(told: Any, field: str) -> tuple[int, str]:
    """Read money that a request tells. Raises: Refused, as PayPal does."""
    if not isinstance(told, dict) or not isinstance(told.get("value"), str):
        raise Refused(400, "MISSING_REQUIRED_PARAMETER", field=f"{field}/value")
    value, currency = told["value"], told.get("currency_code")
    if currency not in CURRENCIES:
        raise Refused(422, "INVALID_CURRENCY_CODE", field=f"{field}/currency_code")
    if re.fullmatch(r"[0-9]{1,15}(\.[0-9]+)?", value, re.ASCII) is None:
        raise Refused(400, "INVALID_PARAMETER_SYNTAX", field=f"{field}/value")
    whole, _, part = value.partition(".")
    if currency in WHOLE:
        if part:
            raise Refused(422, "DECIMALS_NOT_SUPPORTED", field=f"{field}/value")
        units = int(whole)
    else:
        if len(part) > 2:
            raise Refused(422, "DECIMAL_PRECISION", field=f"{field}/value")
        units = int(whole) * 100 + int(part.ljust(2, "0") or 0)
    if units < 1:
        raise Refused(422, "CANNOT_BE_ZERO_OR_NEGATIVE", field=f"{field}/value")
    return units, currency


class Ids:
    """Makes ids of PayPal's form: seventeen capitals and digits, never the same twice."""

    def __init__(self) -> None:
        self._random = random.Random(20250228)

    def new(self) -> str:
        letters = "ABCDEFGHJKLMNPRSTUVWXY0123456789"
        return "".join(self._random.choices(letters, k=17))
