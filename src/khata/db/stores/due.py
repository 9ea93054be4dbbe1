"""What is due: a batch of subscriptions, locked, with all that deciding them needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow

from khata.core.catalog import Item, PriceModel
from khata.core.commitments import has_minimum
from khata.core.credit_note import BilledInvoice
from khata.core.e_invoice.duty import above_on, duty_of
from khata.core.ids import public_id
from khata.core.price_json import read_terms
from khata.core.refusal import NotFound
from khata.core.registration import DEFAULT_SERIES, Registration
from khata.core.renewal import Due
from khata.core.subscription import BILLED
from khata.core.tax.nature import TaxClass
from khata.core.tax.parties import Buyer
from khata.core.tax.tenant_facts import TenantFacts
from khata.core.terms import SellerTerms, Terms, TermsOfDay
from khata.core.trial import asks_for_method
from khata.core.usage_billing import may_be_less
from khata.core.waiting import ScheduledChange, WaitingItem
from khata.db.rows import Connection
from khata.db.stores.abroad import ABROAD
from khata.db.stores.advances import Advances
from khata.db.stores.beside import Beside, look_beside
from khata.db.stores.billed import Billed
from khata.db.stores.buyers import buyer_of
from khata.db.stores.commitments import Commitments
from khata.db.stores.exemptions import EXEMPTIONS_OF
from khata.db.stores.owed import open_invoices
from khata.db.stores.parties import PartyFacts
from khata.db.stores.picking import BUYER_OF, CUSTOMER, PAYER, Picking
from khata.db.stores.schedule import Schedule
from khata.db.stores.sellers import Sellers
from khata.db.stores.subscriptions import from_row
from khata.db.stores.taken import Refused, Taken, with_terms
from khata.db.stores.usage_periods import UsagePeriods
from khata.db.stores.waiting_items import WaitingItems
from khata.db.stores.wishes import due_changes

_WITH_METHOD = f"""
    select distinct s.id
      from subscriptions s
      join customers u on u.tenant_id = s.tenant_id and u.id = s.customer_id
      join payment_methods m on m.tenant_id = s.tenant_id
        and m.customer_id = {BUYER_OF}
     where s.id = any(%s) and m.detached_at is null
       and (m.id = s.payment_method_id or m.is_default)
"""

_BUYER = f"""
    select u.payer_id, u.name,
           c.party_id, c.country, c.state, t.value, c.sez, c.address ->> 'line1' is not null,
           c.related_establishment, c.deemed_export, {EXEMPTIONS_OF}, {ABROAD}
      from customers u
      join customers c on c.tenant_id = u.tenant_id and c.id = {BUYER_OF}
      left join tax_ids t on t.tenant_id = c.tenant_id and t.customer_id = c.id
        and t.type = 'in_gst'
     where u.id = %s
"""

_ITEMS = """
    select i.subscription_id, i.id, i.position, i.plan_id, i.price_id, p.name, d.tax_code,
           r.model, r.amount, i.quantity, r.terms::text, d.tax_class
      from subscription_items i
      join plans p on p.tenant_id = i.tenant_id and p.id = i.plan_id
      join products d on d.tenant_id = p.tenant_id and d.id = p.product_id
      join prices r on r.tenant_id = i.tenant_id and r.id = i.price_id
     where i.subscription_id = any(%s)
     order by i.subscription_id, i.position
