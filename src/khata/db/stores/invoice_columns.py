"""Invoices, their lines and taxes, as the columns of their tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from khata.core.charge import Charge
from khata.core.invoice import Invoice, InvoiceStatus, Line
from khata.core.numbering import counted_under
from khata.core.tax.place_of_supply import Supply
from khata.db.tokens import link_tokens

Columns = dict[str, tuple[str, Sequence[Any]]]


def invoice_columns(invoices: Sequence[Invoice], at: datetime) -> Columns:
    """Return all of an invoice's row but its number and its place in the series."""
    statuses = [invoice.status for invoice in invoices]
    periods = [invoice.period for invoice in invoices]
    return {
        "id": ("uuid", [invoice.id for invoice in invoices]),
        "registration_id": ("uuid", [invoice.registration_id for invoice in invoices]),
        "customer_id": ("uuid", [invoice.customer_id for invoice in invoices]),
        "subscription_id": ("uuid", [invoice.subscription_id for invoice in invoices]),
        "status": ("text", statuses),
        "series": ("text", [counted_under(invoice.series) for invoice in invoices]),
        "financial_year": ("text", [invoice.financial_year for invoice in invoices]),
        "currency": ("text", [invoice.currency for invoice in invoices]),
        "subtotal": ("bigint", [invoice.subtotal for invoice in invoices]),
        "discount": ("bigint", [invoice.discount for invoice in invoices]),
        "tax": ("bigint", [invoice.tax for invoice in invoices]),
        "round_off": ("bigint", [invoice.round_off for invoice in invoices]),
        "total": ("bigint", [invoice.total for invoice in invoices]),
        "amount_paid": ("bigint", [invoice.settled for invoice in invoices]),
        "collection_method": ("text", [invoice.collection_method for invoice in invoices]),
        "issued_on": ("date", [invoice.issued_on for invoice in invoices]),
        "due_on": ("date", [invoice.due_on for invoice in invoices]),
        "period_start": ("date", [period and period.start for period in periods]),
        "period_end": ("date", [period and period.end for period in periods]),
        **_supply_columns(invoices),
        "seller_party_id": ("uuid", [invoice.seller_party_id for invoice in invoices]),
        "buyer_party_id": ("uuid", [invoice.buyer_party_id for invoice in invoices]),
        "link_token": ("text", link_tokens(len(invoices))),
        "created_at": ("timestamptz", [at] * len(invoices)),
        "document_kind": ("text", [invoice.kind for invoice in invoices]),
        **_exchange_columns(invoices),
        **_original_columns(invoices),
        "paid_at": (
            "timestamptz",
            [at if status is InvoiceStatus.PAID else None for status in statuses],
        ),
    }


def _exchange_columns(invoices: Sequence[Invoice]) -> Columns:
    rates = [invoice.exchange for invoice in invoices]
    if not any(rates):
        return {}
    return {
        "exchange_rate": ("numeric", [one and one.rate for one in rates]),
        "exchange_rate_on": ("date", [one and one.on for one in rates]),
        "exchange_rate_source": ("text", [one and one.source for one in rates]),
    }


def _original_columns(invoices: Sequence[Invoice]) -> Columns:
    if not any(invoice.original_id for invoice in invoices):
        return {}
    return {
        "original_invoice_id": ("uuid", [invoice.original_id for invoice in invoices]),
        "note_reason": ("text", [invoice.note_reason for invoice in invoices]),
    }


def _supply_columns(invoices: Sequence[Invoice]) -> Columns:
    supplies = [invoice.supply for invoice in invoices]
    return {
        "supply_kind": ("text", [supply.kind for supply in supplies]),
        "supply_treatment": ("text", [supply.treatment for supply in supplies]),
        "place_country": ("text", [supply.place.country for supply in supplies]),
        "place_state": ("text", [supply.place.state for supply in supplies]),
        "place_code": ("text", [supply.place.code for supply in supplies]),
        "endorsement": ("text", [supply.endorsement for supply in supplies]),
        "lut_number": ("text", [supply.lut for supply in supplies]),
        "law": ("text", [supply.law for supply in supplies]),
        "levy": ("jsonb", [_levy(supply) for supply in supplies]),
    }


