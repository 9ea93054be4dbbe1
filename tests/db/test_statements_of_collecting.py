"""What collecting asks of the database: so many statements for a payment, and no more unnoticed.

Ten payments are opened together, so what is asked for all of them costs each a tenth.
"""

from typing import Any

import psycopg
import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.ids import new_id
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.ports.gateways import WithoutAccounts
from khata.usecases.billing.run_billing import RunBilling, run_billing
from khata.usecases.due_work.react_to_events import ReactToEvents, react_to_events
from khata.usecases.payments.collect_due_payments import CollectDuePayments, collect_due_payments
from tests.db.fleet import DUE, Fleet

SIZE = 20


@pytest.mark.parametrize(
    ("token", "most"),
    [
        ("tok_ok", 19),  # one of them is the pretend gateway's own
        # With its campaign, the retry and the overdue subscription; three are the gateway's own.
        ("tok_insufficient_funds", 25),
    ],
)
def test_a_payment_costs_so_many_statements(
    db: Database, urls: Urls, monkeypatch: pytest.MonkeyPatch, token: str, most: int
) -> None:
    fleet = Fleet(db, SIZE, by_card=True)
    with db.transaction(fleet.tenant) as uow:
        uow.connection.execute("update payment_methods set token = %s", [token])
    run_billing(RunBilling(fleet.tenant, new_id(DUE), None, DUE, "test"), db=db)
    while react_to_events(
        ReactToEvents(fleet.tenant, DUE, renders_ahead=False, streams=False), db=db
    ):
        pass
    fake = FakeGateway(urls.app)
    gateways = WithoutAccounts({"fake": fake})
    said = 0
    execute = psycopg.Cursor.execute

    def counted(self: Any, *what: Any, **how: Any) -> Any:
        nonlocal said
        said += 1
        return execute(self, *what, **how)

    monkeypatch.setattr(psycopg.Cursor, "execute", counted)
    collect = CollectDuePayments(fleet.tenant, DUE, limit=SIZE)
    assert collect_due_payments(collect, db=db, gateways=gateways) == SIZE
    assert 0 < said <= most * SIZE
    fake.close()
