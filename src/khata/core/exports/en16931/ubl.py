"""EN 16931 as OASIS UBL 2.1: plain, and for the Peppol network and XRechnung."""

from typing import Final
from xml.etree.ElementTree import Element

from khata.core.exports.en16931.model import (
    Breakdown,
    Category,
    Days,
    EuropeanInvoice,
    Line,
    Party,
    Payment,
    TypeCode,
)
from khata.core.exports.en16931.profiles import Profile
from khata.core.exports.en16931.xml import amount_of, group, root_of, term, written

_OASIS: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_PARTS: Final = {
    "cac": f"{_OASIS}CommonAggregateComponents-2",
    "cbc": f"{_OASIS}CommonBasicComponents-2",
}
_ONE: Final = "C62"  # UN/ECE Recommendation 20: one, of whatever it is


def ubl_of(invoice: EuropeanInvoice, profile: Profile) -> bytes:
    """Return an invoice as a UBL Invoice, a credit note as a UBL CreditNote.

    Source: EN 16931-3-2 (the syntax binding); Peppol BIS Billing 3.0.
    """
    is_note = invoice.type is TypeCode.CREDIT_NOTE
    kind = "CreditNote" if is_note else "Invoice"
    root = root_of(kind, {"": f"{_OASIS}{kind}-2", **_PARTS})
    term(root, "cbc:CustomizationID", profile.customization)
    term(root, "cbc:ProfileID", profile.process)
    term(root, "cbc:ID", invoice.number)
    term(root, "cbc:IssueDate", invoice.issued_on.isoformat())
    if invoice.due_on and not is_note:
        term(root, "cbc:DueDate", invoice.due_on.isoformat())
    term(root, f"cbc:{kind}TypeCode", invoice.type)
    term(root, "cbc:Note", "\n".join(invoice.notes))  # PEPPOL-EN16931-R002: one at most
    term(root, "cbc:DocumentCurrencyCode", invoice.currency)
    term(root, "cbc:TaxCurrencyCode", invoice.tax_currency)
    term(root, "cbc:BuyerReference", invoice.buyer_reference)
    _days(root, invoice.days)
    if before := invoice.preceding:
        referred = group(root, "cac:BillingReference", "cac:InvoiceDocumentReference")
        term(referred, "cbc:ID", before.number)
        term(referred, "cbc:IssueDate", before.issued_on.isoformat())
    _party(group(root, "cac:AccountingSupplierParty", "cac:Party"), invoice.seller, True)
    _party(group(root, "cac:AccountingCustomerParty", "cac:Party"), invoice.buyer, False)
    if invoice.payment:
        _payment(root, invoice.payment)
    term(root, "cac:PaymentTerms/cbc:Note", invoice.terms)
    _taxes(root, invoice)
    _totals(root, invoice)
    for line in invoice.lines:
        _line(root, line, invoice.currency, kind)
    return written(root)


def _party(to: Element, party: Party, has_contact: bool) -> None:
    if reached := party.electronic_address:
        term(to, "cbc:EndpointID", reached.value, schemeID=reached.scheme)
    if party.identifier:
        term(to, "cac:PartyIdentification/cbc:ID", party.identifier.value)
    term(to, "cac:PartyName/cbc:Name", party.trade_name)
    address = group(to, "cac:PostalAddress")
    term(address, "cbc:StreetName", party.line1)
    term(address, "cbc:AdditionalStreetName", party.line2)
    term(address, "cbc:CityName", party.city)
    term(address, "cbc:PostalZone", party.postal_code)
    term(address, "cbc:CountrySubentity", party.subdivision)
    term(address, "cac:Country/cbc:IdentificationCode", party.country)
    for number, scheme in ((party.vat_id, "VAT"), (party.tax_registration, "TAX")):
        if number:
            registered = group(to, "cac:PartyTaxScheme")
            term(registered, "cbc:CompanyID", number)
            term(registered, "cac:TaxScheme/cbc:ID", scheme)
    term(to, "cac:PartyLegalEntity/cbc:RegistrationName", party.name)
    if has_contact and (party.phone or party.email):
        contact = group(to, "cac:Contact")
        term(contact, "cbc:Name", party.trade_name or party.name)
        term(contact, "cbc:Telephone", party.phone)
        term(contact, "cbc:ElectronicMail", party.email)


