"""The ledger accounts: every place where value can be. Told in prose in docs/accounting.md."""

from enum import StrEnum


class Account(StrEnum):
    RECEIVABLE = "receivable"  # customers owe it
    GATEWAY_CLEARING = "gateway_clearing"  # taken by a gateway, not yet in the bank
    CASH_IN_TRANSIT = "cash_in_transit"  # paid out by a gateway, not yet seen in the bank
    BANK = "bank"  # paid to us directly, or seen to arrive there
    DEFERRED_REVENUE = "deferred_revenue"  # invoiced, not yet earned
    REVENUE = "revenue"  # earned
    CGST_PAYABLE = "cgst_payable"
    SGST_PAYABLE = "sgst_payable"
    UTGST_PAYABLE = "utgst_payable"
    IGST_PAYABLE = "igst_payable"
    CESS_PAYABLE = "cess_payable"  # the compensation cess
    VAT_PAYABLE = "vat_payable"  # of the Union and the United Kingdom
    GATEWAY_FEES = "gateway_fees"
    GATEWAY_FEE_TAX = "gateway_fee_tax"  # GST on their fees: input tax, to be claimed
    SETTLEMENT_SUSPENSE = "settlement_suspense"  # paid out, and nobody here knows what for
    CURRENCY_EXCHANGE = "currency_exchange"  # charged in one currency and paid out in another
    ROUND_OFF = "round_off"
    BAD_DEBT = "bad_debt"
    CUSTOMER_CREDIT = "customer_credit"  # we owe it to customers
    WALLET_PENDING = "wallet_pending"  # top-ups that are asked for and not paid yet
    WALLET_PAID = "wallet_paid"  # prepaid by customers, to be spent
    WALLET_GRANTED = "wallet_granted"  # granted for nothing, to be spent
    PROMOTIONS = "promotions"  # what grants cost us
    BREAKAGE = "breakage"  # prepaid, never spent, and expired
    TDS_RECEIVABLE = "tds_receivable"  # withheld by customers: the state owes it to us
    DISPUTED_FUNDS = "disputed_funds"  # taken back by a gateway while a dispute is open
    DISPUTE_LOSSES = "dispute_losses"  # … and lost
    DISPUTE_FEES = "dispute_fees"  # what gateways take for a dispute


TAX_PAYABLE = {
    "CGST": Account.CGST_PAYABLE,
    "SGST": Account.SGST_PAYABLE,
    "UTGST": Account.UTGST_PAYABLE,
    "IGST": Account.IGST_PAYABLE,
    "CESS": Account.CESS_PAYABLE,
    "VAT": Account.VAT_PAYABLE,
}
