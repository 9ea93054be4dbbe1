"""/v1/bank_transactions"""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Post, Posted
from khata.api.schemas.fields import Flag, ShortLine
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.settlements import (
    BankFileImport,
    BankImportObject,
    BankLinesCreate,
    BankTransactionObject,
    statement_line,
)
from khata.api.strict_route import StrictRoute
from khata.core.bank_statement import StatementLine, read_statement
from khata.core.ids import new_id, parse_id, public_id
from khata.core.money import known_currency
from khata.core.refusal import NotFound
from khata.db.reads.settlements import BANK_TRANSACTIONS
from khata.db.stores.bank import BankTransactions
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.settlements.import_bank_lines import (
    ImportBankLines,
    Imported,
    import_bank_lines,
)
from khata.usecases.settlements.unmatch_bank_line import UnmatchBankLine, unmatch_bank_line

router = APIRouter(
    prefix="/v1/bank_transactions", tags=["Bank transactions"], route_class=StrictRoute
)

_NOBODY = UUID(int=0)


class BankTransactionQuery(ListQuery):
    """Which lines of the bank's statement."""

    matched: Flag | None = Field(None, description="Only those that are a payout, or are none")
    bank_account: ShortLine | None = Field(None, description="Only those of this bank account")


@router.post("", response_model=BankImportObject)
def record(body: BankLinesCreate, post: Posted) -> Response:
    """Record lines of the bank's statement, and match them with payouts: all of them, or none.

    Send them again whenever an answer is lost: a line with a known id changes nothing; with another
    amount or day it is refused.
    """
    lines = [
        statement_line(one, known_currency(one.currency, param=f"transactions.{position}.currency"))
        for position, one in enumerate(body.transactions)
    ]
    return _imported(post, body.account, lines)


@router.post("/import", response_model=BankImportObject)
def import_file(body: BankFileImport, post: Posted) -> Response:
    """Record a statement that is a CSV file: the whole of it, or nothing where a row is bad."""
    lines = read_statement(body.file, body.columns.columns(), currency=body.currency)
    return _imported(post, body.account, lines)


@router.get("", response_model=ListOf[BankTransactionObject])
def list_all(caller: Called, query: Annotated[BankTransactionQuery, Query()]) -> Response:
    """List lines of the bank's statement, newest first."""
    return listed(caller, BANK_TRANSACTIONS, query, BankTransactionObject.of)


@router.get("/{id}", response_model=BankTransactionObject)
def read(id: str, caller: Called) -> Response:
    """Read a line of the bank's statement."""
    return caller.answer(tell, parse_id("bt", id))


@router.post("/{id}/unmatch", response_model=BankTransactionObject)
def unmatch(id: str, post: Posted) -> Response:
    """Take a line back from the payout that it was taken for: the arrival is mirrored on its day.

    The line is open and the payout on its way again; the two are not matched by themselves any
    more. Refused where the line is no payout, and where its month is closed.
    """
    caller = post.caller

    def act(db: Database, line: UUID) -> None:
        unmatch_bank_line(UnmatchBankLine(caller.tenant, line, caller.at), db=db)

    return post.move(parse_id("bt", id), act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> BankTransactionObject:
    row = BankTransactions(uow.connection).get(id)
    if row is None:
        raise NotFound("bank transaction", public_id("bt", id))
    return BankTransactionObject.of(row, livemode)


def _imported(post: Post, account: str, lines: Sequence[StatementLine]) -> Response:
    caller = post.caller
    command = ImportBankLines(caller.tenant, account, lines, caller.at)
    receipts: list[Imported] = []

    def act(db: Database, _: UUID) -> None:
        receipts.append(import_bank_lines(command, db=db))

    def told(_: UnitOfWork, __: UUID, livemode: bool) -> BankImportObject:
        if not receipts:  # the key was seen before, and the machine died before it answered
            act(caller.engine.db, _NOBODY)
        done = receipts[0]
        return BankImportObject(
            livemode=livemode, recorded=done.new, duplicates=done.repeated, matched=done.matched
        )

    return post.move(new_id(caller.at), act, told)
