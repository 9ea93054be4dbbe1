"""Bodies and recipes of returns: months that were filed, and what is amended in one."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any, cast

from fastapi import FastAPI

from khata.core.ids import parse_id
from khata.wiring import Engine
from tests.api.e_invoice_recipes import default_registration
from tests.api.revised_recipes import WHERE, a_gstin
from tests.api.seller import Recipe, Seller

_MONTHS = count()


def _registration(seller: Seller) -> str:
    """The one that the account was opened with: it has a GSTIN."""
    return default_registration(seller)


def _filed(seller: Seller) -> dict[str, Any]:
    """A month long ago that nobody has filed yet, and in which nothing was sold."""
    months = next(_MONTHS)
    return {
        "registration": _registration(seller),
        "period": f"{2018 + months // 12}-{1 + months % 12:02}",
        "arn": "AA291018001234X",
        "filed_on": "2026-01-05",
    }


def _amended(seller: Seller) -> dict[str, Any]:
    """A new GSTIN for an invoice that is of last month, which is filed."""
    from tests.api.recipes import open_invoice  # it knows these recipes, so it cannot come first

    invoice = open_invoice(seller)
    today = date.fromisoformat(invoice["issued_on"])
    last_month = today.replace(day=1) - timedelta(days=1)
    engine = cast(Engine, cast(FastAPI, seller.client.app).state.engine)
    with engine.db.transaction(seller.tenant) as uow:
        uow.connection.execute(
            "update invoices set issued_on = %s where id = %s",
            [last_month, parse_id("inv", invoice["id"])],
        )
    filed = {
        "registration": _registration(seller),
        "period": f"{last_month:%Y-%m}",
        "arn": "AA291026001234X",
        "filed_on": today.isoformat(),
    }
    answer = seller.post("/v1/returns/gstr1/file", filed)
    assert answer.status_code == 201 or answer.json()["code"] == "already_filed", answer.text
    return {
        "document": invoice["id"],
        "gstin": "29AABCT3518Q1ZS",
        "place": "29",
        "reason": "The buyer gave the wrong GSTIN",
    }


def filed_alone(seller: Seller) -> dict[str, Any]:
    """The one month that a registration of its own has filed."""
    registration = seller.create(
        "/v1/registrations",
        {
            "legal_name": "Chai Cloud",
            "country": "IN",
            "state": "MH",
            "address": WHERE,
            "tax_id": {"type": "in_gst", "value": a_gstin()},
        },
    )
    return seller.create(
        "/v1/returns/gstr1/file", _filed(seller) | {"registration": registration["id"]}
    )


def _undone(seller: Seller) -> dict[str, Any]:
    path = f"/v1/filed_returns/{filed_alone(seller)['id']}/undo"
    answer = seller.post(path, {"reason": "Typed wrongly"})
    assert answer.is_success, answer.text
    made: dict[str, Any] = answer.json()
    return made


RETURN_BODIES: dict[str, Callable[[Seller], Any]] = {
    "POST /v1/returns/gstr1/file": _filed,
    "POST /v1/returns/amendments": _amended,
    "POST /v1/filed_returns/{id}/undo": lambda seller: {"reason": "The ARN is of another month"},
}

ACTED_ON_RETURNS: dict[str, Recipe] = {"POST /v1/filed_returns/{id}/undo": filed_alone}

RETURN_RECIPES: dict[str, Recipe] = {
    "filed_returns": lambda seller: seller.create("/v1/returns/gstr1/file", _filed(seller)),
    "filing_undos": _undone,
    "return_amendments": lambda seller: seller.create("/v1/returns/amendments", _amended(seller)),
}
