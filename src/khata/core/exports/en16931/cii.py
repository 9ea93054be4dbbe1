"""EN 16931 as UN/CEFACT Cross Industry Invoice, D16B: what a Factur-X PDF carries."""

from datetime import date
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
)
from khata.core.exports.en16931.profiles import Profile
from khata.core.exports.en16931.xml import amount_of, group, root_of, term, written

_UN: Final = "urn:un:unece:uncefact:data:standard:"
_NAMESPACES: Final = {
    "rsm": f"{_UN}CrossIndustryInvoice:100",
    "ram": f"{_UN}ReusableAggregateBusinessInformationEntity:100",
    "qdt": f"{_UN}QualifiedDataType:100",
    "udt": f"{_UN}UnqualifiedDataType:100",
}
_ONE: Final = "C62"  # UN/ECE Recommendation 20: one, of whatever it is
_DAY: Final = "102"  # UNTDID 2379: CCYYMMDD


def cii_of(invoice: EuropeanInvoice, profile: Profile) -> bytes:
    """Return an invoice or a credit note as a Cross Industry Invoice.

    Source: EN 16931-3-3 (the syntax binding); Factur-X 1.07, profile EN 16931.
    """
    root = root_of("rsm:CrossIndustryInvoice", _NAMESPACES)
    context = group(root, "rsm:ExchangedDocumentContext")
    term(context, "ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID", profile.process)
    term(context, "ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", profile.customization)
    head = group(root, "rsm:ExchangedDocument")
    term(head, "ram:ID", invoice.number)
    term(head, "ram:TypeCode", invoice.type)
    _day(head, "ram:IssueDateTime", invoice.issued_on)
    for note in invoice.notes:
        term(head, "ram:IncludedNote/ram:Content", note)
    trade = group(root, "rsm:SupplyChainTradeTransaction")
    for line in invoice.lines:
        _line(trade, line, invoice.currency)
    agreement = group(trade, "ram:ApplicableHeaderTradeAgreement")
    term(agreement, "ram:BuyerReference", invoice.buyer_reference)
    _party(group(agreement, "ram:SellerTradeParty"), invoice.seller, has_contact=True)
    _party(group(agreement, "ram:BuyerTradeParty"), invoice.buyer, has_contact=False)
    group(trade, "ram:ApplicableHeaderTradeDelivery")
    _settlement(group(trade, "ram:ApplicableHeaderTradeSettlement"), invoice)
    return written(root)


def _line(trade: Element, line: Line, currency: str) -> None:
    item = group(trade, "ram:IncludedSupplyChainTradeLineItem")
    term(item, "ram:AssociatedDocumentLineDocument/ram:LineID", line.id)
    term(item, "ram:SpecifiedTradeProduct/ram:Name", line.name)
    price = group(item, "ram:SpecifiedLineTradeAgreement", "ram:NetPriceProductTradePrice")
    term(price, "ram:ChargeAmount", amount_of(line.price, currency))
    term(price, "ram:BasisQuantity", str(line.base_quantity), unitCode=_ONE)
    delivery = group(item, "ram:SpecifiedLineTradeDelivery")
    term(delivery, "ram:BilledQuantity", str(line.quantity), unitCode=_ONE)
    settled = group(item, "ram:SpecifiedLineTradeSettlement")
    tax = group(settled, "ram:ApplicableTradeTax")
    term(tax, "ram:TypeCode", "VAT")
    term(tax, "ram:CategoryCode", line.category)
    term(tax, "ram:RateApplicablePercent", line.rate)
    _days(settled, line.days)
    if line.allowance:
        allowance = group(settled, "ram:SpecifiedTradeAllowanceCharge")
        term(allowance, "ram:ChargeIndicator/udt:Indicator", "false")
        term(allowance, "ram:ActualAmount", amount_of(line.allowance, currency))
        term(allowance, "ram:Reason", line.allowance_reason)
    sums = group(settled, "ram:SpecifiedTradeSettlementLineMonetarySummation")
    term(sums, "ram:LineTotalAmount", amount_of(line.net, currency))


