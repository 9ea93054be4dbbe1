"""What HMRC says, in our words.

Source: HMRC Developer Hub, Check a UK VAT Number API, version 2.0. What is no answer about the
number is none.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from khata.ports.tax_id_registers import RegisterAnswer, RegisterAway

_VRN: Final = re.compile(r"(?:GB|XI)([0-9]{9}|[0-9]{12})")
_LINES: Final = ("line1", "line2", "line3", "line4", "line5", "postcode", "countryCode")


def path_of(vat_id: str, *, requester: str | None) -> str:
    """Return where to ask; with a requester of the UK, HMRC gives a consultation number.

    Raises: RegisterAway, for numbers of the government and of health authorities (GD, HA): HMRC
    answers about nine and twelve digits only.
    """
    target = _digits_of(vat_id)
    if target is None:
        raise RegisterAway("NUMBER_NOT_ASKED_ABOUT")
    asker = _digits_of(requester or "")
    path = f"organisations/vat/check-vat-number/lookup/{target}"
    return path if asker is None else f"{path}/{asker}"


def answered(status: int, said: Mapping[str, Any]) -> RegisterAnswer:
    """Return the answer about the number. Raises: RegisterAway, with HMRC's own code.

    Denied is only what HMRC says of the target itself: that it matches no registered company, or
    is malformed. The same status stands for a path or a requester that it does not know.
    """
    code, message = str(said.get("code") or f"http_{status}"), str(said.get("message"))
    of_target = "requestervrn" not in message.lower()
    if status == 404 and code == "NOT_FOUND" and of_target:
        return RegisterAnswer(False)
    if status == 400 and code == "INVALID_REQUEST" and "targetvrn" in message.lower():
        return RegisterAnswer(False)
    target = said.get("target")
    if status != 200 or not isinstance(target, dict) or not target.get("vatNumber"):
        raise RegisterAway(code[:100])
    return RegisterAnswer(
        True, _text(said.get("consultationNumber")), _text(target.get("name")), _address(target)
    )


def _digits_of(vat_id: str) -> str | None:
    found = _VRN.fullmatch(vat_id)
    return None if found is None else found[1]


def _address(target: Mapping[str, Any]) -> str | None:
    parts = target.get("address")
    if not isinstance(parts, dict):
        return None
    lines = [_text(parts.get(name)) for name in _LINES]
    return _text("\n".join(line for line in lines if line))


def _text(value: Any) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return text[:500] or None