def _payment(to: Element, payment: Payment) -> None:
    means = group(to, "cac:PaymentMeans")
    term(means, "cbc:PaymentMeansCode", payment.means, name=payment.text)
    if payment.account:
        account = group(means, "cac:PayeeFinancialAccount")
        term(account, "cbc:ID", payment.account)
        term(account, "cbc:Name", payment.account_name)
        term(account, "cac:FinancialInstitutionBranch/cbc:ID", payment.bic)


def _taxes(to: Element, invoice: EuropeanInvoice) -> None:
    taxes = group(to, "cac:TaxTotal")
    _amount(taxes, "cbc:TaxAmount", invoice.totals.vat, invoice.currency)
    for one in invoice.breakdown:
        part = group(taxes, "cac:TaxSubtotal")
        _amount(part, "cbc:TaxableAmount", one.taxable, invoice.currency)
        _amount(part, "cbc:TaxAmount", one.tax, invoice.currency)
        _category(group(part, "cac:TaxCategory"), one.category, one.rate, one)
    national = invoice.totals.vat_in_tax_currency
    if invoice.tax_currency and national is not None:
        _amount(group(to, "cac:TaxTotal"), "cbc:TaxAmount", national, invoice.tax_currency)


def _category(
    to: Element, category: Category, rate: str | None, why: Breakdown | None = None
) -> None:
    term(to, "cbc:ID", category)
    term(to, "cbc:Percent", None if category is Category.OUT_OF_SCOPE else rate)
    if why:
        term(to, "cbc:TaxExemptionReasonCode", why.reason_code)
        term(to, "cbc:TaxExemptionReason", why.reason)
    term(to, "cac:TaxScheme/cbc:ID", "VAT")


def _totals(to: Element, invoice: EuropeanInvoice) -> None:
    totals, currency = invoice.totals, invoice.currency
    sums = group(to, "cac:LegalMonetaryTotal")
    _amount(sums, "cbc:LineExtensionAmount", totals.lines, currency)
    _amount(sums, "cbc:TaxExclusiveAmount", totals.without_vat, currency)
    _amount(sums, "cbc:TaxInclusiveAmount", totals.with_vat, currency)
    if totals.paid:
        _amount(sums, "cbc:PrepaidAmount", totals.paid, currency)
    if totals.rounding:
        _amount(sums, "cbc:PayableRoundingAmount", totals.rounding, currency)
    _amount(sums, "cbc:PayableAmount", totals.payable, currency)


def _line(to: Element, line: Line, currency: str, kind: str) -> None:
    item = group(to, f"cac:{kind}Line")
    term(item, "cbc:ID", line.id)
    quantity = "CreditedQuantity" if kind == "CreditNote" else "InvoicedQuantity"
    term(item, f"cbc:{quantity}", str(line.quantity), unitCode=_ONE)
    _amount(item, "cbc:LineExtensionAmount", line.net, currency)
    _days(item, line.days)
    if line.allowance:
        allowance = group(item, "cac:AllowanceCharge")
        term(allowance, "cbc:ChargeIndicator", "false")
        term(allowance, "cbc:AllowanceChargeReason", line.allowance_reason)
        _amount(allowance, "cbc:Amount", line.allowance, currency)
    sold = group(item, "cac:Item")
    term(sold, "cbc:Name", line.name)
    _category(group(sold, "cac:ClassifiedTaxCategory"), line.category, line.rate)
    price = group(item, "cac:Price")
    _amount(price, "cbc:PriceAmount", line.price, currency)
    term(price, "cbc:BaseQuantity", str(line.base_quantity), unitCode=_ONE)


def _days(to: Element, days: Days | None) -> None:
    if days is None:
        return
    period = group(to, "cac:InvoicePeriod")
    term(period, "cbc:StartDate", days.first.isoformat())
    term(period, "cbc:EndDate", days.last.isoformat())


def _amount(to: Element, name: str, amount: int, currency: str) -> None:
    term(to, name, amount_of(amount, currency), currencyID=currency)
