"""What VIES says, in our words.

Source: the Commission's VIES REST API, `check-vat-number` (ec.europa.eu/taxation_customs/vies,
Technical information), and the codes of its FAQ. What is no answer about the number is none.
"""

from collections.abc import Mapping
from typing import Any

from khata.ports.tax_id_registers import RegisterAnswer, RegisterAway


def asked(vat_id: str, *, requester: str | None) -> dict[str, str]:
    """Return the body of the question; with a requester VIES gives a consultation number."""
    body = {"countryCode": vat_id[:2], "vatNumber": vat_id[2:]}
    if requester is not None:
        body["requesterMemberStateCode"] = requester[:2]
        body["requesterNumber"] = requester[2:]
    return body


def answered(status: int, said: Mapping[str, Any]) -> RegisterAnswer:
    """Return the answer about the number. Raises: RegisterAway, with VIES's own code.

    A number that VIES finds malformed is denied; every other error is silence.
    """
    errors = [str(one.get("error")) for one in said.get("errorWrappers") or () if one]
    if "INVALID_INPUT" in errors:
        return RegisterAnswer(False)
    if errors or status != 200 or not isinstance(said.get("valid"), bool):
        raise RegisterAway(errors[0] if errors else f"http_{status}")
    return RegisterAnswer(
        said["valid"],
        _told(said.get("requestIdentifier")),
        _told(said.get("name")),
        _told(said.get("address")),
    )


def _told(value: Any) -> str | None:
    """Return a text; states that keep it to themselves answer `---`."""
    text = value.strip() if isinstance(value, str) else ""
    return text[:500] if text.strip("-") else None