def _party(to: Element, party: Party, *, has_contact: bool) -> None:
    if party.identifier:
        term(to, "ram:ID", party.identifier.value)
    term(to, "ram:Name", party.name)
    term(to, "ram:SpecifiedLegalOrganization/ram:TradingBusinessName", party.trade_name)
    if has_contact and (party.phone or party.email):
        contact = group(to, "ram:DefinedTradeContact")
        term(contact, "ram:PersonName", party.trade_name or party.name)
        term(contact, "ram:TelephoneUniversalCommunication/ram:CompleteNumber", party.phone)
        term(contact, "ram:EmailURIUniversalCommunication/ram:URIID", party.email)
    address = group(to, "ram:PostalTradeAddress")
    term(address, "ram:PostcodeCode", party.postal_code)
    term(address, "ram:LineOne", party.line1)
    term(address, "ram:LineTwo", party.line2)
    term(address, "ram:CityName", party.city)
    term(address, "ram:CountryID", party.country)
    term(address, "ram:CountrySubDivisionName", party.subdivision)
    if reached := party.electronic_address:
        path = "ram:URIUniversalCommunication/ram:URIID"
        term(to, path, reached.value, schemeID=reached.scheme)
    term(to, "ram:SpecifiedTaxRegistration/ram:ID", party.vat_id, schemeID="VA")
    term(to, "ram:SpecifiedTaxRegistration/ram:ID", party.tax_registration, schemeID="FC")


def _settlement(to: Element, invoice: EuropeanInvoice) -> None:
    currency = invoice.currency
    term(to, "ram:TaxCurrencyCode", invoice.tax_currency)
    term(to, "ram:InvoiceCurrencyCode", currency)
    if invoice.payment:
        _payment(to, invoice.payment)
    for one in invoice.breakdown:
        _breakdown(to, one, currency)
    _days(to, invoice.days)
    if invoice.terms or invoice.due_on:
        terms = group(to, "ram:SpecifiedTradePaymentTerms")
        term(terms, "ram:Description", invoice.terms)
        if invoice.due_on:
            _day(terms, "ram:DueDateDateTime", invoice.due_on)
    totals = invoice.totals
    sums = group(to, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    term(sums, "ram:LineTotalAmount", amount_of(totals.lines, currency))
    term(sums, "ram:TaxBasisTotalAmount", amount_of(totals.without_vat, currency))
    term(sums, "ram:TaxTotalAmount", amount_of(totals.vat, currency), currencyID=currency)
    if invoice.tax_currency and totals.vat_in_tax_currency is not None:
        told = amount_of(totals.vat_in_tax_currency, invoice.tax_currency)
        term(sums, "ram:TaxTotalAmount", told, currencyID=invoice.tax_currency)
    if totals.rounding:
        term(sums, "ram:RoundingAmount", amount_of(totals.rounding, currency))
    term(sums, "ram:GrandTotalAmount", amount_of(totals.with_vat, currency))
    if totals.paid:
        term(sums, "ram:TotalPrepaidAmount", amount_of(totals.paid, currency))
    term(sums, "ram:DuePayableAmount", amount_of(totals.payable, currency))
    if before := invoice.preceding:
        referred = group(to, "ram:InvoiceReferencedDocument")
        term(referred, "ram:IssuerAssignedID", before.number)
        _day(referred, "ram:FormattedIssueDateTime", before.issued_on, type="qdt")


def _payment(to: Element, payment: Payment) -> None:
    means = group(to, "ram:SpecifiedTradeSettlementPaymentMeans")
    term(means, "ram:TypeCode", payment.means)
    term(means, "ram:Information", payment.text)
    if payment.account is None:
        return
    account = group(means, "ram:PayeePartyCreditorFinancialAccount")
    is_iban = payment.account[:2].isalpha()
    if is_iban:
        term(account, "ram:IBANID", payment.account)
    term(account, "ram:AccountName", payment.account_name)
    if not is_iban:
        term(account, "ram:ProprietaryID", payment.account)
    term(means, "ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID", payment.bic)


def _breakdown(to: Element, one: Breakdown, currency: str) -> None:
    tax = group(to, "ram:ApplicableTradeTax")
    term(tax, "ram:CalculatedAmount", amount_of(one.tax, currency))
    term(tax, "ram:TypeCode", "VAT")
    term(tax, "ram:ExemptionReason", one.reason)
    term(tax, "ram:BasisAmount", amount_of(one.taxable, currency))
    term(tax, "ram:CategoryCode", one.category)
    term(tax, "ram:ExemptionReasonCode", one.reason_code)
    rate = None if one.category is Category.OUT_OF_SCOPE else one.rate
    term(tax, "ram:RateApplicablePercent", rate)


def _days(to: Element, days: Days | None) -> None:
    if days is None:
        return
    period = group(to, "ram:BillingSpecifiedPeriod")
    _day(period, "ram:StartDateTime", days.first)
    _day(period, "ram:EndDateTime", days.last)


def _day(to: Element, name: str, day: date, *, type: str = "udt") -> None:
    term(to, f"{name}/{type}:DateTimeString", f"{day:%Y%m%d}", format=_DAY)
