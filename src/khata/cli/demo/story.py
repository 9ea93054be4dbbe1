"""The story: what each customer does on which day, and time passing in between.

Everything goes through the engine's own use-cases, at the time of the test clock.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from khata.cli.demo.cast import Member
from khata.cli.demo.payer import Payers
from khata.cli.demo.pretend import PretendGateways
from khata.cli.demo.shop import LUTS, ZONE, Shop, write_down_lut
from khata.cli.demo.turns import Who, give_card, take_turn
from khata.core.ids import new_id
from khata.core.periods import Interval, Unit, edge
from khata.core.subscription import CollectionMethod
from khata.usecases.payments.mark_paid import MarkPaid, Method, mark_paid
from khata.usecases.selling.create_customer import CreateCustomer, create_customer
from khata.usecases.subscriptions.start_subscription import (
    StartSubscription,
    WantedItem,
    start_subscription,
)
from khata.usecases.tenants.advance_test_clock import AdvanceTestClock, advance_test_clock
from khata.wiring import Engine

BEGINS: Final = date(2025, 6, 1)
ENDS: Final = date(2026, 11, 30)

_MORNING, _NOON, _EVENING = time(10), time(12), time(18)
_RENEWAL_DAY = 20  # of March, on which the letter for the coming financial year is there
_TRANSFER_DAY = 18  # of a month, on which transfers arrive
_DAYS_TO_PAY = 15


@dataclass(frozen=True, slots=True)
class Deed:
    """Somebody does something at a moment."""

    at: datetime
    do: Callable[[datetime], None]


class Story:
    """The cast's deeds in one shop. `month_over` is told of each month that has passed."""

    def __init__(
        self, engine: Engine, pretend: PretendGateways, shop: Shop, members: Sequence[Member]
    ) -> None:
        self._engine, self._shop, self._members = engine, shop, members
        self._payers = Payers(pretend)
        self._customers: dict[str, UUID] = {}
        self._subscriptions: dict[str, UUID] = {}

    def live(self, until: date, *, month_over: Callable[[date], None]) -> None:
        """Let everything happen, in order, up to the evening of `until`."""
        last = moment(until, _EVENING)
        deeds = [deed for deed in self._deeds(until, month_over) if deed.at <= last]
        now = moment(BEGINS, time())
        for deed in sorted(deeds, key=lambda deed: deed.at):
            if deed.at > now:
                now = deed.at
                self._wait_until(now)
            deed.do(now)
        self._wait_until(last)
        month_over(until)

    def _wait_until(self, at: datetime) -> None:
        command = AdvanceTestClock(self._shop.tenant, at)
        advance_test_clock(command, tools=self._engine.tools)

    def _deeds(self, until: date, month_over: Callable[[date], None]) -> Iterator[Deed]:
        for year in LUTS:
            if date(year, 4, 1) > BEGINS:
                ahead = moment(date(year, 3, _RENEWAL_DAY), _MORNING)
                yield Deed(ahead, lambda at, year=year: self._renew_lut(year, at))  # type: ignore[misc]
        for first in months(BEGINS, until)[1:]:
            last_day = first - timedelta(days=1)
            yield Deed(moment(first, time()), lambda _, day=last_day: month_over(day))  # type: ignore[misc]
        for member in self._members:
            yield from self._deeds_of(member, until)

    def _deeds_of(self, member: Member, until: date) -> Iterator[Deed]:
        yield Deed(moment(member.joins_on, _MORNING), lambda at: self._join(member, at))
        for happening in member.happenings:
            at = moment(happening.on, _NOON)
            yield Deed(at, lambda at, one=happening: take_turn(self._who(member), one, at))  # type: ignore[misc]
        if member.gateway is None:
            for first in months(member.joins_on, until)[1:]:
                day = first.replace(day=_TRANSFER_DAY)
                if member.silent_on is None or day < member.silent_on:
                    yield Deed(moment(day, _NOON), lambda at: self._transfer(member, at))

    def _renew_lut(self, year: int, at: datetime) -> None:
        write_down_lut(self._engine, self._shop.tenant, self._shop.registration, year, at)

    def _join(self, member: Member, at: datetime) -> None:
        customer = self._customers[member.name] = new_id(at)
        command = CreateCustomer(
            tenant=self._shop.tenant,
            id=customer,
            at=at,
            name=member.name,
            email=member.email,
            currency=member.currency,
            timezone=member.timezone,
            country=member.country,
            state=member.state,
            address=member.address,
            tax_ids=member.tax_ids,
            sez=member.sez,
            metadata={},
        )
        create_customer(command, db=self._engine.db)
        if member.gateway is not None:
            give_card(self._who(member), member.token, at)
        self._subscribe(member, at)

    def _subscribe(self, member: Member, at: datetime) -> None:
        subscription = self._subscriptions[member.name] = new_id(at)
        by_card = member.gateway is not None
        command = StartSubscription(
            tenant=self._shop.tenant,
            id=subscription,
            at=at,
            customer_id=self._customers[member.name],
            items=[WantedItem(self._shop.plans[member.plan], member.seats)],
            collection_method=CollectionMethod.CHARGE_AUTOMATICALLY
            if by_card
            else CollectionMethod.SEND_INVOICE,
            days_until_due=None if by_card else _DAYS_TO_PAY,
            registration_id=self._shop.branches.get(member.state or ""),
            actor="demo",
        )
        start_subscription(command, tools=self._engine.tools, db=self._engine.db)

    def _who(self, member: Member) -> Who:
        customer, agreed = self._customers[member.name], self._subscriptions.get(member.name)
        gateway, name, email = member.gateway, member.name, member.email
        way = None
        if gateway is not None:
            way = lambda token: self._payers.way(gateway, token, name=name, email=email)  # noqa: E731
        return Who(self._engine, self._shop, customer, agreed, way)

    def _transfer(self, member: Member, at: datetime) -> None:
        """Let the customer's bank transfer arrive: it pays what is open."""
        with self._engine.db.transaction(self._shop.tenant) as uow:
            owed = uow.invoices.open_of(self._subscriptions[member.name])
        for invoice in owed:
            command = MarkPaid(
                tenant=self._shop.tenant,
                id=new_id(at),
                at=at,
                invoice_id=invoice.id,
                method=Method.BANK_TRANSFER,
                reference=f"UTR {at:%y%m%d} {invoice.number}",
            )
            mark_paid(command, db=self._engine.db)


def moment(day: date, at: time) -> datetime:
    """Return a time of day where the shop is."""
    return datetime.combine(day, at, ZoneInfo(ZONE))


def months(first: date, until: date) -> list[date]:
    """Return the first days of the months from `first` up to and including `until`."""
    begin = first.replace(day=1)
    count = (until.year - begin.year) * 12 + until.month - begin.month + 1
    return [edge(begin, Interval(Unit.MONTH), k) for k in range(count)]
