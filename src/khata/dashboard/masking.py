"""What a gateway sent, as a person may read it: secrets and whose it is are hidden."""

import json
import re
from typing import Any, Final

from khata.watch.masks import HIDDEN, SECRET_NAME, masked_text

LONGEST: Final = 40_000  # characters of one body on a page
_DEEPEST: Final = 12

# Who the payer is: nobody needs it to see what a gateway told.
_PERSONAL: Final = re.compile(
    r"e_?mail|phone|contact|mobile|vpa|upi_id|address|street|postal|(given|sur|full|holder|payer)_?name"
    r"|^name$|^line[12]$|birth|fingerprint|account_number|ifsc",
    re.IGNORECASE,
)


def shown_body(body: bytes) -> str:
    """Return a body as indented JSON without what is nobody's business; else as masked text.

    Names are kept and their values hidden, so that one sees what was told. What is no JSON, or
    nested beyond measure, is shown as a line of a log would be.
    """
    text = body.decode("utf-8", "replace")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return masked_text(text[:LONGEST])
    return json.dumps(_masked("", told, _DEEPEST), indent=2, ensure_ascii=False)[:LONGEST]


def _masked(name: str, value: Any, deeper: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if SECRET_NAME.search(name) or (_PERSONAL.search(name) and not isinstance(value, dict | list)):
        return HIDDEN
    if deeper == 0:
        return HIDDEN
    if isinstance(value, dict):
        return {masked_text(key): _masked(key, one, deeper - 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_masked(name, one, deeper - 1) for one in value]
    return masked_text(value) if isinstance(value, str) else value
