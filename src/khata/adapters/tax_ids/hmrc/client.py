"""The wire to HMRC: a token for the application, one question, and no patience."""

from typing import Any, Final

import httpx

from khata.adapters.tax_ids.hmrc.translate import answered, path_of
from khata.ports.tax_id_registers import RegisterAnswer, RegisterAway

SECONDS: Final = 15.0
SCOPE: Final = "read:vat"


class Hmrc:
    """Asks under `base_url`, https://api.service.hmrc.gov.uk, as an application of the hub.

    The token is kept until HMRC takes it no more (after four hours), and then asked for anew.
    """

    name = "hmrc"

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._token: str | None = None
        self._http = httpx.Client(
            base_url=base_url.rstrip("/") + "/",
            timeout=httpx.Timeout(SECONDS, connect=5.0),
            follow_redirects=False,
            transport=transport,
            headers={"Accept": "application/vnd.hmrc.2.0+json"},
        )

    def check(self, vat_id: str, *, requester: str | None) -> RegisterAnswer:
        """Ask about a VAT id. Raises: RegisterAway."""
        path = path_of(vat_id, requester=requester)
        try:
            reply = self._asked(path)
            said: Any = reply.json()
        except (httpx.HTTPError, ValueError) as fault:
            raise RegisterAway(type(fault).__name__) from fault
        if not isinstance(said, dict):
            raise RegisterAway(f"http_{reply.status_code}")
        return answered(reply.status_code, said)

    def close(self) -> None:
        self._http.close()

    def _asked(self, path: str) -> httpx.Response:
        kept = self._token
        reply = self._get(path, kept or self._new_token())
        if reply.status_code == 401 and kept is not None:
            reply = self._get(path, self._new_token())
        if reply.status_code == 401:
            self._token = None
        return reply

    def _get(self, path: str, token: str) -> httpx.Response:
        return self._http.get(path, headers={"Authorization": f"Bearer {token}"})

    def _new_token(self) -> str:
        """Raises: RegisterAway, where the application's credentials give none."""
        body = {"grant_type": "client_credentials", "scope": SCOPE, **self._credentials}
        reply = self._http.post("oauth/token", data=body)
        said: Any = reply.json()
        token = said.get("access_token") if isinstance(said, dict) else None
        if reply.status_code != 200 or not isinstance(token, str) or not token.isascii():
            self._token = None
            raise RegisterAway(f"token_http_{reply.status_code}")
        self._token = token
        return token