def _levy(supply: Supply) -> str | None:
    return orjson.dumps(supply.levy.stored()).decode() if supply.levy else None


def line_columns(invoices: Sequence[Invoice]) -> Columns:
    lines = [line for invoice in invoices for line in invoice.lines]
    charges = [line.charge for line in lines]
    periods = [charge.period for charge in charges]
    fulls = [charge.full for charge in charges]
    starts = [period.start for period in periods]
    return {
        "id": ("uuid", [line.id for line in lines]),
        "invoice_id": ("uuid", [invoice.id for invoice in invoices for _ in invoice.lines]),
        "position": ("smallint", [line.position for line in lines]),
        "kind": ("text", [charge.kind for charge in charges]),
        "subscription_id": ("uuid", [charge.subscription_id for charge in charges]),
        "subscription_item_id": ("uuid", [charge.item_id for charge in charges]),
        "price_id": ("uuid", [charge.price_id for charge in charges]),
        "description": ("text", [charge.description for charge in charges]),
        "tax_code": ("text", [charge.tax_code for charge in charges]),
        "quantity": ("bigint", [charge.quantity for charge in charges]),
        "priced_quantity": ("numeric", [charge.priced_quantity for charge in charges]),
        "unit_amount": ("bigint", [charge.unit_amount for charge in charges]),
        "priced": ("bigint", [charge.amount for charge in charges]),
        "discount": ("bigint", [line.discount for line in lines]),
        "amount": ("bigint", [line.amount for line in lines]),
        "tax_behavior": (
            "text",
            [invoice.tax_behavior for invoice in invoices for _ in invoice.lines],
        ),
        "period_start": ("date", starts),
        "period_end": ("date", [period.end for period in periods]),
        "full_start": ("date", [full.start for full in fulls]),
        "full_end": ("date", [full.end for full in fulls]),
        "recognized_until": ("date", starts),
        "basis": ("jsonb", [_spelled(charge) for charge in charges]),
        "tax_nature": ("text", [line.nature for line in lines]),
        **_rate_columns(lines),
    }


def _rate_columns(lines: Sequence[Line]) -> Columns:
    if not any(line.rate for line in lines):
        return {}
    told = [line.rate and orjson.dumps(line.rate.stored()).decode() for line in lines]
    return {"rate_decision": ("jsonb", told)}


def billed_columns(invoices: Sequence[Invoice]) -> Columns:
    """Return which subscriptions are billed, of invoices that bill several."""
    bills = [(invoice.id, one) for invoice in invoices for one in invoice.bills]
    return {
        "invoice_id": ("uuid", [invoice for invoice, _ in bills]),
        "subscription_id": ("uuid", [one.subscription_id for _, one in bills]),
        "period_start": ("date", [one.period.start for _, one in bills]),
        "period_end": ("date", [one.period.end for _, one in bills]),
    }


def _spelled(charge: Charge) -> str | None:
    return None if charge.basis is None else orjson.dumps(charge.basis, default=str).decode()


def tax_columns(invoices: Sequence[Invoice]) -> Columns:
    taxed = [
        (invoice.id, line.position, position, tax)
        for invoice in invoices
        for line in invoice.lines
        for position, tax in enumerate(line.taxes)
    ]
    taxes = [tax for _, _, _, tax in taxed]
    return {
        "invoice_id": ("uuid", [invoice for invoice, _, _, _ in taxed]),
        "line_position": ("smallint", [line for _, line, _, _ in taxed]),
        "position": ("smallint", [position for _, _, position, _ in taxed]),
        "name": ("text", [tax.name for tax in taxes]),
        "rate": ("text", [tax.rate for tax in taxes]),
        "taxable": ("bigint", [tax.taxable for tax in taxes]),
        "amount": ("bigint", [tax.amount for tax in taxes]),
    }
