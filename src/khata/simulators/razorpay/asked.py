"""What is asked of the pretend Razorpay: bodies field by field, and pages of lists."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from khata.simulators.razorpay.objects import collection
from khata.simulators.razorpay.refusals import refuse
from khata.simulators.vendor import Request

Object = dict[str, Any]

_MOST_NOTES, _LONGEST_NOTE = 15, 256


def body_of(request: Request, allowed: str, *, required: str = "") -> Object:
    """Return the JSON of a request. Raises: Refused, for a field too many or too few."""
    try:
        asked = json.loads(request.body or b"{}")
    except ValueError:
        raise refuse("The request body is not valid JSON") from None
    if not isinstance(asked, dict):
        raise refuse("The request body is not an object")
    extra = sorted(asked.keys() - set(allowed.split()) - set(required.split()))
    if extra:
        raise refuse(f"{', '.join(extra)} is/are not required and should not be sent")
    for name in required.split():
        if asked.get(name) in (None, ""):
            raise refuse(f"The {name.replace('_', ' ')} field is required.", field=name)
    _check_notes(asked.get("notes"))
    return asked


def amount_of(asked: Object, *, least: int) -> int:
    amount = asked["amount"]
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise refuse("The amount must be an integer.", field="amount")
    if amount < least:
        raise refuse("The amount must be at least INR 1.00.", field="amount")
    return amount


def page(query: Mapping[str, Sequence[str]], items: Iterable[Object]) -> Object:
    """Return the asked page of a list: the newest first, 10 of them unless told, at most 100."""
    since, until = _number(query, "from", 0), _number(query, "to", 2**40)
    count, skip = _number(query, "count", 10), _number(query, "skip", 0)
    if not 1 <= count <= 100:
        raise refuse("The count may not be greater than 100.", field="count")
    found = [one for one in items if since <= one["created_at"] <= until]
    made = sorted(enumerate(found), key=lambda one: (one[1]["created_at"], one[0]), reverse=True)
    return collection([one for _, one in made[skip : skip + count]])


def _number(query: Mapping[str, Sequence[str]], name: str, otherwise: int) -> int:
    told = query.get(name)
    if not told:
        return otherwise
    if not told[0].isdigit():
        raise refuse(f"The {name} must be an integer.", field=name)
    return int(told[0])


def _check_notes(notes: Any) -> None:
    if not notes:
        return
    if not isinstance(notes, dict) or len(notes) > _MOST_NOTES:
        raise refuse("The notes may have at most 15 pairs.", field="notes")
    if any(len(str(text)) > _LONGEST_NOTE for text in notes.values()):
        raise refuse("A note may have at most 256 characters.", field="notes")
