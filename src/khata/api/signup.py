"""What a new account is told, at once and when the same request comes again."""

from collections.abc import Mapping
from uuid import UUID

from khata.api.schemas.accounts import AccountOpened, ModeOpened
from khata.core.account import Tenant
from khata.core.ids import public_id
from khata.db.stores.sessions import Sessions
from khata.db.transaction import Database
from khata.usecases.tenants.open_account import OpenedAccount


def tell_opened(
    db: Database, tenants: Mapping[bool, UUID], opened: OpenedAccount | None
) -> AccountOpened:
    """Return the account with both tenants; without `opened`, keys show their ends only."""
    tenant, test = _mode(db, tenants[False], opened.test_key if opened else None)
    _, live = _mode(db, tenants[True], opened.live_key if opened else None)
    return AccountOpened(
        id=public_id("acct", tenant.account_id),
        business_name=tenant.name,
        email=tenant.email,
        country=tenant.country,
        state=tenant.state,
        timezone=tenant.timezone,
        currency=tenant.currency,
        created=tenant.created_at,
        test=test,
        live=live,
    )


def account_of_email(db: Database, email: str) -> Mapping[bool, UUID] | None:
    """Return the tenants of whoever signs in with this address, by live mode, or None."""
    with db.before_the_wall() as connection:
        sessions = Sessions(connection)
        person = sessions.person_named(email)
        return None if person is None else sessions.tenants_of(person.id)


def _mode(db: Database, id: UUID, secret: str | None) -> tuple[Tenant, ModeOpened]:
    with db.transaction(id) as uow:
        tenant = uow.tenants.get()
        first = uow.tenants.first_key()
    return tenant, ModeOpened(
        tenant=public_id("ten", tenant.id),
        livemode=tenant.livemode,
        secret_key=secret or f"{first.prefix}…{first.last4}",
    )
