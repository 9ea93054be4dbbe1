"""A document in two languages: English, as the law's forms are, and the customer's beside it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from khata.core.words_hindi import in_hindi_words

# What the template itself says, by its own names.
_OF_TEMPLATE = {
    "supplier": "Supplier",
    "bill_to": "Bill to",
    "amount_due": "Amount due",
    "description": "Description",
    "quantity": "Qty",
    "unit_price": "Unit price",
    "taxable_value": "Taxable value",
    "amount": "Amount",
    "tax": "Tax",
    "rate": "Rate",
    "in_words": "Total in words",
    "by_upi": "Pay by UPI",
    "by_bank": "Pay by bank transfer",
    "online": "Pay online",
    "terms": "Terms",
    "signatory": "Authorised signatory",
    "on_behalf": "For",
}
_SPOKEN = {"hi": "words_hi.toml"}


@dataclass(frozen=True, slots=True)
class Words:
    """English on the left, the other language on the right."""

    titles: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    sentences: Mapping[str, str] = field(default_factory=dict)

    def both(self, label: str) -> str:
        """Return a label in both languages: "Paid (Visa) / भुगतान"."""
        other = self.labels.get(label) or self.labels.get(label.partition(" (")[0])
        return f"{label} / {other}" if other else label


def in_two_languages(sheet: dict[str, Any], *, total: int, currency: str) -> dict[str, Any]:
    """Return the sheet with each label in both languages; one that is spoken English as it is.

    What a person wrote (names, descriptions, reasons), numbers and days stay as they are.
    """
    words = words_of(sheet["language"])
    spoken = sheet["language"] in _SPOKEN
    return sheet | {
        "language": "en",
        "beside": sheet["language"] if spoken else None,
        "title_beside": words.titles.get(sheet["title"]),
        "facts": [[words.both(label), value] for label, value in sheet["facts"]],
        "sums": [row | {"label": words.both(row["label"])} for row in sheet["sums"]],
        "bank": sheet["bank"] and [[words.both(label), value] for label, value in sheet["bank"]],
        "notes": sheet["notes"] and [words.both(sheet["notes"][0]), sheet["notes"][1]],
        "words_beside": in_hindi_words(total) if spoken and currency == "INR" else None,
        "electronic": _with_sentence(sheet["electronic"], words),
        "charged": _with_sentence(sheet["charged"], words),
        "labels": {name: words.both(label) for name, label in _OF_TEMPLATE.items()},
    }


@lru_cache(maxsize=8)
def words_of(language: str) -> Words:
    """Return the words of a language; none, where documents are not spoken in it."""
    file = _SPOKEN.get(language)
    if file is None:
        return Words()
    text = files("khata.adapters.pdf").joinpath(file).read_text("utf-8")
    return Words(**tomllib.loads(text))


def _with_sentence(said: str | None, words: Words) -> str | None:
    other = words.sentences.get(said) if said else None
    return f"{said}\n{other}" if other else said
