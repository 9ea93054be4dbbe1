"""If-None-Match: the tags of the copies that a caller has."""

import re
from typing import Final

_TAG: Final = re.compile(r'(?:W/)?"([0-9a-f]{64})"')


def seals(if_none_match: str | None) -> frozenset[str]:
    """Return the SHA-256 of each copy that is named; a tag that is not one of ours names none.

    A weak tag is as good as a strong one here. `*` means whatever there is, of which nobody can
    have the bytes, so it names none. Source: RFC 9110, 13.1.2.
    """
    return frozenset(_TAG.findall(if_none_match or ""))
