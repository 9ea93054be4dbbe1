"""The wish for words: facts go in, a mail's subject and bodies come out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Written:
    """One mail's words, in HTML and in plain text."""

    subject: str
    html: str
    text: str


class LetterWriter(Protocol):
    """Writes a mail of a kind (invoice_issued, receipt, payment_failed, …) from its facts."""

    def write(self, kind: str, facts: Mapping[str, Any]) -> Written: ...
