"""Returns at the API's door: read, downloaded, filed, amended."""

import io
import json
import zipfile
from typing import Any

import pytest

from tests.api.recipes import open_invoice
from tests.api.return_recipes import RETURN_BODIES
from tests.api.seller import Seller


@pytest.fixture
def invoice(seller: Seller) -> dict[str, Any]:
    return open_invoice(seller)  # 2 seats at 1,000.00 inside Karnataka


def month_of(invoice: dict[str, Any]) -> str:
    return str(invoice["issued_on"])[:7]


def test_a_month_with_its_figures_findings_and_tie_out(
    seller: Seller, invoice: dict[str, Any]
) -> None:
    told = seller.get("/v1/returns/gstr1", period=month_of(invoice)).json()
    assert (told["object"], told["status"], told["filed"]) == ("gstr1", "ready", None)
    [b2b] = [one for one in told["figures"] if one["section"] == "b2b"]
    assert b2b["key"] == ["29AABCR1718E1ZL", invoice["number"]]
    assert b2b["amounts"]["cgst"] == b2b["amounts"]["sgst"] == invoice["tax"] // 2
    assert [one["difference"] for one in told["tie_out"]] == [0, 0, 0, 0]
    [one] = seller.get(
        "/v1/returns/gstr1/documents",
        period=month_of(invoice),
        section="b2b",
        key=["29AABCR1718E1ZL"],
    ).json()["data"]
    assert (one["id"], one["total"]) == (invoice["id"], invoice["total"])
    checks = seller.get("/v1/returns/checks", period=month_of(invoice)).json()
    assert checks["findings"] == told["findings"]
    form = seller.get("/v1/returns/gstr3b", period=month_of(invoice)).json()
    assert form["owed"]["cgst"] == invoice["tax"] // 2
    assert form["payable"]["cgst"] == form["owed"]["cgst"] + form["rounding"]["cgst"]


def test_the_files(seller: Seller, invoice: dict[str, Any]) -> None:
    month = month_of(invoice)
    file = seller.get("/v1/returns/gstr1/file", period=month)
    assert file.headers["content-type"] == "application/json"
    assert "_R1_29ABCCT1234E1ZL_offline.json" in file.headers["content-disposition"]
    assert json.loads(file.content)["b2b"][0]["inv"][0]["inum"] == invoice["number"]
    refused = seller.get("/v1/returns/gstr1/file", period=month, part=2)
    assert (refused.status_code, refused.json()["param"]) == (404, "part")
    for sheet in ("by_document", "by_rate"):
        text = seller.get("/v1/returns/register.csv", period=month, sheet=sheet).text
        assert text.splitlines()[1].split(",")[1] == invoice["number"]
    book = seller.get("/v1/returns/register.xlsx", period=month).content
    names = zipfile.ZipFile(io.BytesIO(book)).namelist()
    assert {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"} <= set(names)


def test_a_month_that_is_none_and_a_registration_without_gstin(seller: Seller) -> None:
    for month in ("2026-13", "2016-12", "soon"):
        refused = seller.get("/v1/returns/gstr1", period=month)
        assert (refused.status_code, refused.json()["param"]) == (422, "period")
    refused = seller.get("/v1/returns/gstr3b", registration=seller.id("registrations"))
    assert (refused.status_code, refused.json()["code"]) == (409, "files_no_gstr1")
    stranger = seller.get("/v1/returns/checks", registration="reg_000000000000000000000000cw")
    assert (stranger.status_code, stranger.json()["param"]) == (404, "registration")


def test_a_filed_month_gives_out_what_was_filed_and_is_amended_later(seller: Seller) -> None:
    body = RETURN_BODIES["POST /v1/returns/amendments"](seller)
    [filed] = seller.get("/v1/filed_returns").json()["data"]
    told = seller.get("/v1/returns/gstr1", period=filed["period"]).json()
    assert (told["status"], told["filed"]) == ("filed", filed["id"])
    before = seller.get("/v1/returns/gstr1/file", period=filed["period"])
    assert "offline.json" in before.headers["content-disposition"]
    refused = seller.post(f"/v1/invoices/{body['document']}/void")
    assert (refused.status_code, refused.json()["code"]) == (409, "period_filed")

    made = seller.create("/v1/returns/amendments", body)
    assert (made["filed_return"], made["document"]) == (filed["id"], body["document"])
    [listed] = seller.get("/v1/return_amendments").json()["data"]
    assert listed == made
    after = seller.get("/v1/returns/gstr1", period=made["period"]).json()
    [told_anew] = [one for one in after["figures"] if one["section"] == "b2ba"]
    assert told_anew["key"][0] == body["gstin"]
    [document] = seller.get(
        "/v1/returns/gstr1/documents", period=made["period"], section="b2ba"
    ).json()["data"]
    assert document["id"] == body["document"]
    assert seller.get("/v1/returns/gstr1/file", period=filed["period"]).text == before.text
    again = seller.post("/v1/returns/amendments", body)
    assert (again.status_code, again.json()["code"]) == (422, "nothing_amended")
