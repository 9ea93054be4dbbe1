"""A session with NIC's portal: logged in once, kept for hours, opened again when it ends."""

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from khata.adapters.irp.nic.client import Credentials, NicClient, Reply
from khata.adapters.irp.nic.envelope import KEY_BYTES, NotReadable, opened, sealed, sealed_login
from khata.core.e_invoice.dated import Reaction
from khata.core.e_invoice.indian_time import instant
from khata.core.exports.wire_json import read, written
from khata.ports.invoice_registry import (
    LoginRefused,
    OutcomeUnknown,
    RegistryError,
    RegistryUnavailable,
)

# A new token is given in the last ten minutes of the old one only.
_RENEWED_BEFORE: Final = timedelta(minutes=5)
_EXPIRED = "1005"


@dataclass(frozen=True, slots=True, repr=False)
class _Token:
    text: str
    key: bytes  # of all payloads while it lives
    expires_at: datetime


class Session:
    """Logged in as one user of one GSTIN; threads may share it.

    Raises on every call: LoginRefused, and again without asking once the portal has refused;
    RegistryUnavailable; OutcomeUnknown.
    """

    def __init__(
        self,
        client: NicClient,
        credentials: Credentials,
        *,
        auth_path: str,
        portal_key: RSAPublicKey,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._credentials = credentials
        self._auth_path = auth_path
        self._portal_key = portal_key
        self._now = now
        self._lock = Lock()
        self._token: _Token | None = None
        self._refused: str | None = None  # why nobody is let in any more

    def post(self, path: str, body: str) -> Reply:
        """Send a payload, sealed, and return the answer with its content opened."""

        def send(token: _Token) -> Reply:
            return self._client.post(
                path, {"Data": sealed(body.encode(), token.key)}, self._headers(token)
            )

        return self._asked(send)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Reply:
        return self._asked(lambda token: self._client.get(path, self._headers(token), query))

    def _asked(self, send: Callable[[_Token], Reply]) -> Reply:
        token = self._logged_in()
        reply = send(token)
        if _EXPIRED in reply.codes:  # the portal forgot the token before its time: once
            token = self._logged_in(instead_of=token)
            reply = send(token)
        self._stop_at(reply)
        if reply.errors:
            return reply
        return Reply(_content(reply.content, token.key), hints=reply.hints)

    def _headers(self, token: _Token | None) -> dict[str, str]:
        ours = self._credentials
        headers = {
            "client_id": ours.client_id,
            "client_secret": ours.client_secret,
            "Gstin": ours.gstin,
        }
        if token is not None:
            headers |= {"user_name": ours.user_name, "AuthToken": token.text}
        return headers

    def _logged_in(self, *, instead_of: _Token | None = None) -> _Token:
        with self._lock:
            if self._refused is not None:
                raise LoginRefused(self._refused)
            token, now = self._token, self._now()
            fresh = token is not None and now < token.expires_at - _RENEWED_BEFORE
            if token is not None and fresh and token is not instead_of:
                return token
            force = token is not None and now < token.expires_at
            self._token = self._log_in(force=force)
            return self._token

    def _log_in(self, *, force: bool) -> _Token:
        key = secrets.token_bytes(KEY_BYTES)
        login = {
            "UserName": self._credentials.user_name,
            "Password": self._credentials.password,
            "AppKey": base64.b64encode(key).decode(),
            "ForceRefreshAccessToken": force,
        }
        body = {"Data": sealed_login(written(login).encode(), self._portal_key)}
        try:
            reply = self._client.post(self._auth_path, body, self._headers(None))
        except OutcomeUnknown as lost:  # a login alone changes nothing
            raise RegistryUnavailable(f"the login was not answered: {lost}") from None
        if reply.errors:
            self._refuse_login(reply.errors)
        return _token(reply.content, key)

    def _refuse_login(self, errors: tuple[RegistryError, ...]) -> None:
        said = "; ".join(f"{error.code} {error.message}" for error in errors)
        if all(error.reaction is Reaction.TRY_AGAIN for error in errors):
            raise RegistryUnavailable(f"the portal cannot log anyone in: {said}")
        self._refused = f"the portal refuses the login: {said}"
        raise LoginRefused(self._refused)

    def _stop_at(self, reply: Reply) -> None:
        if any(error.reaction is Reaction.STOP for error in reply.errors):
            with self._lock:
                self._refuse_login(reply.errors)


def _token(content: Any, app_key: bytes) -> _Token:
    """Read what a login brought. Raises: RegistryUnavailable, where it cannot be read."""
    try:
        key = opened(content["Sek"], app_key)
        token = _Token(str(content["AuthToken"]), key, instant(content["TokenExpiry"]))
    except (KeyError, TypeError, ValueError, NotReadable):
        raise RegistryUnavailable("what the login brought cannot be read") from None
    if len(key) != KEY_BYTES:
        raise RegistryUnavailable("the portal's session key has not 32 bytes")
    return token


def _content(sealed_text: Any, key: bytes) -> Any:
    """Open what an answer carries. Raises: OutcomeUnknown, for it was done."""
    try:
        return read(opened(sealed_text, key))
    except (ValueError, TypeError, AttributeError, NotReadable):
        raise OutcomeUnknown("what the portal sent cannot be read") from None
