"""The secrets that a gateway signs its webhooks with: the newest, and those that are still good."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# A vendor signs what it sends again with the secret of its first sending, for days.
OVERLAP = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class SigningSecret:
    """`ends_at` None: the newest, good until another comes."""

    secret: str
    ends_at: datetime | None = None


def spelled(secrets: Sequence[SigningSecret]) -> str:
    """Return the secrets as text, to be sealed."""
    rows = [[one.secret, one.ends_at.isoformat() if one.ends_at else None] for one in secrets]
    return json.dumps(rows)


def valid_of(text: str, *, at: datetime) -> list[SigningSecret]:
    """Return those of the spelled secrets that are good at an instant, the newest first."""
    found = [
        SigningSecret(secret, datetime.fromisoformat(end) if end else None)
        for secret, end in json.loads(text)
    ]
    return [one for one in found if one.ends_at is None or at < one.ends_at]


def rotated(valid: Sequence[SigningSecret], secret: str, *, at: datetime) -> list[SigningSecret]:
    """Return the secrets once a new one has come: the newest so far is good for `OVERLAP`."""
    before = [
        SigningSecret(one.secret, one.ends_at or at + OVERLAP)
        for one in valid
        if one.secret != secret
    ]
    return [SigningSecret(secret), *before]
