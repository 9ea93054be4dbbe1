"""Returns of GST: a month's checks, its tables down to the documents, and the ledger."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from khata.core.exports.amounts import Amounts
from khata.core.exports.drill import Figure, documents_of, figures_of
from khata.core.exports.gstr1.parts import file_parts
from khata.core.exports.tax_document import DocumentKind, TaxDocument
from khata.core.filing import month_before, month_text
from khata.core.ids import new_id, public_id
from khata.core.refusal import NotFound, Refusal
from khata.core.registration import Registration
from khata.dashboard.page import page
from khata.dashboard.pages.return_files import HOME, told_asked
from khata.dashboard.reading import Fields, asked_fields, sent_fields
from khata.dashboard.route import HtmlRoute, status_of
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads.returns import ToldReturn
from khata.usecases.returns.file_return import FileReturn, file_return
from khata.usecases.returns.undo_filing import UndoFiling, undo_filing
from khata.wiring import Engine

_SHOWN: Final = 200  # documents of a figure; the API tells them all

_TABLES: Final = {
    "b2b": "4, 6B · To the registered",
    "b2cl": "5 · Large, to consumers of other states",
    "exp": "6A · Exports",
    "b2cs": "7 · To other consumers",
    "nil": "8 · Nil rated, exempt, outside GST",
    "cdnr": "9B · Notes to the registered",
    "cdnur": "9B · Notes on exports and large consumers",
    "at": "11A · Advances received",
    "txpd": "11B · Advances taken up",
    "b2ba": "9A · Amended: to the registered",
    "b2cla": "9A · Amended: large consumers",
    "expa": "9A · Amended: exports",
    "cdnra": "9C · Amended notes to the registered",
    "cdnura": "9C · Amended other notes",
    "b2csa": "10 · Amended: other consumers",
    "ata": "11 · Amended advances received",
    "txpda": "11 · Amended advances taken up",
    "hsn_b2b": "12 · By code, to the registered",
    "hsn_b2c": "12 · By code, to the others",
    "data": "12 · By code",
}
_ROWS: Final = {
    "osup_det": "3.1(a) Taxable, other than zero rated",
    "osup_zero": "3.1(b) Zero rated",
    "osup_nil_exmp": "3.1(c) Nil rated and exempt",
    "isup_rev": "3.1(d) Purchases under reverse charge",
    "osup_nongst": "3.1(e) Outside GST",
}


@dataclass(slots=True)
class _Table:
    """One table of GSTR-1 in all: what its figures come to, and how many documents they have."""

    name: str
    words: str
    amounts: Amounts = field(default_factory=Amounts)
    documents: set[UUID] = field(default_factory=set)


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get(HOME)
    def returns(asked: Fields = Depends(asked_fields), viewer: Viewer = Depends(seen)) -> Response:
        return _shown(engine, viewer, asked)

    @routes.get(HOME + "/documents")
    def documents(
        asked: Fields = Depends(asked_fields), viewer: Viewer = Depends(seen)
    ) -> Response:
        told = told_asked(engine, viewer, asked)
        section, key = asked.text("section", 20), asked.texts("key")
        figures = [one for one in figures_of(told.gstr1) if one.table == section]
        ids = documents_of(figures, section, *key)
        known = _known(told)
        found = [known[id] for id in ids if id in known]
        return page(
            "return_documents.html",
            viewer=viewer,
            here="returns",
            told=told,
            month=month_text(told.gstr1.period),
            section=section,
            words=_TABLES.get(section, section),
            key=key,
            figures=figures,
            found=found[:_SHOWN],
            more=max(len(found) - _SHOWN, 0),
            path_of=path_of,
        )

    @routes.post(HOME + "/file", dependencies=[Depends(own_form)])
    def file(sent: Fields = Depends(sent_fields), viewer: Viewer = Depends(seen)) -> Response:
        return _done(engine, viewer, sent, _file)

    @routes.post(HOME + "/undo", dependencies=[Depends(own_form)])
    def undo(sent: Fields = Depends(sent_fields), viewer: Viewer = Depends(seen)) -> Response:
        return _done(engine, viewer, sent, _undo)

    return routes


_Act = Callable[[Engine, Viewer, Fields, ToldReturn], None]


def _done(engine: Engine, viewer: Viewer, sent: Fields, act: _Act) -> Response:
    """Do to a month what its form asks for, and show it; a refusal stands beside the form."""
    try:
        told = told_asked(engine, viewer, sent)
        act(engine, viewer, sent, told)
    except NotFound:
        raise
    except Refusal as refusal:
        return _shown(engine, viewer, sent, refusal)
    registration, month = public_id("reg", told.registration.id), month_text(told.gstr1.period)
    return RedirectResponse(f"{HOME}?month={month}&registration={registration}", status_code=303)


def _file(engine: Engine, viewer: Viewer, sent: Fields, told: ToldReturn) -> None:
    command = FileReturn(
        viewer.tenant,
        new_id(viewer.now),
        viewer.now,
        told.registration.id,
        told.gstr1.period,
        sent.text("arn", 20).upper(),
        sent.day("filed_on") or viewer.today,
    )
    file_return(command, db=engine.db)


def _undo(engine: Engine, viewer: Viewer, sent: Fields, told: ToldReturn) -> None:
    if told.filed is None:
        raise NotFound("filed return", month_text(told.gstr1.period))
    reason = sent.text("reason", 200) or "No reason was given"
    undo_filing(UndoFiling(viewer.tenant, told.filed.id, viewer.now, reason), db=engine.db)


def _shown(
    engine: Engine, viewer: Viewer, asked: Fields, refusal: Refusal | None = None
) -> Response:
    """Show a month; what cannot be told of it is said in its place."""
    told: ToldReturn | None = None
    try:
        told = told_asked(engine, viewer, asked)
    except NotFound:
        raise
    except Refusal as no:
        refusal = refusal or no
    month = month_text(told.gstr1.period if told else month_before(viewer.today))
    return page(
        "returns.html",
        code=status_of(refusal) if refusal else 200,
        viewer=viewer,
        here="returns",
        told=told,
        month=month,
        first_day=date.fromisoformat(f"{month}-01"),
        refusal=refusal,
        sent=asked,
        registrations=_registrations(engine, viewer),
        tables=_tables(figures_of(told.gstr1)) if told else [],
        known=_known(told) if told else {},
        parts=len(file_parts(told.gstr1)) if told else 0,
        rows=_ROWS,
        over=told is not None and viewer.today > told.gstr1.period.last,
        path_of=path_of,
    )


def _registrations(engine: Engine, viewer: Viewer) -> Sequence[Registration]:
    with engine.db.transaction(viewer.tenant) as uow:
        return [one for one in uow.sellers.all() if one.gstin is not None]


def _tables(figures: Iterable[Figure]) -> list[_Table]:
    found: dict[str, _Table] = {}
    for figure in figures:
        if figure.table in _TABLES:
            table = found.setdefault(figure.table, _Table(figure.table, _TABLES[figure.table]))
            table.amounts += figure.amounts
            table.documents |= set(figure.documents)
    return [found[name] for name in _TABLES if name in found]


def _known(told: ToldReturn) -> dict[UUID, TaxDocument]:
    known = {one.id: one for one in told.gstr1.documents}
    for past in told.gstr1.amended:
        known |= {entry.document.id: entry.document for entry in past.now}
    return known


def path_of(document: TaxDocument) -> str:
    """Return where the page of a document is."""
    if document.kind is DocumentKind.CREDIT_NOTE:
        return f"/dashboard/credit-notes/{public_id('cn', document.id)}"
    if document.kind in (DocumentKind.RECEIPT_VOUCHER, DocumentKind.REFUND_VOUCHER):
        return f"/dashboard/vouchers/{public_id('vch', document.id)}"
    return f"/dashboard/invoices/{public_id('inv', document.id)}"
