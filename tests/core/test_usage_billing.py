"""What is known later of usage that was billed: credited where its lines are, and never forgotten.

250 calls at 0.50 are 125.00; 200 are 100.00.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from khata.core.credit_note import BilledInvoice, BilledLine
from khata.core.metering import Aggregation, Measure, Meter
from khata.core.periods import Period
from khata.core.price_terms import PriceModel, PriceTerms
from khata.core.usage_billing import UsageBill, bill_usage
from khata.core.usage_periods import Cut, Metered, UsagePeriod
from tests.core.agreements import id_of, item, subscription

BEGAN, ENDED = datetime(2025, 1, 9, 18, 30, tzinfo=UTC), datetime(2025, 2, 9, 18, 30, tzinfo=UTC)
JANUARY = Period(date(2025, 1, 10), date(2025, 2, 10))
CALLS = Meter(id_of(90), "calls", "Calls", Aggregation.SUM, None, (), True, BEGAN)
TERMS = PriceTerms(PriceModel.PER_UNIT, Decimal(50), meter_id=CALLS.id)
BILLED = UsagePeriod(
    id_of(91),
    id_of(1),
    id_of(2),
    replace(item(0), terms=TERMS),
    CALLS.id,
    BEGAN,
    JANUARY.start,
    BEGAN,
    ENDED,
    JANUARY,
    JANUARY,
    billed=12_500,
    quantity=Decimal(250),
)
LINE = BilledLine(
    id_of(80), 0, "usage", None, "Calls", "998314", JANUARY, JANUARY, 12_500, 0, (), JANUARY.end,
    {"usage_period": str(BILLED.id)},
)  # fmt: skip
INVOICE = BilledInvoice(
    id_of(80), "INV/1", id_of(3), id_of(2), id_of(1), "INR", 12_500, 0, 0, 0, id_of(4), id_of(5),
    (LINE,),
)  # fmt: skip


def known(*invoices: BilledInvoice, days_later: int) -> UsageBill:
    """Bill what is known so many days after the end: 200 calls, not 250."""
    one = Metered(BILLED, CALLS, Measure(Fraction(200)))
    at = ENDED + timedelta(days=days_later)
    cut = Cut(at, at.date())
    ids = iter(map(id_of, range(1_000, 2_000)))
    return bill_usage([one], subscription(), cut, billed=invoices, at=at, ids=ids)


def test_what_is_too_much_is_credited_and_settled_after_36_days() -> None:
    for days, settled in ((35, False), (36, True)):
        bill = known(INVOICE, days_later=days)
        assert [credit.amount for credit in bill.credits] == [2_500]
        [after] = bill.periods
        assert (after.billed, after.quantity, after.settled) == (10_000, Decimal(200), settled)


def test_what_could_not_be_credited_is_not_settled_however_late_it_is() -> None:
    bill = known(days_later=400)
    assert (bill.charges, bill.credits) == ((), ())
    assert bill.periods == (BILLED,)
