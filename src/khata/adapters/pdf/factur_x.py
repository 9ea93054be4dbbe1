"""Factur-X: the XML of an invoice inside its PDF/A-3, where a machine finds it."""

from datetime import date
from io import BytesIO
from typing import Final

from pikepdf import Array, AttachedFileSpec, Dictionary, Name, Pdf, Stream

FILE_NAME: Final = "factur-x.xml"
_NAMESPACE: Final = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_PROPERTIES: Final = {
    "DocumentType": ("INVOICE", "The type of the hybrid document"),
    "DocumentFileName": (FILE_NAME, "The name of the embedded XML document"),
    "Version": ("1.0", "The version of the standard that the XML document keeps"),
    "ConformanceLevel": ("EN 16931", "The profile of the XML document"),
}
_SCHEMAS_END: Final = "</rdf:Bag></pdfaExtension:schemas>"


def with_factur_x(pdf: bytes, xml: bytes, *, on: date) -> bytes:
    """Return a PDF/A-3 with the XML in it; the same two always give the same bytes.

    Source: Factur-X 1.07 (ZUGFeRD 2.3), 6.2 and 6.3; ISO 19005-3, 6.8: the file is associated with
    the document as its alternative, and the metadata say so under a schema of their own.
    """
    with Pdf.open(BytesIO(pdf)) as opened:
        day = f"D:{on:%Y%m%d}000000Z"
        opened.attachments[FILE_NAME] = AttachedFileSpec(
            opened,
            xml,
            filename=FILE_NAME,
            description="The invoice as XML, by Factur-X",
            mime_type="text/xml",
            relationship=Name.Alternative,
            creation_date=day,
            mod_date=day,
        )
        opened.Root.AF = opened.make_indirect(Array([opened.attachments[FILE_NAME].obj]))
        told = _told(opened.Root.Metadata.read_bytes().decode()).encode()
        opened.Root.Metadata = opened.make_indirect(
            Stream(opened, told, Dictionary(Type=Name.Metadata, Subtype=Name.XML))
        )
        out = BytesIO()
        opened.save(out, deterministic_id=True)
    return out.getvalue()


def _told(metadata: str) -> str:
    """Return the metadata with what Factur-X says of the file, and the schema of saying so."""
    if _SCHEMAS_END not in metadata:
        raise ValueError("the PDF is no PDF/A with extension schemas, which Factur-X joins")
    described = "".join(
        '<rdf:li rdf:parseType="Resource"><pdfaProperty:category>external</pdfaProperty:category>'
        f"<pdfaProperty:description>{what}</pdfaProperty:description>"
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType></rdf:li>"
        for name, (_, what) in _PROPERTIES.items()
    )
    schema = (
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema'
        f"</pdfaSchema:schema><pdfaSchema:namespaceURI>{_NAMESPACE}</pdfaSchema:namespaceURI>"
        "<pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>"
        f"{described}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )
    said = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _) in _PROPERTIES.items())
    own = f'<rdf:Description rdf:about="" xmlns:fx="{_NAMESPACE}">{said}</rdf:Description>'
    return metadata.replace(_SCHEMAS_END, schema + _SCHEMAS_END).replace(
        "</rdf:RDF>", own + "</rdf:RDF>"
    )
