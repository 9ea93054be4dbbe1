"""What the portal's own offline tool wrote, byte for byte: see gstn_tool/NOTICE.md."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from khata.core.exports.gstr1.amended import FiledPeriod
from khata.core.exports.gstr1.file import Filer, Gstr1, gstr1
from khata.core.exports.json_text import json_text
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import Nature, NumbersUsed, TaxDocument
from khata.core.tax.place_of_supply import SupplyKind, Treatment
from tests.core.exports.paper import (
    across,
    advance,
    credit,
    debit,
    document,
    line,
    local,
    run,
    taken_up,
)

TOLD = (Path(__file__).parent / "gstn_tool" / "gstr1-062025.json").read_text().strip()
TOOL: dict[str, Any] = json.loads(TOLD)

JUNE = ReturnPeriod(2025, 6)
ONE, TWO = "12GEOPS0823BBZH", "29AAGCB7383J1Z4"
SEZ, WITH_IGST = SupplyKind.SEZ, Treatment.ZERO_RATED_WITH_IGST


def made(
    documents: Sequence[TaxDocument] = (),
    filed: Sequence[FiledPeriod] = (),
    numbers: Sequence[NumbersUsed] = (),
) -> Gstr1:
    return gstr1(Filer("27AAPFU0939F1ZV"), JUNE, documents, filed=filed, numbers=numbers)


def again(month: str, filed: Sequence[TaxDocument], now: Sequence[TaxDocument]) -> FiledPeriod:
    return FiledPeriod(ReturnPeriod(int(month[2:]), int(month[:2])), tuple(filed), tuple(now))


def written(told: Gstr1, table: str) -> str:
    return json_text(told.tree()[table])


def of_tool(table: str) -> str:
    return json.dumps(TOOL[table], separators=(",", ":"), ensure_ascii=False)


LARGE = [
    document("INV-L001", "2017-07-14", across(250000, 45000), place="37"),
    document(
        "INV-L002",
        "2017-07-15",
        across(200000, 36000),
        line(50000, 5, igst=2500),
        place="37",
        total=283000,
    ),
    document(
        "INV-L003", "2017-07-20", line(250000, 12, igst=30000, cess=1500), place="29", total=278500
    ),
]
LARGE_NOTES = [
    credit("UN-001", "2017-07-14", across(250000, 45000), place="37"),
    credit("UN-002", "2017-07-15", across(50000, 9000), place="96", treatment=WITH_IGST),
    debit("UN-003", "2017-07-16", line(50000), place="96"),
]

TABLES = {
    "b2b": made(
        [
            document("INV-001", "2017-07-14", local(100000, 9000), to=ONE),
            document(
                "INV-002",
                "2017-07-15",
                across(50000, 9000),
                line(20000, 5, igst=1000),
                to=ONE,
                place="37",
            ),
            document("INV-005", "2017-07-21", line(30000), to=TWO, place="29", supply=SEZ),
        ]
    ),
    "b2cl": made(LARGE),
    "b2cs": made(
        [
            document("S-01", "2025-06-01", local(300000, 27000)),
            document("S-02", "2025-06-02", local(200000, 18000)),
            *(
                document(f"S-1{n}", "2025-06-03", across(75000, 13500), place="37")
                for n in range(4)
            ),
            document("S-21", "2025-06-04", line(70000, 5, igst=3500, cess=2500), place="37"),
            document("S-22", "2025-06-05", line(50000, 5, igst=2500), place="37"),
            credit("C-01", "2025-06-06", across(75000, 13500), place="32"),
        ]
    ),
    "exp": made([document("EXP-003", "2017-07-20", line(180000), place="96")]),
    "cdnr": made(
        [
            credit("CN-001", "2017-07-14", across(50000, 9000), to=ONE, place="37"),
            debit("CN-002", "2017-07-15", local(100000, 9000), to=ONE),
        ]
    ),
    "cdnur": made(
        [
            credit(
                "UN-001",
                "2017-07-14",
                across(250000, 45000),
                line(20000, 5, igst=1000, cess=500),
                place="37",
                total=295000,
            ),
            *LARGE_NOTES[1:],
        ]
    ),
    "at": made(
        [
            advance(
                "RV-1",
                "2025-06-01",
                across(100000, 18000),
                line(50000, 5, igst=2500, cess=1500),
                place="37",
            ),
            advance("RV-2", "2025-06-02", line(80000, 12, each=4800)),
        ]
    ),
    "txpd": made(
        [
            document(
                "A-1",
                "2025-06-01",
                across(30000, 5400),
                place="37",
                advances=[taken_up("RV-0", "2025-05-02", 30000, igst=5400, cess=2300)],
            ),
            document(
                "A-2",
                "2025-06-02",
                line(20000, 12, each=1200),
                advances=[taken_up("RV-00", "2025-05-03", 20000, rate=12, each=1200)],
            ),
        ]
    ),
    "nil": made(
        [
            document(
                f"N-{to}-{place}",
                "2025-06-01",
                line(exempt, 0, nature=Nature.EXEMPT),
                line(nil, 0, nature=Nature.NIL_RATED),
                line(outside, 0, nature=Nature.NON_GST),
                to=to,
                place=place,
            )
            for to, place, exempt, nil, outside in (
                (TWO, "29", 51235, 21143, 5213),
                (TWO, "27", 52135, 525, 5435),
                (None, "29", 512, 1234, 5123),
                (None, "27", 998, 684, 0),
            )
        ]
    ),
    "doc_issue": made(
        numbers=[
            run("INV-001", "INV-100", 100, cancelled=2),
            run("INV-201", "INV-250", 50),
            run("CN-001", "CN-010", 10, cancelled=1, kind="credit_note"),
            run("DN-001", "DN-005", 5, kind="debit_note"),
        ]
    ),
    "b2ba": made(
        filed=[
            again(
                "072017",
                [
                    document("INV-001", "2017-07-14", local(90000, 8100), to=ONE),
                    document("INV-002", "2017-07-15", across(1, 0), to=ONE, place="37"),
                    document("INV-003", "2017-07-16", local(100, 9), to=ONE),
                ],
                [
                    document("INV-001-R", "2017-09-05", local(100000, 9000), to=ONE),
                    document(
                        "INV-002",
                        "2017-09-06",
                        across(50000, 9000),
                        line(20000, 5, igst=1000),
                        to=ONE,
                        place="37",
                    ),
                    document("INV-003", "2017-07-16", local(100, 9), to=ONE),
                ],
            )
        ]
    ),
    "b2cla": made(
        filed=[
            again(
                "072017",
                LARGE,
                [
                    document("INV-L001-R", "2017-09-05", across(250000, 45000), place="37"),
                    document(
                        "INV-L002",
                        "2017-09-06",
                        across(200000, 36000),
                        line(50000, 5, igst=2500),
                        place="37",
                        total=283000,
                    ),
                    document(
                        "INV-L003-R",
                        "2017-09-07",
                        line(250000, 12, igst=30000, cess=1500),
                        place="29",
                        total=278500,
                    ),
                ],
            )
        ]
    ),
    "b2csa": made(
        filed=[
            again(
                "072017",
                [
                    document("S-1", "2017-07-01", local(400000, 36000)),
                    document("S-2", "2017-07-02", across(200000, 36000), place="37"),
                    document("S-3", "2017-07-03", line(120000, 5, igst=6000), place="37"),
                    document("S-4", "2017-07-04", across(100000, 18000), place="19"),
                ],
                [
                    document("S-1", "2017-07-01", local(500000, 45000)),
                    document("S-2", "2017-07-02", across(300000, 54000), place="37", total=250000),
                    document(
                        "S-3", "2017-07-03", line(120000, 5, igst=6000, cess=2500), place="37"
                    ),
                    document("S-4", "2017-07-04", across(100000, 18000), place="19"),
                ],
            ),
            again(
                "082017",
                [credit("C-1", "2017-08-01", across(70000, 12600), place="32")],
                [credit("C-1", "2017-08-01", across(75000, 13500), place="32")],
            ),
        ]
    ),
    "cdnra": made(
        filed=[
            again(
                "072017",
                [
                    credit("CN-001", "2017-07-14", across(50000, 9000), to=ONE, place="37"),
                    debit("CN-002", "2017-07-15", local(90000, 8100), to=ONE),
                ],
                [
                    credit("CN-001-R", "2017-09-05", across(50000, 9000), to=ONE, place="37"),
                    debit("CN-002", "2017-09-06", local(100000, 9000), to=ONE),
                ],
            )
        ]
    ),
    "cdnura": made(
        filed=[
            again(
                "072017",
                LARGE_NOTES,
                [
                    credit("UN-001-R", "2017-09-05", across(250000, 45000), place="37"),
                    credit(
                        "UN-002", "2017-09-06", across(50000, 9000), place="96", treatment=WITH_IGST
                    ),
                    debit("UN-003-R", "2017-09-07", line(50000), place="96"),
                ],
            )
        ]
    ),
    "ata": made(
        filed=[
            again(
                "072017",
                [
                    advance("RV-1", "2017-07-01", across(90000, 16200), place="37"),
                    advance("RV-2", "2017-07-02", line(80000, 12, each=4800)),
                ],
                [
                    advance("RV-1", "2017-07-01", across(100000, 18000), place="37"),
                    advance("RV-2", "2017-07-02", line(80000, 12, each=4800, cess=500)),
                ],
            )
        ]
    ),
    "txpda": made(
        filed=[
            again(
                "072017",
                [
                    document(
                        "A-1",
                        "2017-07-05",
                        across(30000, 5400),
                        place="37",
                        advances=[taken_up("RV-0", "2017-06-01", 20000, igst=3600)],
                    )
                ],
                [
                    document(
                        "A-1",
                        "2017-07-05",
                        across(30000, 5400),
                        place="37",
                        advances=[taken_up("RV-0", "2017-06-01", 30000, igst=5400, cess=2300)],
                    )
                ],
            )
        ]
    ),
}


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_what_the_tool_writes(table: str) -> None:
    assert written(TABLES[table], table) == of_tool(table)


def test_every_table_of_the_tool_is_compared() -> None:
    head = {"gstin", "fp", "version", "hash"}
    assert set(TABLES) | head | {"hsn"} == set(TOOL)


GOODS = [
    (100000, 18, 18000, 0, "0101", 10, "NOS", "29"),
    (50000, 5, 2500, 0, "0102", 5, "NOS", "29"),
    (100000, 5, 0, 2500, "1006", 1000, "KGS", "27"),
]


def test_table_12_has_the_rows_and_keys_of_the_tool() -> None:
    """The descriptions of goods are of the tool's master, which has 22,426; ours has services."""
    told = made(
        [
            document(
                f"H-{code}-{to}",
                f"2025-06-0{at}",
                line(value, rate, igst=igst, each=each, code=code, quantity=count, unit=unit),
                to=to,
                place=place,
            )
            for to in (ONE, None)
            for at, (value, rate, igst, each, code, count, unit, place) in enumerate(GOODS, 1)
        ]
    )
    ours: Any = json.loads(written(told, "hsn"))
    assert list(ours) == list(TOOL["hsn"])
    for half, rows in TOOL["hsn"].items():
        for row, mine in zip(rows, ours[half], strict=True):
            assert list(mine) == list(row)
            assert mine | {"desc": ""} == row | {"desc": ""}


def test_the_tables_stand_in_the_tools_order() -> None:
    documents = {one.id: one for told in TABLES.values() for one in told.documents}
    whole = made(list(documents.values()), numbers=TABLES["doc_issue"].numbers)
    amended = tuple(one for told in TABLES.values() for one in told.amended)
    everything = replace(whole, amended=amended)
    assert list(everything.tree()) == list(TOOL)


def test_the_head_is_the_tools() -> None:
    told = made([document("INV-001", "2025-06-14", local(100000, 9000), to=ONE)])
    assert told.text().startswith(TOLD[: TOLD.index('"b2b"') + len('"b2b":[')])
