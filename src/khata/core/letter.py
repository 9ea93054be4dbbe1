"""The words of one mail, as they are kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    """One mail's words, in HTML and in plain text."""

    subject: str
    html: str
    text: str
