"""Price terms as JSON holds them, and back: exact numbers are spelled as text."""

import json
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from khata.core.price_terms import PriceModel, PriceTerms, Tier, differing

_DECIMALS = (
    "unit_amount",
    "package_size",
    "included",
    "rate",
    "fixed_fee",
    "included_amount",
    "minimum",
    "maximum",
)


def spell_number(value: Decimal) -> str:
    """Spell a number exactly, without exponent and without zeros at its end."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def spell_terms(terms: PriceTerms) -> dict[str, Any]:
    """Return the terms as JSON may hold them; what they do not say is left out."""
    spelled = differing(terms)
    for name, value in spelled.items():
        if isinstance(value, Decimal):
            spelled[name] = spell_number(value)
        elif isinstance(value, UUID):
            spelled[name] = str(value)
    if terms.tiers:
        spelled["tiers"] = [_spell_tier(tier) for tier in terms.tiers]
    return {"model": terms.model.value, **spelled}


def _spell_tier(tier: Tier) -> dict[str, Any]:
    spelled: dict[str, Any] = {"up_to": None if tier.up_to is None else spell_number(tier.up_to)}
    if tier.unit_amount:
        spelled["unit_amount"] = spell_number(tier.unit_amount)
    if tier.flat_amount:
        spelled["flat_amount"] = tier.flat_amount
    if tier.rate:
        spelled["rate"] = spell_number(tier.rate)
    return spelled


@lru_cache(maxsize=4096)
def read_terms(text: str) -> PriceTerms:
    """Read what `spell_terms` spelled; the same text is read once, as prices never change."""
    raw = json.loads(text)
    for name in _DECIMALS:
        if name in raw:
            raw[name] = Decimal(raw[name])
    if "meter_id" in raw:
        raw["meter_id"] = UUID(raw["meter_id"])
    raw["tiers"] = tuple(_read_tier(tier) for tier in raw.get("tiers", ()))
    return PriceTerms(**{**raw, "model": PriceModel(raw["model"])})


def _read_tier(raw: dict[str, Any]) -> Tier:
    return Tier(
        up_to=None if raw["up_to"] is None else Decimal(raw["up_to"]),
        unit_amount=Decimal(raw.get("unit_amount", 0)),
        flat_amount=raw.get("flat_amount", 0),
        rate=Decimal(raw.get("rate", 0)),
    )
