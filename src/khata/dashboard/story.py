"""Where the sentences of a story lead: to the pages of the things that they tell of."""

from collections.abc import Sequence
from dataclasses import dataclass

from khata.core.story import Sentence

_PAGES = {"inv": "invoices", "cn": "credit-notes"}


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, and the page of what it is about, where there is one."""

    sentence: Sentence
    link: str | None


def linked(story: Sequence[Sentence]) -> list[Told]:
    """Return the sentences newest first, as a page shows them."""
    return [Told(sentence, _link(sentence.about)) for sentence in reversed(story)]


def _link(about: str | None) -> str | None:
    folder = _PAGES.get((about or "").partition("_")[0])
    return f"/dashboard/{folder}/{about}" if folder else None
