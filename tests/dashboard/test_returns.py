"""The page of returns: checks in words, tables down to the documents, files, and a closed month."""

import json

from tests.dashboard.trading import Trade
from tests.dashboard.visitor import form_of

MONTH = "month=2026-01"


def test_a_month_its_tables_and_its_ledger(trade: Trade) -> None:
    page = trade.owner.get(f"/dashboard/returns?{MONTH}").text
    assert "GSTR-1 and GSTR-3B of January 2026" in page
    assert "Ready to file" in page
    assert "7 · To other consumers" in page
    assert "3.1(a) Taxable, other than zero rated" in page
    figures = trade.owner.get(f"/dashboard/returns/documents?{MONTH}&section=b2cs").text
    assert trade.paid.number in figures
    assert trade.declined.number in figures
    row = trade.owner.get(
        f"/dashboard/returns/documents?{MONTH}&section=b2cs&key=INTRA&key=29&key=18"
    ).text
    assert trade.paid.number in row
    empty = trade.owner.get(f"/dashboard/returns/documents?{MONTH}&section=exp").text
    assert "No document is in this table." in empty


def test_the_files_are_downloaded(trade: Trade) -> None:
    file = trade.owner.get(f"/dashboard/returns/gstr1.json?{MONTH}")
    assert json.loads(file.content)["fp"] == "012026"
    book = trade.owner.get(f"/dashboard/returns/register.xlsx?{MONTH}")
    assert book.content.startswith(b"PK")
    text = trade.owner.get(f"/dashboard/returns/register.csv?{MONTH}").text
    assert trade.paid.number in text
    for other in ("gstr9.json", "register.pdf"):
        assert trade.owner.get(f"/dashboard/returns/{other}?{MONTH}").status_code == 404


def test_a_month_that_is_none_is_refused_beside_the_form(trade: Trade) -> None:
    refused = trade.owner.get("/dashboard/returns?month=soon")
    assert refused.status_code == 400
    assert "is not a month such as 2026-10" in refused.text


def test_a_month_is_closed_with_its_acknowledgement(trade: Trade) -> None:
    page = trade.owner.get("/dashboard/returns?month=2025-12").text
    assert "It was filed" in page
    asked = {"form": form_of(page), "month": "2025-12", "filed_on": "2026-01-10"}
    refused = trade.owner.post("/dashboard/returns/file", arn="AA29", **asked)
    assert refused.status_code == 400
    assert "has not the fifteen letters and digits" in refused.text
    done = trade.owner.post("/dashboard/returns/file", arn="aa291225001234x", **asked)
    assert done.status_code == 303
    page = trade.owner.get(done.headers["location"]).text
    assert "under AA291225001234X: the month is closed" in page
    assert "It was filed" not in page
    kept = trade.owner.get("/dashboard/returns/gstr1.json?month=2025-12")
    assert json.loads(kept.content)["fp"] == "122025"


def test_a_filing_that_never_was_is_undone_with_its_reason(trade: Trade) -> None:
    page = trade.owner.get("/dashboard/returns?month=2025-12").text
    form = {"form": form_of(page), "month": "2025-12"}
    written = {"filed_on": "2026-01-10", "arn": "AA291225001234X"}
    assert trade.owner.post("/dashboard/returns/file", **form, **written).status_code == 303
    done = trade.owner.post("/dashboard/returns/undo", **form, reason="Another month's ARN")
    assert done.status_code == 303
    assert "It was filed" in trade.owner.get(done.headers["location"]).text
    again = trade.owner.post("/dashboard/returns/undo", **form, reason="Once more")
    assert again.status_code == 404


def test_a_voucher_of_a_return_leads_to_its_wallet(trade: Trade) -> None:
    assert trade.owner.get("/dashboard/vouchers/vch_00000000000000000000000000").status_code == 404
