"""A bank's statement, sent as a file: all its rows are taken, or none and the bad one is named."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from khata.core.money import known_currency
from khata.core.refusal import Refusal
from khata.dashboard.pages.settlements import settlements_page
from khata.dashboard.reading import Fields
from khata.dashboard.route import HtmlRoute
from khata.dashboard.statement_form import NoBankAccount, read_lines
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.usecases.settlements.import_bank_lines import ImportBankLines, import_bank_lines
from khata.wiring import Engine

HOME: Final = "/dashboard/settlements"


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.post(HOME + "/statement", dependencies=[Depends(own_form)])
    def statement(
        request: Request,
        file: Annotated[UploadFile | None, File()] = None,
        account: str = Form(""),
        currency: str = Form(""),
        date: str = Form(""),
        date_format: str = Form(""),
        amount: str = Form(""),
        credit: str = Form(""),
        debit: str = Form(""),
        reference: str = Form(""),
        narration: str = Form(""),
        viewer: Viewer = Depends(seen),
    ) -> Response:
        typed = {
            "account": account,
            "currency": currency,
            "date": date,
            "date_format": date_format,
            "amount": amount,
            "credit": credit,
            "debit": debit,
            "reference": reference,
            "narration": narration,
        }
        sent = Fields({name: [text] for name, text in typed.items()})
        content = file.file.read() if file is not None else b""
        try:
            return _taken(engine, viewer, sent, content)
        except Refusal as refusal:
            return settlements_page(engine, viewer, request, sent, refusal)

    return routes


def _taken(engine: Engine, viewer: Viewer, sent: Fields, content: bytes) -> Response:
    """Raises: NoBankAccount, UnknownCurrency, StatementRefused, BankLineDiffers."""
    account = sent.text("account", 100)
    if not account:
        raise NoBankAccount("Say of which bank account it is, such as HDFC 0042", param="account")
    named = sent.text("currency", 3).upper() or viewer.shop.currency
    currency = known_currency(named, param="currency")
    lines = read_lines(sent, content, currency=currency)
    command = ImportBankLines(viewer.tenant, account, lines, viewer.now)
    came = import_bank_lines(command, db=engine.db)
    told = {"new": came.new, "known": came.repeated, "arrived": came.matched}
    return RedirectResponse(f"{HOME}?{urlencode(told)}", status_code=303)
