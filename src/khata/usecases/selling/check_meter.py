"""Check the meter of a price by usage."""

from khata.core.catalog import PriceModel, PriceTerms
from khata.core.ids import public_id
from khata.core.metering import Aggregation
from khata.core.refusal import NotFound, Refusal
from khata.core.usage import MeterArchived
from khata.db.transaction import UnitOfWork

_OF_EVENTS = (PriceModel.PERCENTAGE, PriceModel.GRADUATED_PERCENTAGE)


class MeterNotForPrice(Refusal):
    """A percentage is of the amount of each event, which only a meter of sums counts."""


def check_meter(uow: UnitOfWork, terms: PriceTerms | None, *, param: str = "meter") -> None:
    """Refuse a price by usage that its meter cannot give.

    Raises: NotFound, MeterArchived, MeterNotForPrice.
    """
    if terms is None or terms.meter_id is None:
        return
    meter = uow.meters.by_ids([terms.meter_id]).get(terms.meter_id)
    if meter is None:
        raise NotFound("meter", public_id("mtr", terms.meter_id), param=param)
    if meter.archived_at is not None:
        raise MeterArchived(f"{meter.code} is archived: it takes no more events", param=param)
    if terms.model in _OF_EVENTS and meter.aggregation is not Aggregation.SUM:
        raise MeterNotForPrice(
            f"A percentage is of the amount of each event; {meter.code} counts by "
            f"{meter.aggregation}, and a meter by sum is asked for",
            param=param,
        )
