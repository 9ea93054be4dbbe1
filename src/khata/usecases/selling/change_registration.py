"""Change a registration: its address, its letter of undertaking, its series."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from khata.core.ids import new_id, public_id
from khata.core.numbering import check_pattern
from khata.core.places import Address
from khata.core.refusal import NotFound
from khata.core.registration import Registration, check_lut
from khata.core.tax.parties import Lut
from khata.db.transaction import Database


class RegistrationChanges(TypedDict, total=False):
    """What is not named stays. Place and tax number stay always: those are another registration."""

    legal_name: str
    address: Address
    lut: Lut | None
    series: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChangeRegistration:
    tenant: UUID
    id: UUID
    at: datetime
    changes: RegistrationChanges
    make_default: bool = False


def change_registration(command: ChangeRegistration, *, db: Database) -> Registration:
    """Write the changes; documents made before keep what they show.

    Raises: NotFound, BadSeries, BadLut.
    """
    with db.transaction(command.tenant) as uow:
        tenant = uow.tenants.lock()  # there is one default, whoever asks at once
        before = uow.sellers.lock(command.id)
        if before is None:
            raise NotFound("registration", public_id("reg", command.id))
        changed = _changed(before, command)
        if command.make_default:
            uow.sellers.no_default()
        facts = changed.facts(name=tenant.name, email=tenant.email)
        uow.sellers.change(changed, facts, command.at)
    return changed


def _changed(before: Registration, command: ChangeRegistration) -> Registration:
    changes = command.changes
    series = {**before.series, **changes.get("series", {})}
    for document, pattern in series.items():
        check_pattern(pattern, country=before.country, param=f"series.{document}")
    lut = changes.get("lut", before.lut)
    check_lut(lut, gstin=before.seller.gstin, param="lut")
    return replace(
        before,
        legal_name=changes.get("legal_name", before.legal_name),
        address=changes.get("address", before.address),
        lut=lut,
        series=series,
        is_default=before.is_default or command.make_default,
        party_id=new_id(command.at),
    )
