"""Open an account: a business, its first person, and a tenant in test and in live mode."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from khata.core.account import Tenant, end_of_month
from khata.core.ids import new_id, new_ids
from khata.core.money import known_currency
from khata.core.places import Address, known_country, known_state, seller_timezone
from khata.core.policies import Policies
from khata.core.refusal import Kind, Refusal
from khata.core.registration import DEFAULT_SERIES, Registration, checked_seller_tax_id
from khata.db.stores.accounts import Accounts
from khata.db.transaction import Database, entered
from khata.usecases.tenants.furnish_tenant import furnish_tenant


class EmailTaken(Refusal):
    """Somebody signs in with this address."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """The three ids are the door's; `test_tenant` is told again when the request is repeated."""

    account: UUID
    test_tenant: UUID
    live_tenant: UUID
    at: datetime
    business_name: str
    email: str
    password: str
    country: str
    state: str | None
    timezone: str
    currency: str
    gstin: str | None
    address: Address


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """The two secret keys, told this once."""

    test_key: str
    live_key: str


def open_account(command: OpenAccount, *, db: Database, pepper: bytes) -> OpenedAccount:
    """Open the account with both tenants, each with a registration and one secret key.

    Raises: EmailTaken, UnknownCountry, UnknownState, UnknownTimezone, TimezoneNotIndian,
    UnknownCurrency, InvalidGstin, GstinStateMismatch, TaxIdOfAnotherCountry.
    """
    first, second = _registration(command), _registration(command)
    password_hash = PasswordHash((Argon2Hasher(),)).hash(command.password)
    test, live = _tenant(command, livemode=False), _tenant(command, livemode=True)
    with db.transaction(command.test_tenant) as uow:
        accounts = Accounts(uow.connection)
        accounts.add(id=command.account, business_name=command.business_name, at=command.at)
        if not accounts.add_user(
            id=new_id(command.at),
            account_id=command.account,
            email=command.email,
            password_hash=password_hash,
            at=command.at,
        ):
            raise EmailTaken(f"{command.email} has an account; sign in instead", param="email")
        test_key = furnish_tenant(uow, test, first, pepper=pepper)
        with entered(uow, live.id) as inside:
            live_key = furnish_tenant(inside, live, second, pepper=pepper)
    return OpenedAccount(test_key, live_key)


def _registration(command: OpenAccount) -> Registration:
    country = known_country(command.country, param="country")
    state = known_state(command.state, country=country, param="state")
    gstin = command.gstin
    if gstin is not None:
        gstin = checked_seller_tax_id(
            gstin, type="in_gst", country=country, state=state, param="gstin", type_param="gstin"
        )
    id, party_id = new_ids(command.at, 2)
    return Registration(
        id=id,
        legal_name=command.business_name,
        country=country,
        state=state,
        tax_id_type="in_gst" if gstin else None,
        tax_id=gstin,
        address=command.address,
        luts=(),
        series=DEFAULT_SERIES,
        is_default=True,
        party_id=party_id,
        created_at=command.at,
    )


def _tenant(command: OpenAccount, *, livemode: bool) -> Tenant:
    timezone = seller_timezone(command.timezone, country=command.country, param="timezone")
    return Tenant(
        id=command.live_tenant if livemode else command.test_tenant,
        account_id=command.account,
        livemode=livemode,
        name=command.business_name,
        email=command.email,
        country=command.country,
        state=known_state(command.state, country=command.country, param="state"),
        timezone=timezone,
        currency=known_currency(command.currency, param="currency"),
        policies=Policies(),
        next_close_at=end_of_month(command.at, timezone),
        created_at=command.at,
    )
