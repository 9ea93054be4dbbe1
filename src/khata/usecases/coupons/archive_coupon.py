"""Archive a coupon: nobody redeems it any more."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class ArchiveCoupon:
    tenant: UUID
    id: UUID
    at: datetime


def archive_coupon(command: ArchiveCoupon, *, db: Database) -> None:
    """Let the coupon be redeemed no more; discounts that it became go on. Raises: NotFound.

    One that is archived already stays as it is.
    """
    with db.transaction(command.tenant) as uow:
        if uow.coupons.lock(command.id).archived_at is None:
            uow.coupons.archive(command.id, command.at)
