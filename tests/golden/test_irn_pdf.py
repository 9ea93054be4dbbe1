"""The QR code that a portal signed, on invoices and notes: drawn to the letter, and told beside."""

import re
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
import segno
from pypdf import PdfReader

from khata.adapters.pdf.typst_renderer import TypstRenderer, svg_code
from khata.core.document import PortalMark
from khata.core.exports.wire_json import written
from khata.core.note_document import Billing
from khata.simulators.irp.keys import PortalKeys
from tests.golden.samples import DOMESTIC, EXPORT, NOTE

RENDERER = TypstRenderer()
_IRN = "1fff" * 16  # f beside f: they stay two letters
# The fields of NIC's signed QR code, signed as the pretend portal signs: as long as a real one.
_SIGNED = PortalKeys().signed(
    written(
        {
            "SellerGstin": "29ABCCT1234E1ZL",
            "BuyerGstin": "29AABCR1718E1ZL",
            "DocNo": DOMESTIC.number,
            "DocTyp": "INV",
            "DocDt": "30/04/2026",
            "TotInvVal": 14455,
            "ItemCnt": 2,
            "MainHsnCode": "998314",
            "Irn": _IRN,
            "IrnDt": "2026-04-30 23:45:10",
        }
    )
)
IRN = PortalMark(_IRN, "112610000000001", "2026-04-30 23:45:10", _SIGNED)
BOTH: list[Billing] = [
    replace(DOMESTIC, e_invoice=IRN),
    replace(EXPORT, e_invoice=IRN),
    replace(NOTE, e_invoice=IRN),
]
_NAMES = ["domestic", "export", "note"]


def text_of(document: Billing) -> str:
    """The PDF's text with no white space, for a long number may go on in the next row."""
    pages = PdfReader(BytesIO(RENDERER.render(document))).pages
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))


def figures(document: Billing) -> list[str]:
    """What the PDF's pictures are called for who cannot see them."""
    with pikepdf.open(BytesIO(RENDERER.render(document))) as opened:
        return [
            str(thing["/Alt"])
            for thing in opened.objects
            if isinstance(thing, pikepdf.Dictionary) and "/Alt" in thing
        ]


@pytest.mark.parametrize("document", BOTH, ids=_NAMES)
def test_number_acknowledgement_and_its_time_stand_beside_the_code(document: Billing) -> None:
    text = text_of(document)
    for particular in (_IRN, "AckNo.112610000000001", "AckDate2026-04-3023:45:10"):
        assert particular in text, particular
    assert any("registration portal" in name for name in figures(document))


@pytest.mark.parametrize("document", BOTH, ids=_NAMES)
def test_without_an_irn_nothing_speaks_of_one(document: Billing) -> None:
    bare = replace(document, e_invoice=None)
    assert "IRN" not in text_of(bare)
    assert "Ack" not in text_of(bare)
    assert not any("registration portal" in name for name in figures(bare))


@pytest.mark.parametrize("document", BOTH, ids=_NAMES)
def test_a_usual_document_stays_one_archivable_page(document: Billing) -> None:
    pdf = RENDERER.render(document)
    assert pdf == RENDERER.render(document)
    with pikepdf.open(BytesIO(pdf)) as opened, opened.open_metadata() as metadata:
        assert len(opened.pages) == 1
        assert metadata.pdfa_status == "3A"


def test_the_signed_text_is_no_words_of_the_page() -> None:
    assert _SIGNED[:40] not in text_of(BOTH[0])


def test_the_code_is_drawn_module_by_module() -> None:
    wanted = segno.make_qr(_SIGNED, error="m", boost_error=False, mask=4).matrix
    drawn = [bytearray(len(wanted)) for _ in wanted]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1H\1z", svg_code(_SIGNED)):
        for at in range(int(x), int(x) + int(width)):
            drawn[int(y)][at] = 1
    assert drawn == [bytearray(row) for row in wanted]


def test_another_signature_is_another_code() -> None:
    other = PortalMark(IRN.irn, IRN.ack_number, IRN.ack_at, _SIGNED[:-1] + "_")
    assert RENDERER.render(replace(DOMESTIC, e_invoice=other)) != RENDERER.render(BOTH[0])
