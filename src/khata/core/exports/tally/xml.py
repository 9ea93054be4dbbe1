"""The two files that TallyPrime imports: masters first, then vouchers; UTF-8 XML."""

from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from khata.core.exports.tally.ledgers import SUNDRY_DEBTORS, Ledger
from khata.core.exports.tally.voucher import Voucher, VoucherEntry, VoucherType
from khata.core.exports.tax_document import TaxDocument, TaxParty
from khata.core.money import decimal_text
from khata.core.tax.states import state_by_code

_COUNTRY_OF_TALLY: Final = {"IN": "India"}
_INVOICES: Final = frozenset({VoucherType.SALES, VoucherType.CREDIT_NOTE, VoucherType.DEBIT_NOTE})


def masters_xml(ledgers: Iterable[Ledger], *, company: str | None = None) -> bytes:
    """Return the file that makes the ledgers; one that is there already is left as it is.

    Source: TallyPrime's XML integration, REPORTNAME "All Masters".
    """
    envelope, data = _envelope("All Masters", company)
    for ledger in ledgers:
        _ledger(SubElement(data, "TALLYMESSAGE", {"xmlns:UDF": "TallyUDF"}), ledger)
    return _written(envelope)


def vouchers_xml(vouchers: Sequence[Voucher], *, company: str | None = None) -> bytes:
    """Return the file of vouchers. A debit is negative and ISDEEMEDPOSITIVE, as Tally writes it.

    Source: TallyPrime's XML integration, REPORTNAME "Vouchers".
    """
    envelope, data = _envelope("Vouchers", company)
    for voucher in vouchers:
        _voucher(SubElement(data, "TALLYMESSAGE", {"xmlns:UDF": "TallyUDF"}), voucher)
    return _written(envelope)


def _envelope(report: str, company: str | None) -> tuple[Element, Element]:
    envelope = Element("ENVELOPE")
    _text(SubElement(envelope, "HEADER"), "TALLYREQUEST", "Import Data")
    import_data = SubElement(SubElement(envelope, "BODY"), "IMPORTDATA")
    described = SubElement(import_data, "REQUESTDESC")
    _text(described, "REPORTNAME", report)
    if company:
        _text(SubElement(described, "STATICVARIABLES"), "SVCURRENTCOMPANY", company)
    return envelope, SubElement(import_data, "REQUESTDATA")


def _ledger(message: Element, ledger: Ledger) -> None:
    made = SubElement(message, "LEDGER", {"NAME": ledger.name, "ACTION": "Create"})
    names = SubElement(made, "NAME.LIST")
    _text(names, "NAME", ledger.name)
    _text(made, "PARENT", ledger.group)
    _text(made, "ISBILLWISEON", "Yes" if ledger.group == SUNDRY_DEBTORS else "No")
    if ledger.party is None:
        return
    party = ledger.party
    address = SubElement(made, "ADDRESS.LIST", {"TYPE": "String"})
    for line in (party.line1, party.line2, party.city):
        if line:
            _text(address, "ADDRESS", line)
    _state(made, party, "LEDSTATENAME")
    _text(made, "COUNTRYNAME", _country(party))
    if party.postal_code:
        _text(made, "PINCODE", party.postal_code)
    if party.email:
        _text(made, "EMAIL", party.email)
    _text(made, "GSTREGISTRATIONTYPE", _registration(party))
    if party.gstin:
        _text(made, "PARTYGSTIN", party.gstin)


