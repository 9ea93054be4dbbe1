"""One request at a pretend Stripe, as its endpoints see it."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from khata.simulators.clock import Plans
from khata.simulators.stripe.accounts import Account, Object
from khata.simulators.stripe.forms import Form

Tell = Callable[[Account, str, Object, datetime], None]


@dataclass
class Asked:
    """`tell` makes an event of an object as it now stands; `lose` cuts the answer off."""

    account: Account
    form: Form
    at: datetime
    key: str | None
    plans: Plans
    tell: Tell
    lose: bool = False
    origin: str = "http://127.0.0.1"  # where it is asked, which its pages have too

    def told(self, type: str, object: Object) -> None:
        self.tell(self.account, type, object, self.at)


def shown(object: Object) -> Object:
    """Return an object as the API shows it: without what the simulator notes for itself."""
    return {name: deepcopy(value) for name, value in object.items() if not name.startswith("_")}


def expanded(account: Account, object: Object, paths: list[str]) -> Object:
    """Return an object as shown, with the objects that its ids at these paths name."""
    seen = shown(object)
    for path in paths:
        _expand(account, seen, path.split("."))
    return seen


def _expand(account: Account, into: Any, path: list[str]) -> None:
    if isinstance(into, list):
        for one in into:
            _expand(account, one, path)
        return
    if not path or not isinstance(into, dict) or path[0] not in into:
        return
    named = into[path[0]]
    if isinstance(named, str) and named in account.objects:
        into[path[0]] = named = shown(account.objects[named])
    _expand(account, named, path[1:])
