"""A statement of account as it is given to a customer."""

from dataclasses import dataclass

from khata.core.document import Party
from khata.core.statement_of_account import Statement


@dataclass(frozen=True, slots=True)
class StatementDocument:
    """Who tells whom what. `livemode` False marks it as a test."""

    seller: Party
    buyer: Party
    statement: Statement
    livemode: bool
