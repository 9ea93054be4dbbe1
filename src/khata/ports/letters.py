"""The wish for words: facts go in, a mail's subject and bodies come out."""

from collections.abc import Mapping
from typing import Any, Protocol

from khata.core.letter import Written

__all__ = ["LetterWriter", "Written"]


class LetterWriter(Protocol):
    """Writes a mail of a kind (invoice_issued, receipt, payment_failed, …) from its facts."""

    def write(self, kind: str, facts: Mapping[str, Any]) -> Written: ...