"""


class DueWork:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take_due(self, at: datetime, *, limit: int, but: Sequence[UUID] = ()) -> list[Taken]:
        """Lock and return what is due by `at`, the longest due first; skip what others hold.

        Of subscriptions that one invoice is to bill, the first is taken, and brings the others:
        so they are in one transaction, whoever else takes at the same time.
        """
        return self._taken(Picking(self._connection).due(at, limit=limit, but=but))

    def take(self, ids: Sequence[UUID], at: datetime, *, beside: bool = False) -> list[Taken]:
        """The same for named subscriptions: one is a batch of one.

        `beside`: with those that fall due together with them.
        """
        return self._taken(Picking(self._connection).named(ids, at, beside=beside))

    def read(self, id: UUID, *, until: datetime | None = None) -> Taken:
        """Return one subscription without locking it, for a preview. Raises: NotFound.

        Its usage is measured until then; None: until its next thing is due.
        """
        taken = self._taken(Picking(self._connection).one(id), until)
        if not taken:
            raise NotFound("subscription", public_id("sub", id))
        return taken[0]

    def read_together(self, id: UUID) -> list[Taken]:
        """Return one subscription and what falls due together with it. Raises: NotFound."""
        rows = Picking(self._connection).one_with_others(id)
        if not rows:
            raise NotFound("subscription", public_id("sub", id))
        return self._taken(rows)

    def with_terms(self, taken: Sequence[Taken], *, on: date) -> tuple[list[Due], list[Refused]]:
        """Join each with its terms on that day; what the tax law refuses is told apart."""
        return with_terms(taken, self.terms_of(taken, on=on))

    def terms_between(self, registration_id: UUID, customer_id: UUID, *, on: date) -> Terms:
        """Return the terms of one sale to a customer, without a subscription.

        Raises: StateRequired and the other refusals of decide_supply.
        """
        payer_id, name, party_id, *buyer = self._rows(_BUYER, [customer_id])[0]
        return self._day(on, self._sellers([registration_id], on)).of(
            registration_id,
            buyer_of(*buyer),
            party_id,
            payer_id=payer_id,
            for_whom=None if payer_id is None else name,
        )

    def terms_for(
        self, registration_id: UUID, buyer: Buyer, *, on: date, at_home: bool = False
    ) -> Terms:
        """Return the terms of a sale to a buyer who need not be a customer.

        `at_home`: of India's tax alone, whatever another state would say.
        Raises: StateRequired and the other refusals of decide_supply.
        """
        sellers = self._sellers([registration_id], on)
        party_id = sellers(registration_id).party_id  # nothing is stored that would show the buyer
        return self._day(on, sellers, at_home).of(registration_id, buyer, party_id)

    def terms_of(
        self, taken: Sequence[Taken], *, on: date, livemode: bool | None = None
    ) -> TermsOfDay:
        """Read the sellers of these, and return the terms on that day between any two of them.

        `livemode` is the tenant's, where the caller has read it.
        """
        registrations = {one.subscription.registration_id for one in taken}
        parties = PartyFacts(self._connection)
        sellers = self._sellers(list(registrations), on, livemode, parties)
        if any(sellers(id).e_invoices for id in registrations):
            buyers = [one.buyer_party_id for one in taken if one.buyer.may_need_e_invoice]
            parties.read([*buyers, *(sellers(id).party_id for id in registrations)])
        return self._day(on, sellers)

    def _day(
        self, on: date, sellers: Callable[[UUID], SellerTerms], at_home: bool = False
    ) -> TermsOfDay:
        return TermsOfDay(on, sellers, Advances(self._connection).left_of, at_home=at_home)

    def _sellers(
        self,
        ids: Sequence[UUID],
        on: date,
        livemode: bool | None = None,
        parties: PartyFacts | None = None,
    ) -> Callable[[UUID], SellerTerms]:
        """Return a look-up of the registrations that issue these subscriptions' invoices."""
        if livemode is None:
            row = self._connection.execute("select livemode from tenants").fetchone()
            livemode = row is not None and row[0]
        facts_of = parties or PartyFacts(self._connection)
        selling = Sellers(self._connection).selling(list(set(ids)), on=on)
        found = {}
        for id, (one, facts, portal) in selling.items():
            told = facts.turnovers, portal
            exempt = one.e_invoice_exempt_as
            terms = _terms_of(one, livemode, facts)
            if one.seller.gstin:
                terms = replace(
                    terms,
                    e_invoices=duty_of(*told, facts_of, livemode=livemode, on=on, exempt_as=exempt),
                    above=above_on(*told, exempt, on=on),
                )
            found[id] = terms
        return found.__getitem__

    def _rows(self, sql: str, parameters: list[Any] | dict[str, Any]) -> list[TupleRow]:
        # In binary: ids, the most of it, are read in half the time.
        return self._connection.execute(sql, parameters, binary=True).fetchall()

    def _taken(
        self, rows: Sequence[Sequence[object]], until: datetime | None = None
    ) -> list[Taken]:
        if not rows:
            return []
        ids: list[Any] = [row[0] for row in rows]
        items = self._items(ids)
        beside = look_beside(self._connection, ids, _customers(rows))
        scheduled, waiting = self._scheduled(beside), self._waiting(beside)
        taken = []
        for row in rows:
            together, payer_id, name, timezone, party_id, *buyer = row[-14:]
            buyer_id = payer_id or row[CUSTOMER]
            taken.append(
                Taken(
                    from_row(tuple(row)),
                    tuple(items.get(row[0], ())),
                    buyer_of(*buyer),
                    party_id,  # type: ignore[arg-type]
                    timezone,  # type: ignore[arg-type]
                    name,  # type: ignore[arg-type]
                    payer_id,  # type: ignore[arg-type]
                    bool(together),
                    has_discounts=row[0] in beside.discounts or buyer_id in beside.discounts,
                    has_funds=buyer_id in beside.funds,
                )
            )
        if any(has_minimum(one.items) for one in taken):
            gave = Commitments(self._connection).gave([(o.subscription, o.items) for o in taken])
            taken = [replace(o, gave=gave) if has_minimum(o.items) else o for o in taken]
        if any(_uses(one) for one in taken):
            taken = self._with_usage(taken, until)
        credits = any(
            one.subscription.cancel_policy or one.subscription.pause_policy for one in taken
        )
        if scheduled or waiting or credits or any(one.usage for one in taken):
            taken = [self._with_more(one, scheduled, waiting) for one in taken]
        asking = [one.subscription.id for one in taken if asks_for_method(one.subscription)]
        return self._with_methods(taken, asking) if asking else taken

    def _with_methods(self, taken: Sequence[Taken], asking: Sequence[UUID]) -> list[Taken]:
        """Join those whose trial is over with whether there is a way to pay for them."""
        rows = self._rows(_WITH_METHOD, [list(asking)])
        have = {row[0] for row in rows}
        without = set(asking) - have
        return [
            replace(one, has_method=False) if one.subscription.id in without else one
            for one in taken
        ]

    def _with_usage(self, taken: Sequence[Taken], until: datetime | None) -> list[Taken]:
        """Join each with its usage that is not settled, measured."""
        ends = {
            one.subscription.id: until or one.subscription.next_billing_at
            for one in taken
            if _uses(one)
        }
        metered = UsagePeriods(self._connection).metered(
            {id: end for id, end in ends.items() if end is not None}
        )
        return [
            replace(one, usage=metered[one.subscription.id])
            if one.subscription.id in metered
            else one
            for one in taken
        ]

    def _scheduled(self, beside: Beside) -> dict[UUID, tuple[ScheduledChange, ...]]:
        if not beside.changes:
            return {}
        return Schedule(self._connection).waiting_of(list(beside.changes))

    def _waiting(self, beside: Beside) -> list[WaitingItem]:
        if not beside.waiting:
            return []
        return WaitingItems(self._connection).of_customers(list(beside.waiting))

    def _with_more(
        self,
        one: Taken,
        scheduled: Mapping[UUID, tuple[ScheduledChange, ...]],
        waiting: list[WaitingItem],
    ) -> Taken:
        """Join one with what is scheduled of it and what waits for its invoice, which is taken."""
        subscription = one.subscription
        mine = [item for item in waiting if _is_for(item, one)]
        if subscription.status in BILLED:
            for item in mine:
                waiting.remove(item)
        changes = due_changes(
            self._connection, scheduled.get(subscription.id, ()), subscription.timezone
        )
        billed: tuple[BilledInvoice, ...] = ()
        days = [change.effective_on for change in changes[:1]]
        if subscription.cancel_policy and subscription.cancel_on is not None:
            days.append(subscription.cancel_on)
        if subscription.pause_policy and subscription.pause_on is not None:
            days.append(subscription.pause_on)
        days += [metered.row.starts_on for metered in one.usage if may_be_less(metered)]
        if days and subscription.period is not None:
            after = {subscription.id: min(days)}
            billed = Billed(self._connection).of_subscriptions(after).get(subscription.id, ())
        owed: tuple[str, ...] = ()
        if any(change.wish.swaps(subscription) for change in changes):
            owed = open_invoices(self._connection, [subscription.id]).get(subscription.id, ())
        if not mine and not changes and not billed:
            return one
        return replace(one, waiting=tuple(mine), changes=changes, billed=billed, open_invoices=owed)

    def _items(self, ids: Sequence[object]) -> dict[object, list[Item]]:
        items: dict[object, list[Item]] = {}
        for row in self._rows(_ITEMS, [ids]):
            items.setdefault(row[0], []).append(
                Item(
                    row[1],
                    row[2],
                    row[3],
                    row[4],
                    row[5],
                    row[6],
                    _MODELS[row[7]],
                    row[8],
                    row[9],
                    None if row[10] is None else read_terms(row[10]),
                    _CLASSES[row[11]],
                )
            )
        return items


