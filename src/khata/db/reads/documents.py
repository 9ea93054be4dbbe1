"""Questions for documents: a stored invoice as the document its readers see."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.document import (
    BankDetails,
    DocumentLine,
    DocumentTax,
    InvoiceDocument,
    Party,
    RupeeValue,
    Title,
    UpiPayee,
    WholePeriod,
    title_of,
)
from khata.core.document_kind import DocumentKind
from khata.core.explaining_usage import used
from khata.core.ids import public_id
from khata.core.periods import Period, day_of
from khata.core.proration import share_of
from khata.core.refusal import NotFound
from khata.core.tax.nature import Nature
from khata.core.tax.place_of_supply import SupplyKind, Treatment, place_of
from khata.core.tax.rupees import exchange_of
from khata.core.tax.vat_wording import levy_words
from khata.db.reads import closeup
from khata.db.reads.closeup import InvoiceCloseup, LineCloseup
from khata.db.reads.document_parts import (
    logo_of,
    mark_of,
    party_shown,
    signatory_of,
    tenant_of_documents,
)
from khata.db.reads.goes_back import goes_back
from khata.db.stores.revising import carried_by

Connection = psycopg.Connection[TupleRow]


def invoice_document(connection: Connection, id: UUID, *, base_url: str) -> InvoiceDocument:
    """Return the invoice as its PDF and its hosted page show it; both parties as they were.

    Raises: NotFound.
    """
    shown = closeup.invoice(connection, id)
    if shown is None:
        raise NotFound("invoice", public_id("inv", id))
    tenant, zone, branding, livemode = tenant_of_documents(connection)
    # What the registration has of its own goes before what the tenant has.
    own = {"bank": shown.bank, "logo": shown.logo}
    branding = {**branding, **{name: value for name, value in own.items() if value}}
    home = shown.seller["country"]
    lines = closeup.lines(connection, id)
    seller = party_shown(shown.seller, seller_country=home)
    buyer = party_shown(shown.buyer, seller_country=home)
    original = goes_back(connection, id) if shown.document_kind in _TITLED else None
    return InvoiceDocument(
        title=_title(shown, lines),
        number=shown.number,
        issued_on=shown.issued_on,
        due_on=shown.due_on,
        status=shown.status,
        currency=shown.currency,
        seller=seller,
        buyer=buyer,
        lines=_lines(connection, id, lines, shown.currency),
        taxes=_taxes(connection, id),
        subtotal=shown.subtotal,
        discount=shown.discount,
        tax=shown.tax,
        round_off=shown.round_off,
        total=shown.total,
        amount_paid=shown.amount_paid,
        credited=shown.amount_credited,
        amount_due=shown.amount_due,
        place_of_supply=place_of(shown.place_country, shown.place_state, shown.place_code).spelled,
        endorsement=shown.endorsement,
        lut=shown.lut_number,
        levy_words=levy_words(shown.levy),
        paid_on=day_of(shown.paid_at, zone) if shown.paid_at else None,
        upi=_upi(branding, shown, seller, buyer),
        bank=BankDetails(**{"ifsc": None, **branding["bank"]}) if branding.get("bank") else None,
        hosted_url=f"{base_url}/i/{public_id('ten', tenant)}/{shown.link_token}",
        logo=logo_of(branding),
        livemode=livemode,
        charged_automatically=shown.charged_automatically,
        by_credit=shown.by_credit,
        by_wallet=shown.by_wallet,
        tds_withheld=shown.tds_withheld,
        reverse_charge=shown.supply_treatment == Treatment.REVERSE_CHARGE,
        signatory=signatory_of(shown.seller, shown.signatory),
        rupees=_rupees(shown),
        carried=min(carried_by(connection, id), shown.by_credit),
        original_number=original.number if original else None,
        original_issued_on=original.issued_on if original else None,
        reason=original.reason if original else None,
        language=shown.buyer.get("language") or "en",
        e_invoice=mark_of(shown.e_invoice),
    )


def _upi(
    branding: Mapping[str, Any], shown: InvoiceCloseup, seller: Party, buyer: Party
) -> UpiPayee | None:
    """Return where UPI goes; a consumer's code tells the GST as well, where the seller wants it.

    Source: Notf. 14/2020-CT; Circular 156/12/2021-GST: who holds a UIN counts as a consumer.
    """
    vpa = branding.get("upi_vpa")
    if not vpa:
        return None
    is_told = (
        branding.get("upi_gst")
        and shown.document_kind == DocumentKind.INVOICE
        and shown.supply_kind not in (SupplyKind.EXPORT, SupplyKind.OUT_OF_SCOPE)
        and (seller.tax_id_label, buyer.tax_id_label == "GSTIN") == ("GSTIN", False)
    )
    return UpiPayee(vpa, seller.name, gstin=seller.tax_id if is_told else None)


def _taxes(connection: Connection, id: UUID) -> tuple[DocumentTax, ...]:
    return tuple(
        DocumentTax(row.name, row.rate, row.taxable, row.amount)
        for row in closeup.taxes(connection, id)
    )


_TITLED = {
    DocumentKind.DEBIT_NOTE.value: Title.DEBIT_NOTE,
    DocumentKind.REVISED_INVOICE.value: Title.REVISED_INVOICE,
    DocumentKind.PAYMENT_REQUEST.value: Title.PAYMENT_REQUEST,
}


def _title(shown: InvoiceCloseup, lines: Sequence[LineCloseup]) -> Title:
    if (title := _TITLED.get(shown.document_kind)) is not None:
        return title
    return title_of(
        seller_country=shown.seller["country"],
        # A registered seller supplies nothing by a top-up: it is no tax invoice.
        seller_registered=shown.seller.get("tax_id_type") == "in_gst"
        and shown.supply_kind != "out_of_scope",
        export=shown.supply_kind == "export",
        exempt=shown.document_kind == DocumentKind.BILL_OF_SUPPLY,
        mixed=_is_mixed(shown, lines),
    )


def _is_mixed(shown: InvoiceCloseup, lines: Sequence[LineCloseup]) -> bool:
    """Say whether one who is not registered buys both what is taxed and what is not."""
    at_home = shown.supply_kind in (SupplyKind.INTRA, SupplyKind.INTER)
    is_invoice = shown.document_kind == DocumentKind.INVOICE
    untaxed = any(line.tax_nature != Nature.TAXABLE for line in lines)
    return at_home and is_invoice and untaxed and not shown.buyer.get("gstin")


def _rupees(shown: InvoiceCloseup) -> RupeeValue | None:
    rate = exchange_of(
        shown.currency, shown.exchange_rate, shown.exchange_rate_on, shown.exchange_rate_source
    )
    if rate is None:
        return None
    return RupeeValue(
        taxable=rate.rupees(shown.subtotal - shown.discount),
        tax=rate.rupees(shown.tax),
        total=rate.rupees(shown.total),
        rate=f"{rate.rate:f}",
        on=rate.on,
        source=rate.source,
    )


def _lines(
    connection: Connection, id: UUID, lines: Sequence[LineCloseup], currency: str
) -> tuple[DocumentLine, ...]:
    taxes: dict[int, list[DocumentTax]] = {}
    for position, *row in connection.execute(
        "select line_position, name, rate, taxable, amount from line_taxes"
        " where invoice_id = %s order by line_position, position",
        [id],
    ):
        taxes.setdefault(position, []).append(DocumentTax(*row))
    return tuple(
        _line(number, line, currency, tuple(taxes.get(line.position, ())))
        for number, line in enumerate(lines, start=1)
    )


def _line(
    number: int, line: LineCloseup, currency: str, taxes: tuple[DocumentTax, ...]
) -> DocumentLine:
    full = Period(line.full_start, line.full_end)
    part = Period(line.period_start, line.period_end)
    quantity, unit_amount, whole = line.quantity, line.unit_amount, None
    if line.priced is not None and line.priced != quantity * unit_amount:
        whole = _whole(line)
        quantity, unit_amount = 1, line.priced
    elif line.priced is None and part != full:  # older than what is priced was kept
        whole = WholePeriod(part.days, full.days, quantity, unit_amount)
        quantity, unit_amount = 1, share_of(part, full=full).of(quantity * unit_amount)
    return DocumentLine(
        position=number,
        description=_described(line),
        quantity=quantity,
        amount=line.amount,
        unit_amount=unit_amount,
        unit_includes_tax=line.tax_behavior == "inclusive",
        discount=line.discount,
        tax_code=line.tax_code or None,
        period_start=part.start,
        period_end_inclusive=part.end - timedelta(days=1),
        part_of=whole,
        taxes=taxes,
    )


def _described(line: LineCloseup) -> str:
    """Return what a line is for; of usage also how much it was."""
    basis = line.basis or {}
    return (
        f"{line.description}: {used(basis)} used"
        if basis.get("rule") == "usage"
        else line.description
    )


def _whole(line: LineCloseup) -> WholePeriod | None:
    """Return what a line is a share of by days; another policy's share is in its description."""
    basis = line.basis or {}
    is_plain = basis.get("of") == line.quantity * line.unit_amount
    if basis.get("rule") != "share" or basis.get("policy") != "by_day" or not is_plain:
        return None
    return WholePeriod(basis["part"], basis["whole"], line.quantity, line.unit_amount)
