"""A customer as the gateways know it: under which name, and by which saved way it pays."""

import base64
import json
from dataclasses import dataclass

from khata.cli.demo.pretend import PretendGateways
from khata.simulators.vendor import Request


@dataclass(frozen=True, slots=True)
class Way:
    """A saved way to pay; `holder` is the gateway's id of the customer."""

    gateway: str
    token: str
    holder: str


class Payers:
    """Gives each customer its own name at a gateway, as a checkout page would have done."""

    def __init__(self, pretend: PretendGateways) -> None:
        self._pretend = pretend
        self._known: dict[tuple[str, str], str] = {}

    def way(self, gateway: str, token: str, *, name: str, email: str) -> Way:
        """Return a way to pay whose token, one of docs/gateways.md, says what becomes of it."""
        if gateway == "stripe":
            owner = email.partition("@")[2].removesuffix(".example")
            return Way(gateway, f"{token}_of_{owner}", f"cus_{owner}")
        if gateway == "razorpay":
            place = (gateway, email)
            if place not in self._known:
                self._known[place] = self._at_razorpay(name, email)
            return Way(gateway, token, self._known[place])
        return Way(gateway, token, self._pretend.introduction(gateway).holder)

    def _at_razorpay(self, name: str, email: str) -> str:
        credentials = self._pretend.introduction("razorpay").credentials
        key = f"{credentials['key_id']}:{credentials['key_secret']}"
        contact = f"+9198{len(self._known):08}"
        asked = {"name": name[:50], "email": email, "contact": contact, "fail_existing": "0"}
        headers = {"authorization": f"Basic {base64.b64encode(key.encode()).decode()}"}
        body = json.dumps(asked).encode()
        request = Request("POST", "/v1/customers", {}, headers, body)
        return str(json.loads(self._pretend.ask("razorpay", request))["id"])
