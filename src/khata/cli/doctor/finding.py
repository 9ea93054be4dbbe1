"""What the doctor found: one line, and what to do if it is not well."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`remedy` is empty when all is well."""

    what: str
    seen: str
    remedy: str = ""

    @property
    def is_well(self) -> bool:
        """Say whether there is nothing to do."""
        return not self.remedy