def _voucher(message: Element, voucher: Voucher) -> None:
    is_invoice = voucher.type in _INVOICES
    view = "Invoice Voucher View" if is_invoice else "Accounting Voucher View"
    made = SubElement(
        message,
        "VOUCHER",
        {
            "REMOTEID": str(voucher.id),
            "VCHTYPE": voucher.type.value,
            "ACTION": "Create",
            "OBJVIEW": view,
        },
    )
    day = f"{voucher.on:%Y%m%d}"
    _text(made, "DATE", day)
    _text(made, "EFFECTIVEDATE", day)
    _text(made, "GUID", str(voucher.id))
    _text(made, "VOUCHERTYPENAME", voucher.type.value)
    _text(made, "VOUCHERNUMBER", voucher.number)
    # Tally numbers vouchers itself unless told otherwise, and keeps ours as the reference.
    _text(made, "REFERENCE", voucher.number)
    _text(made, "REFERENCEDATE", day)
    if voucher.party:
        _text(made, "PARTYLEDGERNAME", voucher.party)
        _text(made, "PARTYNAME", voucher.party)
    _text(made, "PERSISTEDVIEW", view)
    _text(made, "ISINVOICE", "Yes" if is_invoice else "No")
    if voucher.cancelled:
        _text(made, "ISCANCELLED", "Yes")
    _text(made, "NARRATION", voucher.narration)
    if voucher.document is not None:
        _gst(made, voucher.document, voucher.type)
    for entry in voucher.entries:
        list_name = "LEDGERENTRIES.LIST" if is_invoice else "ALLLEDGERENTRIES.LIST"
        _entry(SubElement(made, list_name), entry, document=voucher.document)


def _gst(made: Element, document: TaxDocument, type: VoucherType) -> None:
    buyer = document.buyer
    _state(made, buyer, "STATENAME")
    if buyer.gstin:
        _text(made, "PARTYGSTIN", buyer.gstin)
    _text(made, "COUNTRYOFRESIDENCE", _country(buyer))
    _text(made, "PLACEOFSUPPLY", document.place_name)
    _text(made, "GSTREGISTRATIONTYPE", _registration(buyer))
    _text(made, "VCHGSTSTATUSISINCLUDED", "Yes")
    _text(made, "VCHGSTSTATUSISUNCERTAIN", "No")
    if type is VoucherType.CREDIT_NOTE:
        _text(made, "VCHGSTSTATUSISGSTR1NEVEREXPORTED", "Yes")


def _entry(made: Element, entry: VoucherEntry, *, document: TaxDocument | None) -> None:
    _text(made, "LEDGERNAME", entry.ledger)
    _text(made, "ISDEEMEDPOSITIVE", "Yes" if entry.amount > 0 else "No")
    _text(made, "ISPARTYLEDGER", "Yes" if entry.is_party else "No")
    _text(made, "AMOUNT", _amount(entry.amount))
    if document is not None and entry.tax_code:
        _text(made, "GSTHSNNAME", entry.tax_code)
        if entry.tax_code_words:
            _text(made, "GSTHSNDESCRIPTION", entry.tax_code_words)
        _text(made, "GSTHSNINFERAPPLICABILITY", "As per Masters/Company")
        _text(made, "GSTOVRDNTAXABILITY", "Taxable" if document.tax else "Exempt")
    for bill in entry.bills:
        allocated = SubElement(made, "BILLALLOCATIONS.LIST")
        if bill.name:
            _text(allocated, "NAME", bill.name)
        _text(allocated, "BILLTYPE", bill.type.value)
        _text(allocated, "AMOUNT", _amount(bill.amount))


def _amount(paise: int) -> str:
    """Return an amount as Tally has it: a debit is negative."""
    return decimal_text(-paise, "INR")


def _state(made: Element, party: TaxParty, tag: str) -> None:
    state = state_by_code(party.state_code) if party.state_code else None
    if state is not None:
        _text(made, tag, state.name)


def _country(party: TaxParty) -> str:
    return _COUNTRY_OF_TALLY.get(party.country, party.country)


def _registration(party: TaxParty) -> str:
    return "Regular" if party.gstin else "Unregistered/Consumer"


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = _lawful(text)


def _lawful(text: str) -> str:
    """Return the text without what XML 1.0 cannot hold."""
    return "".join(one for one in text if one in "\t\n" or ord(one) >= 32)


def _written(envelope: Element) -> bytes:
    written: bytes = tostring(envelope, encoding="UTF-8", xml_declaration=True)
    return written
