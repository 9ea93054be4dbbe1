"""Lists of gateway accounts, of what gateways told, and of days compared with them."""

from khata.core.gateway_account import GatewayAccount
from khata.core.gateway_event import KeptEvent
from khata.db.reads.lists import Filter, Listing
from khata.db.stores.gateway_accounts import ACCOUNT_FIELDS, account_of
from khata.db.stores.gateway_events import EVENT_FIELDS, event_of
from khata.db.stores.reconciliations import (
    RECONCILIATION_FIELDS,
    Reconciliation,
    reconciliation_of,
)

GATEWAY_ACCOUNTS: Listing[GatewayAccount] = Listing(
    source="(select * from gateway_accounts where not is_stand_in) a",
    fields=ACCOUNT_FIELDS,
    of=account_of,
    prefix="ga",
    what="gateway account",
    filters={"gateway": Filter("gateway = %s"), "status": Filter("status = %s")},
)

RECONCILIATIONS: Listing[Reconciliation] = Listing(
    source="(select *, day::timestamptz as created_at from reconciliations) r",
    fields=RECONCILIATION_FIELDS,
    of=reconciliation_of,
    prefix="rec",
    what="reconciliation",
    filters={
        "account": Filter(
            "account_id = %s", prefix="ga", refers="gateway_accounts", what="gateway account"
        ),
        "status": Filter("status = %s"),
    },
)

GATEWAY_EVENTS: Listing[KeptEvent] = Listing(
    source="(select *, received_at as created_at from gateway_events) e",
    fields=EVENT_FIELDS,
    of=event_of,
    prefix="ge",
    what="gateway event",
    filters={
        "account": Filter(
            "account_id = %s", prefix="ga", refers="gateway_accounts", what="gateway account"
        ),
        "status": Filter("status = %s"),
        "type": Filter("type = %s"),
    },
)
