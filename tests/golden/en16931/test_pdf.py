"""Factur-X: the file inside the PDF, and what the PDF says of it.

Source: Factur-X 1.07, 6.2 (the file) and 6.3 (the metadata); ISO 19005-3.
"""

from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from facturx import get_facturx_level, get_facturx_xml_from_pdf
from lxml import etree

from khata.adapters.pdf.factur_x import with_factur_x
from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.core.document import InvoiceDocument
from khata.core.exports.en16931.file import european_file
from khata.core.exports.en16931.profiles import Format
from khata.core.note_document import CreditNoteDocument
from tests.golden.en16931.cases import invoice, line, note, sides
from tests.golden.en16931.official import found_wrong

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
_FIELD = "{http://www.aiim.org/pdfa/ns/property#}name"
PLAIN = invoice(line(1, 90_00, "19"))
XML = european_file(PLAIN, sides(), Format.CII)
PDF = TypstRenderer().render(replace(PLAIN, factur_x=XML))


@pytest.mark.parametrize("document", [PLAIN, note(line(1, 90_00, "19"))])
def test_the_xml_comes_out_again_by_another_reader(
    document: InvoiceDocument | CreditNoteDocument,
) -> None:
    xml = european_file(document, sides(), Format.CII)
    pdf = TypstRenderer().render(replace(document, factur_x=xml))
    name, inside = get_facturx_xml_from_pdf(pdf, check_xsd=True)
    assert name == "factur-x.xml"
    assert inside == xml
    assert get_facturx_level(etree.fromstring(inside)) == "en16931"
    assert found_wrong(inside, Format.CII) == []


def test_the_file_is_associated_as_an_alternative() -> None:
    with pikepdf.open(BytesIO(PDF)) as opened:
        [file] = opened.Root.AF
        assert file.AFRelationship == pikepdf.Name.Alternative
        assert (str(file.F), str(file.UF)) == ("factur-x.xml", "factur-x.xml")
        assert file.EF.F.Subtype == pikepdf.Name("/text/xml")
        assert file.EF.F.read_bytes() == XML
        assert str(file.EF.F.Params.ModDate) == "D:20260401000000Z"
        assert int(file.EF.F.Params.Size) == len(XML)
        assert list(opened.attachments) == ["factur-x.xml"]


def test_the_metadata_say_which_file_and_profile_it_is() -> None:
    with pikepdf.open(BytesIO(PDF)) as opened:
        assert "/Filter" not in opened.Root.Metadata  # ISO 19005-3, 6.6.2.1: readable by itself
        tree = etree.fromstring(opened.Root.Metadata.read_bytes())
        assert opened.docinfo["/Title"] == "Invoice RE-2026-00001"
        assert opened.Root.MarkInfo.Marked  # and still readable by a screen reader
    told = {
        field: tree.findtext(f".//{_RDF}Description/{_FX}{field}")
        for field in ("DocumentType", "DocumentFileName", "Version", "ConformanceLevel")
    }
    assert told == {
        "DocumentType": "INVOICE",
        "DocumentFileName": "factur-x.xml",
        "Version": "1.0",
        "ConformanceLevel": "EN 16931",
    }
    assert tree.findtext(".//{http://www.aiim.org/pdfa/ns/id/}part") == "3"
    described = [name.text for name in tree.iter(_FIELD)]
    assert set(told) <= set(described)  # 6.6.2.3.1: no property without its schema


def test_the_same_document_gives_the_same_bytes() -> None:
    assert TypstRenderer().render(replace(PLAIN, factur_x=XML)) == PDF


def test_a_file_that_is_no_pdf_a_is_not_made_one() -> None:
    empty = BytesIO()
    with pikepdf.new() as bare:
        bare.add_blank_page()
        bare.Root.Metadata = bare.make_stream(b"<rdf:RDF/>")
        bare.save(empty)
    with pytest.raises(ValueError, match="no PDF/A"):
        with_factur_x(empty.getvalue(), XML, on=PLAIN.issued_on)
