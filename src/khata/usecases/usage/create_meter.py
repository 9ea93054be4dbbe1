"""Make a meter: a way to count usage."""

from dataclasses import dataclass
from uuid import UUID

from khata.core.metering import Meter, MeterCodeTaken, checked_meter
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class CreateMeter:
    tenant: UUID
    meter: Meter


def create_meter(command: CreateMeter, *, db: Database) -> Meter:
    """Add the meter; how it counts never changes.

    Raises: MeterFieldNeeded, MeterFieldNotUsed, MeterCannotCarry, MeterCodeTaken.
    """
    meter = checked_meter(command.meter)
    with db.transaction(command.tenant) as uow:
        if not uow.meters.add(meter):
            raise MeterCodeTaken(f"There is a meter with the code {meter.code}", param="code")
    return meter
