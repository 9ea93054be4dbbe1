"""Rates of exchange for the demo's exports: without one, no return can be filed."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from khata.core.ids import new_id
from khata.core.tax.rupees import ExchangeRate
from khata.wiring import Engine

SOURCE: Final = "Example rate of the demo"
_AT_FIRST: Final = {"USD": Decimal("85.20"), "EUR": Decimal("96.80")}
_A_WEEK: Final = Decimal("0.05")  # the rupee loses this much, and wins it back in the next quarter
_WEEKS: Final = 13


def quote_rates(engine: Engine, tenant: UUID, at: datetime, *, first: date, last: date) -> None:
    """Write down a made-up rate of each currency for every week of the story."""
    with engine.db.transaction(tenant) as uow:
        for week in range((last - first).days // 7 + 1):
            quarter, of_quarter = divmod(week, _WEEKS)
            steps = of_quarter if quarter % 2 == 0 else _WEEKS - of_quarter
            for currency, rate in _AT_FIRST.items():
                quoted = ExchangeRate(
                    currency, first + timedelta(weeks=week), rate + steps * _A_WEEK, SOURCE
                )
                uow.tax_facts.add_exchange_rate(new_id(at), quoted, at)
