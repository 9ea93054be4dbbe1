"""A swap of currency: a subscription is billed in another one from a day on, all items at once."""

from collections.abc import Sequence
from datetime import date

from khata.core.catalog import Item
from khata.core.commitments import has_been_billed, has_minimum
from khata.core.coupon import Discount
from khata.core.periods import Period
from khata.core.refusal import Kind, Refusal
from khata.core.subscription import COUNTED, Status, Subscription
from khata.core.waiting import WaitingItem


class CurrencyOwed(Refusal):
    """Something of the subscription is still owed in the currency that it would leave."""

    kind = Kind.CONFLICT


class CurrencyInPeriod(Refusal):
    """Days to come are billed in the currency that the subscription would leave."""

    kind = Kind.CONFLICT


def check_swap(
    subscription: Subscription,
    items: Sequence[Item],
    day: date,
    *,
    open_invoices: Sequence[str],
    waiting: Sequence[WaitingItem],
    is_metered: bool = False,
) -> None:
    """Refuse a swap that would leave something behind; `open_invoices` are their numbers.

    It may begin where a period ends, or while none that was billed is running, and only where
    no invoice is open, no item waits, and neither usage nor a minimum commitment is to be settled.
    Credit and wallets stay in their own currency. Raises: CurrencyInPeriod, CurrencyOwed.
    Source: docs/changes.md
    """
    period, currency = subscription.period, subscription.currency
    if period is not None and not _is_free(subscription.status, period, day):
        raise CurrencyInPeriod(
            f"The period that is billed in {currency} ends on {period.end}: the currency can be "
            "swapped on that day, with when: period_end",
            param="when",
        )
    if open_invoices:
        raise CurrencyOwed(
            f"{_listed(open_invoices)} in {currency} is not paid yet; swap the currency once "
            "nothing is owed",
            param="currency",
        )
    if waiting:
        raise CurrencyOwed(
            f"{waiting[0].charge.description} waits for the next invoice in {currency}; bill it or "
            "take it back first",
            param="currency",
        )
    if is_metered:
        raise CurrencyOwed(
            f"Usage in {currency} is billed after its period, and events may come late; end this "
            "subscription and start another one",
            param="currency",
        )
    if has_minimum(items) and has_been_billed(subscription):
        raise CurrencyOwed(
            f"A minimum commitment in {currency} is settled with the next invoice; change to a "
            "plan without one first",
            param="currency",
        )


def _is_free(status: Status, period: Period, day: date) -> bool:
    """Say whether no paid period is running on the day: one ends, or it is within a trial."""
    if status in COUNTED:
        return day == period.end
    return status is not Status.TRIALING or day <= period.end


def discounts_left_behind(
    discounts: Sequence[Discount], currency: str | None
) -> tuple[Discount, ...]:
    """Return the discounts that lower nothing any more in another currency: amounts of theirs."""
    if currency is None:
        return ()
    return tuple(one for one in discounts if one.coupon.currency not in (None, currency))


def _listed(numbers: Sequence[str]) -> str:
    first, *others = numbers
    return f"Invoice {first}" + (f" (and {len(others)} more)" if others else "")
