"""Collecting on trial: gateways that lose answers, forget keys, pay late and tell everything twice.

Thousands of invoices fall due at one instant, at which the pretend gateway is out of reach, and are
collected over a month of its clock. At the end its books and ours are laid side by side: was
anything taken twice, does our cash agree with its cash to the last paisa, is anything left that
nobody knows, and does anything wait for a gateway that is long well again?
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from psycopg.types.json import Jsonb
from rich.console import Console
from rich.table import Table

from khata.adapters.clock import SystemClock
from khata.adapters.gateways.desk import GatewayDesk
from khata.adapters.vault import AesVault
from khata.core.ids import new_id
from khata.core.refusal import Refusal
from khata.db.transaction import Database
from khata.simulators.faults import Fault, FaultKind
from khata.simulators.hooks import Endpoint, Trouble
from khata.simulators.server import SimulatorServer
from khata.usecases.billing.run_billing import RunBilling, run_billing
from khata.usecases.due_work.react_to_events import ReactToEvents, react_to_events
from khata.usecases.gateways.add_gateway_account import AddGatewayAccount, add_gateway_account
from khata.usecases.gateways.apply_gateway_events import (
    ApplyGatewayEvents,
    apply_gateway_events,
)
from khata.usecases.gateways.receive_gateway_event import (
    ReceiveGatewayEvent,
    receive_gateway_event,
)
from khata.usecases.gateways.tools import GatewayTools
from khata.usecases.payments.ask_about_attempts import AskAboutAttempts, ask_about_attempts
from khata.usecases.payments.collect_due_payments import (
    CollectDuePayments,
    collect_due_payments,
)
from khata.usecases.payments.send_due_refunds import SendDueRefunds, send_due_refunds
from khata.watch.logs import set_up_logs
from tests.db.fleet import BEFORE, DUE, Fleet
from trials.rigs import RIGS, Rig

_log = structlog.get_logger(__name__)

SECRET = b"a secret for trials, 32 bytes and more"
DAY = timedelta(days=1)

# Of the requests that take money; the rest of every hundred are answered.
FAULTS = (
    (FaultKind.LOST_AFTER, 0.05),
    (FaultKind.LOST_BEFORE, 0.05),
    (FaultKind.ERROR_500, 0.03),
    (FaultKind.TRUNCATED, 0.01),
)
# Of all requests while it is out of reach: first no line holds, then all is turned away unread.
OUTAGE = (FaultKind.LOST_BEFORE, FaultKind.RATE_LIMITED)
TROUBLE = Trouble(dropped=0.2, doubled=1.0, shuffled=True)


@dataclass(frozen=True)
class Plan:
    vendor: str
    invoices: int = 20_000
    days: int = 30
    seed: int = 1
    outage: timedelta = timedelta(minutes=30)  # from the instant at which all falls due


@dataclass(frozen=True)
class Outcome:
    """What became of it. `wrong` tells in words what must not be."""

    plan: Plan
    paid: int
    captured: int  # minor units at the gateway, less what went back
    booked: int  # … and in our books
    twice: int  # invoices of which more is captured, net, than they come to
    unknown: int
    parked: int
    unpaid: int  # invoices that are neither paid nor given up
    events: int
    held_back: int  # rounds that ended with the account let alone, as it did not answer
    ails: bool  # … and so it still is
    wrong: tuple[str, ...]


def try_out(plan: Plan, db: Database) -> Outcome:
    """Live through the plan and compare the books."""
    rig: Rig = RIGS[plan.vendor]()
    server = SimulatorServer(rig.simulator).start()
    try:
        return _Trial(plan, rig, server, db).live()
    finally:
        server.close()


class _Trial:
    def __init__(self, plan: Plan, rig: Rig, server: SimulatorServer, db: Database) -> None:
        self.plan, self.rig, self.db = plan, rig, db
        self.vault = AesVault(SECRET)
        self.gateways = GatewayDesk(self.vault, [rig.vendor], {})
        self.tools = GatewayTools(db, self.gateways, self.vault, ("http://127.0.0.1",))
        self.fleet = Fleet(db, plan.invoices, by_card=True, currency=rig.currency)
        self.tenant, self.now = self.fleet.tenant, DUE
        rig.simulator.advance(BEFORE)
        self.fault_kinds: Sequence[FaultKind] = ()
        self.held_back = 0
        self.account = self._opens_account(server.url)
        self._deals_out_tokens()

    def live(self) -> Outcome:
        run = RunBilling(self.tenant, new_id(DUE), None, DUE, "trial")
        run_billing(run, db=self.db)
        self._reacts(DUE)
        hooks = self.rig.simulator.hooks
        endpoint = Endpoint(self.rig.hook_account, "the door", self.rig.webhook_secret)
        hooks.endpoints, hooks.trouble = [endpoint], TROUBLE
        end = DUE + timedelta(days=self.plan.days)
        while (due := self._next_due()) is not None and due <= end:
            self._misbehaves(max(due, self.now))
            self._round(max(due, self.now))
        self.rig.simulator.faults.set([])
        self._settles(end)
        return self._outcome()

    def _misbehaves(self, at: datetime) -> None:
        """Let the vendor fail as it does at an instant; the same goes on from the same seed."""
        passed, outage = at - DUE, self.plan.outage
        if passed < outage:
            kinds: Sequence[FaultKind] = [OUTAGE[passed * len(OUTAGE) // outage]]
            faults = [Fault(kinds[0], method=method) for method in ("GET", "POST")]
        else:
            kinds, faults = [kind for kind, _ in FAULTS], self._rare()
        if kinds != self.fault_kinds:
            self.fault_kinds = kinds
            self.rig.simulator.faults.set(faults, seed=self.plan.seed)

    def _rare(self) -> list[Fault]:
        paths = "|".join(self.rig.charges)
        left, faults = 1.0, []
        for kind, share in FAULTS:  # each is drawn only where those before it did not hit
            faults.append(Fault(kind, path=paths, chance=share / left))
            left -= share
        return faults

    def _round(self, at: datetime) -> None:
        """Let the vendor's clock come to an instant, and do all that is due here by then."""
        self.now = at
        self.rig.simulator.advance(at)
        self.rig.simulator.hooks.deliver(self._is_told)
        tenant, db, gateways = self.tenant, self.db, self.gateways
        self._reacts(at)
        while apply_gateway_events(ApplyGatewayEvents(tenant, at), db=db, gateways=gateways):
            pass
        while ask_about_attempts(AskAboutAttempts(tenant, at), db=db, gateways=gateways):
            pass
        collect_due_payments(
            CollectDuePayments(tenant, at, limit=self.plan.invoices), db=db, gateways=gateways
        )
        while send_due_refunds(SendDueRefunds(tenant, at), db=db, gateways=gateways):
            pass
        self.held_back += self._ails()
        _log.info("lived_until", gateway=self.plan.vendor, at=at.isoformat())

    def _ails(self) -> bool:
        return bool(self.fleet.one("select shut_until is not null from gateway_accounts"))

    def _reacts(self, at: datetime) -> None:
        """What follows from an invoice, such as that it is to be collected."""
        react = ReactToEvents(self.tenant, at, renders_ahead=False, streams=False)
        while react_to_events(react, db=self.db):
            pass

    def _settles(self, end: datetime) -> None:
        """Give late successes and the last questions their days, without new faults."""
        last = end + timedelta(days=8)
        while (due := self._next_due()) is not None and due <= last:
            self._round(max(due, self.now))

    def _next_due(self) -> datetime | None:
        due: datetime | None = self.fleet.one(
            """select least((select min(next_attempt_at) from payments),
                            (select min(ask_at) from attempts),
                            (select min(ask_at) from refunds),
                            (select min(next_try_at) from gateway_events))"""
        )
        return due

    def _opens_account(self, url: str) -> UUID:
        command = AddGatewayAccount(
            tenant=self.tenant,
            id=new_id(BEFORE),
            at=BEFORE,
            now=BEFORE,
            gateway=self.plan.vendor,
            name=None,
            credentials={**self.rig.credentials},
            webhook_secret=self.rig.webhook_secret,
            base_url=url,
        )
        return add_gateway_account(command, tools=self.tools).id

    def _deals_out_tokens(self) -> None:
        """Give each customer a token in turn."""
        with self.db.transaction(self.tenant) as uow:
            uow.connection.execute(
                """with dealt as (
                     select m.id, row_number() over (order by m.id)::int as n
                       from payment_methods m)
                   update payment_methods m set gateway = %(gateway)s,
                          gateway_account_id = %(account)s,
                          facts = (%(facts)s::jsonb[])[d.n %% %(count)s + 1],
                          kind = %(kind)s,
                          token = replace((%(tokens)s::text[])[d.n %% %(count)s + 1], '{n}',
                                          d.n::text),
                          holder = replace(%(holder)s, '{n}', d.n::text)
                     from dealt d
                    where m.id = d.id""",
                {
                    "count": len(self.rig.tokens),
                    "gateway": self.plan.vendor,
                    "account": self.account,
                    "facts": [Jsonb(dict(self.rig.facts_of(one))) for one in self.rig.tokens],
                    "tokens": list(self.rig.tokens),
                    "kind": self.rig.kind,
                    "holder": self.rig.holder,
                },
            )

    def _is_told(self, endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> int:
        """Take a webhook as the engine's door does, and return the status of the answer."""
        command = ReceiveGatewayEvent(
            tenant=self.tenant,
            gateway=self.plan.vendor,
            account_id=self.account,
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
            now=SystemClock().now(),  # vendors sign by the time of the world
            at=self.now,
        )
        try:
            receive_gateway_event(command, tools=self.tools)
        except Refusal:
            return 400
        return 200

    def _outcome(self) -> Outcome:
        payments = self.rig.simulator.books()["payments"]
        total = self.fleet.one("select max(total) from invoices")
        net: defaultdict[str, int] = defaultdict(int)
        for payment in payments:
            if payment["captured"]:
                net[str(payment["invoice"])] += payment["amount"] - payment["refunded"]
        booked = self.fleet.one(
            """select coalesce((select sum(amount) from attempts where status = 'succeeded'), 0)
                    - coalesce((select sum(amount) from refunds where status = 'succeeded'), 0)"""
        )
        outcome = Outcome(
            self.plan,
            paid=self.fleet.one("select count(*) from invoices where status = 'paid'"),
            captured=sum(net.values()),
            booked=int(booked),
            twice=sum(amount > total for amount in net.values()),
            unknown=self.fleet.one(
                "select count(*) from attempts where status in ('sending', 'unknown', 'pending')"
            ),
            parked=self.fleet.one("select count(*) from parked where released_at is null"),
            unpaid=self.fleet.one(
                """select count(*) from invoices i where i.status <> 'paid' and not exists
                     (select from payments p where p.invoice_id = i.id and p.status = 'given_up')"""
            ),
            events=self.fleet.one("select count(*) from gateway_events"),
            held_back=self.held_back,
            ails=self._ails(),
            wrong=(),
        )
        return replace(outcome, wrong=tuple(_wrong(outcome)))


def _wrong(outcome: Outcome) -> Iterator[str]:
    if outcome.twice:
        yield f"{outcome.twice} invoices were captured twice"
    if outcome.captured != outcome.booked:
        yield f"the gateway has {outcome.captured}, and our books {outcome.booked}"
    if outcome.unpaid or not outcome.paid:
        yield f"{outcome.unpaid} invoices are neither paid nor given up"
    if outcome.unknown:
        yield f"{outcome.unknown} attempts have no end"
    if outcome.parked:
        yield f"{outcome.parked} wait for a person"
    if outcome.plan.outage and not outcome.held_back:
        yield "the gateway was called all through its outage"
    if outcome.ails:
        yield "the gateway is well again, and nobody calls it"


def main() -> int:
    """Try every gateway that was asked for; exit code 1 if one of them went wrong."""
    from bench.ground import ground

    parser = argparse.ArgumentParser(prog="trials.collecting", description=__doc__)
    parser.add_argument("--vendor", nargs="+", choices=sorted(RIGS), default=sorted(RIGS))
    parser.add_argument("--invoices", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    set_up_logs("trial")
    outcomes = []
    with ground() as here:
        for vendor in asked.vendor:
            print(f"{vendor} …", file=sys.stderr, flush=True)
            name = f"collecting_{vendor}"
            with here.empty(name) as urls:
                # No power fails here: what is asked is which answer follows which, not the disk.
                here.run(name, f"alter database {name} set synchronous_commit = off")
                db = Database(urls.app)
                outcomes.append(try_out(Plan(vendor, asked.invoices, seed=asked.seed), db))
                db.close()
    Console().print(_table(outcomes))
    return 0 if all(not outcome.wrong for outcome in outcomes) else 1


def _table(outcomes: list[Outcome]) -> Table:
    table = Table(title="A month of collecting through gateways that misbehave")
    for name in ("gateway", "paid", "cash there", "cash here", "twice"):
        table.add_column(name, justify="left" if name == "gateway" else "right", no_wrap=True)
    table.add_column("is")
    for one in outcomes:
        table.add_row(
            one.plan.vendor,
            f"{one.paid:,} of {one.plan.invoices:,}",
            f"{one.captured / 100:,.2f}",
            f"{one.booked / 100:,.2f}",
            str(one.twice),
            "; ".join(one.wrong) or "right",
        )
    return table


if __name__ == "__main__":
    raise SystemExit(main())