def _customers(rows: Sequence[Sequence[Any]]) -> set[UUID]:
    """Return those whose subscriptions these are, and those who pay for them."""
    payers = {row[PAYER] for row in rows if row[PAYER] is not None}
    return payers | {row[CUSTOMER] for row in rows}


def _uses(one: Taken) -> bool:
    return one.subscription.metered or any(item.by_usage for item in one.items)


def _is_for(item: WaitingItem, one: Taken) -> bool:
    """Say whether an invoice of the subscription may bill it: what is its customer's or payer's."""
    subscription = one.subscription
    return (
        item.customer_id in (subscription.customer_id, one.payer_id)
        and item.subscription_id in (None, subscription.id)
        and item.currency == subscription.currency
        and item.tax_behavior == subscription.tax_behavior
    )


def _terms_of(registration: Registration, livemode: bool, facts: TenantFacts) -> SellerTerms:
    series = {**DEFAULT_SERIES, **registration.series}
    return SellerTerms(
        registration.id,
        registration.party_id,
        registration.seller,
        series["invoice"],
        livemode,
        series["credit_note"],
        series["bill_of_supply"],
        facts,
        series["commercial_credit_note"],
    )


_MODELS = {model.value: model for model in PriceModel}
_CLASSES = {one.value: one for one in TaxClass}
