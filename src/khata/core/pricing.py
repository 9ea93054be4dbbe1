"""Pricing: a quantity and a price model become money."""

from khata.core.catalog import PriceModel
from khata.core.money import LARGEST_AMOUNT, AmountTooLarge


def price_of(model: PriceModel, unit_amount: int, quantity: int) -> int:
    """Return what `quantity` costs for one full period, in minor units.

    Flat is the amount whatever the quantity; per unit is quantity × unit amount.
    Raises: AmountTooLarge.
    """
    amount = unit_amount if model is PriceModel.FLAT else unit_amount * quantity
    if amount > LARGEST_AMOUNT:
        raise AmountTooLarge(
            f"{quantity} × {unit_amount} is more than {LARGEST_AMOUNT} minor units a line may hold",
            param="quantity",
        )
    return amount
