"""Amendments of a filed period: what is told again, and what it does to the month's totals."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from khata.core.exports.amounts import Amounts
from khata.core.exports.drill import documents_of, figures_of
from khata.core.exports.gstr1.amended import FiledPeriod
from khata.core.exports.gstr1.file import Gstr1, gstr1
from khata.core.exports.gstr3b import gstr3b
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import TaxDocument
from khata.core.tax.place_of_supply import SupplyKind, Treatment
from tests.core.exports.month import FILER, JUNE
from tests.core.exports.paper import (
    BENGALURU,
    MUMBAI,
    across,
    document,
    id_of,
    line,
    local,
    paise,
)

MAY = ReturnPeriod(2025, 5)


def told(filed: Sequence[TaxDocument], now: Sequence[TaxDocument]) -> Gstr1:
    return gstr1(FILER, JUNE, [], filed=[FiledPeriod(MAY, tuple(filed), tuple(now))])


def tables(one: Gstr1) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads(one.text())
    return {key: tree[key] for key in tree if key not in ("gstin", "fp", "gt", "version", "hash")}


INVOICE = document("INV-1", "2025-05-10", across(1000, 180), to=BENGALURU, place="29")
SMALL = document("INV-2", "2025-05-11", across(2000, 360), place="29")
OTHER = document("INV-3", "2025-05-12", across(500, 90), place="29")
EXPORT = document("INV-4", "2025-05-13", line(3000), place="96")


def test_what_has_not_changed_is_not_told_again() -> None:
    every = (INVOICE, SMALL, OTHER, EXPORT)
    assert tables(told(every, every)) == {}


def test_a_change_that_no_return_shows_is_not_told_again() -> None:
    """The buyer's name stands in no file of the portal."""
    named = replace(INVOICE, buyer=replace(INVOICE.buyer, legal_name="Another name"))
    assert tables(told([INVOICE], [named])) == {}


def test_another_gstin_is_an_amendment_without_a_change_of_tax() -> None:
    """Form GSTR-1, table 9A."""
    other = "29AAACI1195H1ZI"
    now = replace(INVOICE, buyer=replace(INVOICE.buyer, gstin=other))
    one = told([INVOICE], [now])
    [group] = tables(one)["b2ba"]
    assert group["ctin"] == other
    assert (group["inv"][0]["oinum"], group["inv"][0]["oidt"]) == ("INV-1", "10-05-2025")
    assert gstr3b(one).exact == Amounts()


def test_a_small_consumers_invoice_is_told_by_the_whole_row_of_its_place() -> None:
    """Form GSTR-1, table 10: 2,000 was 2,500, and the other invoice's 500 stands in the row too."""
    now = document("INV-2", "2025-05-11", across(2500, 450), place="29")
    one = told([SMALL, OTHER], [now, OTHER])
    assert tables(one) == {
        "b2csa": [
            {
                "omon": "052025",
                "sply_ty": "INTER",
                "typ": "OE",
                "pos": "29",
                "itms": [{"rt": 18, "txval": 3000, "iamt": 540, "csamt": 0}],
            }
        ]
    }
    assert gstr3b(one).exact == Amounts(igst=paise(90))  # 18 % of the 500 more
    assert documents_of(figures_of(one), "b2csa", "052025") == (id_of("INV-2"), id_of("INV-3"))


def test_a_consumer_in_another_place_leaves_a_row_of_zeros() -> None:
    """IGST Act s.12(2)(b): the state was another one; inside the seller's it is CGST and SGST."""
    now = document("INV-2", "2025-05-11", local(2000, 180))
    one = told([SMALL], [now])
    assert [(row["pos"], row["sply_ty"], row["itms"]) for row in tables(one)["b2csa"]] == [
        ("27", "INTRA", [{"rt": 18, "txval": 2000, "camt": 180, "samt": 180, "csamt": 0}]),
        ("29", "INTER", [{"rt": 18, "txval": 0, "iamt": 0, "csamt": 0}]),
    ]
    assert gstr3b(one).exact == Amounts(0, paise(-360), paise(180), paise(180))
    column = gstr3b(one).interstate["unreg_details"]
    assert {place: figure.amounts for place, figure in column.items()} == {
        "29": Amounts(paise(-2000), paise(-360))
    }


def test_an_export_is_amended_under_its_old_number() -> None:
    """Form GSTR-1, table 9A: on payment of tax, where the undertaking had run out."""
    now = replace(
        document("INV-4", "2025-05-13", across(3000, 540), place="96"),
        treatment=Treatment.ZERO_RATED_WITH_IGST,
    )
    one = told([EXPORT], [now])
    assert tables(one) == {
        "expa": [
            {
                "exp_typ": "WPAY",
                "inv": [
                    {
                        "oinum": "INV-4",
                        "oidt": "13-05-2025",
                        "inum": "INV-4",
                        "idt": "13-05-2025",
                        "val": 3540,
                        "itms": [{"txval": 3000, "rt": 18, "iamt": 540, "csamt": 0}],
                    }
                ],
            }
        ]
    }
    form = gstr3b(one)
    assert form.supplies["osup_zero"].amounts == Amounts(0, paise(540))


def test_an_sez_that_was_taken_for_an_ordinary_buyer() -> None:
    """IGST Act s.7(5)(b), s.16: the same table, another type, and no tax any more."""
    filed = document("INV-1", "2025-05-10", local(1000, 90), to=MUMBAI)
    now = document("INV-1", "2025-05-10", line(1000), to=MUMBAI, supply=SupplyKind.SEZ)
    one = told([filed], [now])
    [row] = tables(one)["b2ba"][0]["inv"]
    assert (row["inv_typ"], row["itms"][0]["itm_det"]["iamt"]) == ("SEWOP", 0)
    form = gstr3b(one)
    assert form.supplies["osup_det"].amounts == Amounts(paise(-1000), 0, paise(-90), paise(-90))
    assert form.supplies["osup_zero"].amounts == Amounts(paise(1000))


def test_a_document_that_was_left_out_is_no_amendment() -> None:
    """It is declared as new, in the period it is found in."""
    late = document("INV-9", "2025-05-30", across(100, 18), place="29")
    assert tables(told([SMALL], [SMALL, late])) == {}


def test_a_document_that_is_gone_stays_as_it_was_filed() -> None:
    one = told([SMALL, OTHER], [OTHER])
    assert tables(one) == {}
    assert [refused.document.id for past in one.amended for refused in past.refused] == [SMALL.id]
