"""What a document must say about VAT, in English and in the customer's language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from khata.core.tax.national_vat import national_vat_of
from khata.core.words import grouped


def spelled(key: str, *, country: str, language: str | None = None) -> str:
    """Return the words of a kind, in English and in the language of the customer's country.

    `language` is ISO 639-1, where the customer's own is known. Source: Directive 2006/112/EC,
    article 226(11a); article 248a lets a state ask for its own language.
    """
    words = _table().get(key, {})
    english = str(words.get("en", key))
    own = words.get(language or _table()["language"].get(country, "en"))
    return english if own is None or own == english else f"{english} · {own}"


def levy_words(levy: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the lines that a document shows of a kept levy: who accounts for what, and under
    which numbers, and the VAT in the currency of its state.
    Source: Directive 2006/112/EC, article 226(3), (4), (11a), 230.
    """
    if not levy:
        return ()
    called = "VAT id" if levy.get("regime") == "vat" else "tax number"
    numbers = [
        f"{whose}'s {called} {levy[key]}"
        for whose, key in (("Seller", "seller_id"), ("Customer", "buyer_id"))
        if levy.get(key)
    ]
    lines = []
    if levy.get("wording"):
        law = levy["law"]
        lines.append(f"{spelled(levy['wording'], country=levy['country'])} ({law})")
    if numbers and levy["treatment"] in ("taxable", "reverse_charge"):
        lines.append(" · ".join(numbers))
    national = national_vat_of(levy)
    if national is not None:
        rate = national.rate
        lines.append(
            f"VAT in {rate.unit}: {grouped(national.tax, rate.unit)} "
            f"(1 {rate.unit} = {rate.rate:f} {rate.of}, {rate.on.isoformat()}, {rate.source})"
        )
    return tuple(lines)


@cache
def _table() -> dict[str, Any]:
    text = files("khata.core.tax").joinpath("rates/vat_wording.toml").read_text("utf-8")
    return tomllib.loads(text)
