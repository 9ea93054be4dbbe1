"""A registration's returns in a story: made, filed, amended."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from khata.core.exports.amounts import Amounts
from khata.core.exports.checks.finding import Finding, Severity
from khata.core.filing import read_period
from khata.core.ids import new_id
from khata.core.periods import day_of
from khata.db.reads.returns import ToldReturn, told_return
from khata.usecases.returns.amend_document import AmendDocument, amend_document
from khata.usecases.returns.file_return import FileReturn, file_return
from tests.scenarios.world import HOME

if TYPE_CHECKING:
    from tests.scenarios.shop import Shop

ARN = "AA290725001234X"


def paise(*rupees: str) -> Amounts:
    """Taxable, IGST, CGST, SGST, cess: what is not named is nothing."""
    return Amounts(*(round(float(one) * 100) for one in rupees))


def the_return(shop: Shop, month: str) -> ToldReturn:
    with shop.db.transaction(shop.tenant) as uow:
        return told_return(
            uow.connection,
            uow.sellers.default(),
            read_period(month, param="period"),
            today=day_of(shop.world.now, HOME),
        )


def files(shop: Shop, month: str, *, arn: str = ARN, on: str | None = None) -> UUID:
    id, today = new_id(shop.world.now), day_of(shop.world.now, HOME)
    with shop.db.transaction(shop.tenant) as uow:
        registration = uow.sellers.default().id
    period = read_period(month, param="period")
    filed_on = date.fromisoformat(on) if on else today
    command = FileReturn(shop.tenant, id, shop.world.now, registration, period, arn, filed_on)
    file_return(command, db=shop.db)
    return id


def amends(
    shop: Shop,
    document: UUID,
    *,
    gstin: str | None = None,
    place: str | None = None,
    month: str | None = None,
) -> UUID:
    id = new_id(shop.world.now)
    period = None if month is None else read_period(month, param="period")
    command = AmendDocument(
        shop.tenant, id, shop.world.now, document, gstin, place, "Typed wrongly", period
    )
    amend_document(command, db=shop.db)
    return id


def blocking(told: ToldReturn) -> list[str]:
    return [one.code for one in told.findings if one.severity is Severity.BLOCKS]


def found(told: ToldReturn, code: str) -> Finding:
    [finding] = [one for one in told.findings if one.code == code]
    return finding
