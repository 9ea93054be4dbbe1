"""Which ledger of Tally stands for which account of the books, and in which of Tally's groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from khata.core.exports.tax_document import TaxParty
from khata.core.ledger.accounts import Account

SUNDRY_DEBTORS: Final = "Sundry Debtors"
UNKNOWN_PARTY: Final = "Customers Not Named"  # what is owed and belongs to no one customer


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger to be made; `party` is set where it is a customer's."""

    name: str
    group: str
    party: TaxParty | None = None


def _own(name: str, group: str) -> Ledger:
    return Ledger(name, group)


_ASSETS: Final = "Current Assets"
_LIABILITIES: Final = "Current Liabilities"
_EXPENSES: Final = "Indirect Expenses"
_TAXES: Final = "Duties & Taxes"

# What customers owe and are owed back is in each customer's own ledger, and so not here.
LEDGERS: Final[Mapping[Account, Ledger]] = {
    Account.GATEWAY_CLEARING: _own("Gateway Clearing", _ASSETS),
    Account.CASH_IN_TRANSIT: _own("Cash in Transit", _ASSETS),
    Account.BANK: _own("Bank", "Bank Accounts"),
    Account.DEFERRED_REVENUE: _own("Deferred Revenue", _LIABILITIES),
    Account.REVENUE: _own("Sales", "Sales Accounts"),
    Account.CGST_PAYABLE: _own("Output CGST", _TAXES),
    Account.SGST_PAYABLE: _own("Output SGST", _TAXES),
    Account.UTGST_PAYABLE: _own("Output UTGST", _TAXES),
    Account.IGST_PAYABLE: _own("Output IGST", _TAXES),
    Account.CESS_PAYABLE: _own("Output Cess", _TAXES),
    Account.VAT_PAYABLE: _own("VAT Payable", _TAXES),
    Account.GATEWAY_FEES: _own("Gateway Fees", _EXPENSES),
    Account.GATEWAY_FEE_TAX: _own("Input GST on Gateway Fees", _TAXES),
    Account.SETTLEMENT_SUSPENSE: _own("Settlement Suspense", "Suspense A/c"),
    Account.CURRENCY_EXCHANGE: _own("Exchange Difference", _EXPENSES),
    Account.ROUND_OFF: _own("Round Off", _EXPENSES),
    Account.BAD_DEBT: _own("Bad Debts", _EXPENSES),
    Account.WALLET_PENDING: _own("Wallet Top-ups Pending", _LIABILITIES),
    Account.WALLET_PAID: _own("Wallets Prepaid", _LIABILITIES),
    Account.WALLET_GRANTED: _own("Wallet Credit Granted", _LIABILITIES),
    Account.PROMOTIONS: _own("Promotions", _EXPENSES),
    Account.BREAKAGE: _own("Breakage", "Indirect Incomes"),
    Account.TDS_RECEIVABLE: _own("TDS Receivable", _ASSETS),
    Account.DISPUTED_FUNDS: _own("Disputed Funds", _ASSETS),
    Account.DISPUTE_LOSSES: _own("Dispute Losses", _EXPENSES),
    Account.DISPUTE_FEES: _own("Dispute Fees", _EXPENSES),
}
OF_PARTIES: Final = frozenset({Account.RECEIVABLE, Account.CUSTOMER_CREDIT})
RESERVED: Final = frozenset({UNKNOWN_PARTY, *(ledger.name for ledger in LEDGERS.values())})


def ledger_of(account: Account, party: str | None, *, deferred: bool) -> str:
    """Return the ledger that an account's amounts go to.

    Unless `deferred`, what is invoiced is Sales at once: an accountant who defers in Tally, or not
    at all, wants one ledger of sales.
    """
    if account in OF_PARTIES:
        return party or UNKNOWN_PARTY
    if account is Account.DEFERRED_REVENUE and not deferred:
        account = Account.REVENUE
    return LEDGERS[account].name
