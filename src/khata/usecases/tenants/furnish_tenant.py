"""Furnish a new tenant: its own row, what it sells under, and a first secret key."""

from khata.core.account import ApiKey, Tenant
from khata.core.ids import new_id
from khata.core.registration import Registration
from khata.core.secret_keys import hash_of_key, new_secret_key
from khata.db.transaction import UnitOfWork


def furnish_tenant(
    uow: UnitOfWork, tenant: Tenant, registration: Registration, *, pepper: bytes
) -> str:
    """Store all of it behind the tenant's own wall, and return the key, told this once."""
    uow.tenants.add(tenant)
    uow.sellers.add(registration, registration.facts(name=tenant.name, email=tenant.email))
    secret = new_secret_key(livemode=tenant.livemode)
    key = ApiKey.of(secret, id=new_id(tenant.created_at), at=tenant.created_at)
    uow.tenants.add_key(key, hash_of_key(secret, pepper=pepper))
    return secret
