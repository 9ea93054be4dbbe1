"""Change how a tenant is named, bills and looks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from khata.core.ids import new_id
from khata.core.places import Address
from khata.core.policies import Policies
from khata.core.return_urls import check_origins
from khata.db.transaction import Database, UnitOfWork
from khata.ports.pdf import PdfRenderer
from khata.usecases.tenants.check_logo import check_logo


class AccountChanges(TypedDict, total=False):
    """What is not named stays as it is; so do policies that are not among these."""

    name: str
    email: str
    policies: Mapping[str, Any]
    branding: Mapping[str, Any]
    address: Address


@dataclass(frozen=True, slots=True)
class ChangeAccount:
    tenant: UUID
    at: datetime
    changes: AccountChanges


def change_account(command: ChangeAccount, *, db: Database, pdf: PdfRenderer) -> None:
    """Write the changes; the default registration shows the new name and address from now on.

    Policies hold for what is decided from now on; invoices made before stay as they are.
    Raises: LogoUnreadable, LogoTooHeavy, NotAnOrigin.
    """
    changes = command.changes
    if logo := changes.get("branding", {}).get("logo"):
        check_logo(logo, pdf=pdf)
    with db.transaction(command.tenant) as uow:
        tenant = uow.tenants.lock()
        policies = changes.get("policies", {})
        check_origins(Policies.of(policies).return_urls, livemode=tenant.livemode)
        name = changes.get("name", tenant.name)
        email = changes.get("email", tenant.email)
        branding = {**uow.tenants.branding(), **changes.get("branding", {})}
        uow.tenants.change(
            name=name,
            email=email,
            policies=policies,
            branding={field: value for field, value in branding.items() if value is not None},
        )
        if changes.keys() & {"name", "email", "address"}:
            _show(uow, name=name, email=email, address=changes.get("address"), at=command.at)


def _show(uow: UnitOfWork, *, name: str, email: str, address: Address | None, at: datetime) -> None:
    registration = uow.sellers.default()
    shown = replace(
        registration,
        address=address or registration.address,
        party_id=new_id(at),
    )
    uow.sellers.change(shown, shown.facts(name=name, email=email), at)
