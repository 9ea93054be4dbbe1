"""Tell the turnover of a financial year: it decides how many digits a code must have."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.refusal import Refusal
from khata.db.transaction import Database

_YEAR = re.compile(r"(\d\d)-(\d\d)")


class BadFinancialYear(Refusal):
    """The text is not an Indian financial year, such as 25-26."""


@dataclass(frozen=True, slots=True)
class TellTurnover:
    """`amount` is the aggregate turnover of all registrations of the PAN, in paise."""

    tenant: UUID
    id: UUID
    at: datetime
    financial_year: str
    amount: int


def tell_turnover(command: TellTurnover, *, db: Database) -> None:
    """Keep the turnover; a later word for a year replaces one before. Raises: BadFinancialYear."""
    found = _YEAR.fullmatch(command.financial_year)
    if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
        raise BadFinancialYear(
            f"{command.financial_year[:10]!r} is not a financial year, such as 25-26",
            param="financial_year",
        )
    with db.transaction(command.tenant) as uow:
        uow.tax_facts.add_turnover(command.id, command.financial_year, command.amount, command.at)
