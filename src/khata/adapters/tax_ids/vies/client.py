"""The wire to VIES: one question, one answer, and no patience with a register that is away."""

from typing import Any, Final

import httpx

from khata.adapters.tax_ids.vies.translate import answered, asked
from khata.ports.tax_id_registers import RegisterAnswer, RegisterAway

SECONDS: Final = 15.0


class Vies:
    """Asks under `base_url`, https://ec.europa.eu/taxation_customs/vies/rest-api."""

    name = "vies"

    def __init__(self, base_url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=base_url.rstrip("/") + "/",
            timeout=httpx.Timeout(SECONDS, connect=5.0),
            follow_redirects=False,
            transport=transport,
            headers={"Accept": "application/json"},
        )

    def check(self, vat_id: str, *, requester: str | None) -> RegisterAnswer:
        """Ask about a VAT id. Raises: RegisterAway."""
        try:
            reply = self._http.post("check-vat-number", json=asked(vat_id, requester=requester))
            said: Any = reply.json()
        except (httpx.HTTPError, ValueError) as fault:
            raise RegisterAway(type(fault).__name__) from fault
        if not isinstance(said, dict):
            raise RegisterAway(f"http_{reply.status_code}")
        return answered(reply.status_code, said)

    def close(self) -> None:
        self._http.close()
