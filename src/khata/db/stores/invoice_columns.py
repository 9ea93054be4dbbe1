"""Invoices, their lines and taxes, as the columns of their tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from khata.core.invoice import Invoice, InvoiceStatus
from khata.core.numbering import counted_under
from khata.db.tokens import link_tokens

Columns = dict[str, tuple[str, Sequence[Any]]]


def invoice_columns(invoices: Sequence[Invoice], at: datetime) -> Columns:
    """Return all of an invoice's row but its number and its place in the series."""
    statuses = [invoice.status for invoice in invoices]
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
        "tax": ("bigint", [invoice.tax for invoice in invoices]),
        "round_off": ("bigint", [invoice.round_off for invoice in invoices]),
        "total": ("bigint", [invoice.total for invoice in invoices]),
        "collection_method": ("text", [invoice.collection_method for invoice in invoices]),
        "issued_on": ("date", [invoice.issued_on for invoice in invoices]),
        "due_on": ("date", [invoice.due_on for invoice in invoices]),
        "period_start": ("date", [invoice.period.start for invoice in invoices]),
        "period_end": ("date", [invoice.period.end for invoice in invoices]),
        **_supply_columns(invoices),
        "seller_party_id": ("uuid", [invoice.seller_party_id for invoice in invoices]),
        "buyer_party_id": ("uuid", [invoice.buyer_party_id for invoice in invoices]),
        "link_token": ("text", link_tokens(len(invoices))),
        "created_at": ("timestamptz", [at] * len(invoices)),
        "paid_at": (
            "timestamptz",
            [at if status is InvoiceStatus.PAID else None for status in statuses],
        ),
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
    }


def line_columns(invoices: Sequence[Invoice]) -> Columns:
    lines = [line for invoice in invoices for line in invoice.lines]
    items = [line.item for line in lines]
    periods = [line.period for line in lines]
    fulls = [line.full for line in lines]
    starts = [period.start for period in periods]
    return {
        "id": ("uuid", [line.id for line in lines]),
        "invoice_id": ("uuid", [invoice.id for invoice in invoices for _ in invoice.lines]),
        "position": ("smallint", [line.position for line in lines]),
        "subscription_item_id": ("uuid", [item.id for item in items]),
        "price_id": ("uuid", [item.price_id for item in items]),
        "description": ("text", [line.description for line in lines]),
        "tax_code": ("text", [item.tax_code for item in items]),
        "quantity": ("bigint", [line.quantity for line in lines]),
        "unit_amount": ("bigint", [item.unit_amount for item in items]),
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
    }


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
