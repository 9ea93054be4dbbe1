"""An account with a gateway, as a story needs it: it ails, and is well again."""

from khata.core.gateway_account import AccountStatus, GatewayAccount
from khata.core.gateway_health import Trouble
from khata.core.ids import new_id
from khata.usecases.gateways.note_call import NoteCall, note_call
from tests.scenarios.shop import Shop


def account_ails(shop: Shop) -> None:
    """A gateway no longer lets the shop in, and later does."""
    account = GatewayAccount(
        id=new_id(shop.world.now),
        gateway="razorpay",
        name="Razorpay India",
        base_url=None,
        reference=None,
        livemode=False,
        status=AccountStatus.ACTIVE,
        credentials=b"sealed",
        webhook_secrets=None,
        version=1,
        verified_at=shop.world.now,
        created_at=shop.world.now,
    )
    with shop.db.transaction(shop.tenant) as uow:
        uow.gateway_accounts.add(account)
    for trouble in (Trouble.REFUSED, None):
        with shop.db.transaction(shop.tenant) as uow:
            seen = uow.gateway_accounts.get(account.id)
        note_call(NoteCall(shop.tenant, seen, trouble, shop.world.now), db=shop.db)
