"""Who may ask the pretend portal: users, tokens that end, and payloads under their keys."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from khata.simulators.irp.keys import PortalKeys

TOKEN_LIVES: Final = timedelta(minutes=360)
_RENEWABLE: Final = timedelta(minutes=10)
_TRIES: Final = 5  # with a wrong password, until the user is locked


class Unlike(Exception):
    """A request that the portal refuses, by its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class User:
    """A client's user of one GSTIN."""

    client_id: str
    client_secret: str
    user_name: str
    password: str
    gstin: str


@dataclass(slots=True)
class _Token:
    user: User
    text: str
    key: bytes
    expires_at: datetime


class Doorkeeper:
    """Keeps the tokens: one for each user, the same again until it is about to end."""

    def __init__(self, keys: PortalKeys, users: list[User]) -> None:
        self._keys = keys
        self._users = users
        self._tokens: dict[str, _Token] = {}
        self._wrong: dict[str, int] = {}
        self.logins = 0  # how often anyone tried

    def forget_tokens(self) -> None:
        self._tokens.clear()

    def log_in(self, headers: dict[str, str], sealed: str, now: datetime) -> dict[str, str]:
        """Return what a login brings, but for its time. Raises: Unlike."""
        self.logins += 1
        user = self._client_of(headers)
        try:
            told = self._keys.login_told(sealed)
            app_key = base64.b64decode(told["AppKey"], validate=True)
            name, password = told["UserName"], told["Password"]
        except (ValueError, KeyError, TypeError):
            raise Unlike("1007", "Authentication failed: the payload does not decrypt") from None
        if len(app_key) != 32:
            raise Unlike("1007", "Authentication failed: AppKey has not 32 bytes")
        if self._wrong.get(user.user_name, 0) >= _TRIES:
            raise Unlike("1010", "The user is locked")
        if (name, password) != (user.user_name, user.password):
            self._wrong[user.user_name] = self._wrong.get(user.user_name, 0) + 1
            raise Unlike("1008", "Invalid login credentials")
        self._wrong.pop(user.user_name, None)
        token = self._token_of(user, force=told.get("ForceRefreshAccessToken") is True, now=now)
        return {
            "ClientId": user.client_id,
            "UserName": user.user_name,
            "AuthToken": token.text,
            "Sek": seal(token.key, app_key),
            "TokenExpiry": f"{token.expires_at.isoformat()}",
        }

    def let_in(self, headers: dict[str, str], now: datetime) -> tuple[User, bytes]:
        """Return who asks and the key of what is said. Raises: Unlike."""
        user = self._client_of(headers)
        if "user_name" not in headers or "authtoken" not in headers:
            raise Unlike("1004", "Header user_name or AuthToken is missing")
        token = self._tokens.get(headers["authtoken"])
        if token is None or token.user != user or now >= token.expires_at:
            raise Unlike("1005", "Invalid Token")
        return user, token.key

    def _client_of(self, headers: dict[str, str]) -> User:
        if not {"client_id", "client_secret", "gstin"} <= set(headers):
            raise Unlike("1004", "Header client_id, client_secret or Gstin is missing")
        for user in self._users:
            if (user.client_id, user.client_secret) == (
                headers["client_id"],
                headers["client_secret"],
            ) and user.gstin == headers["gstin"]:
                return user
        raise Unlike("1010", "Invalid Client-ID or Client-Secret")

    def _token_of(self, user: User, *, force: bool, now: datetime) -> _Token:
        for token in self._tokens.values():
            left = token.expires_at - now
            if token.user == user and left > timedelta(0) and not (force and left <= _RENEWABLE):
                return token
        token = _Token(user, secrets.token_urlsafe(18), secrets.token_bytes(32), now + TOKEN_LIVES)
        self._tokens[token.text] = token
        return token


def seal(plain: bytes, key: bytes) -> str:
    """Return a payload under a key: AES-256 in ECB, filled up by PKCS#7, as base64."""
    fill = 16 - len(plain) % 16
    encryptor = Cipher(AES(key), ECB()).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([fill]) * fill)).decode()


def unseal(text: str, key: bytes) -> bytes:
    """Return what was sealed. Raises: ValueError."""
    padded = Cipher(AES(key), ECB()).decryptor().update(base64.b64decode(text, validate=True))
    fill = padded[-1] if padded else 0
    if not 1 <= fill <= 16 or len(padded) % 16 or padded[-fill:] != bytes([fill]) * fill:
        raise ValueError("it is not filled up as PKCS#7 has it")
    return padded[:-fill]
