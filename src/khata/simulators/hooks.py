"""Webhooks of a pretend gateway: kept until delivered, doubled, dropped and shuffled on demand."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Hook:
    """One event as it stands to be sent: the same bytes each time."""

    event_id: str
    type: str
    account: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an account wants its events, and the secret that signs them.

    `types` are those that it wants to be told; none named: all.
    """

    account: str
    url: str
    secret: str
    types: Sequence[str] = ()

    def wants(self, hook: "Hook") -> bool:
        return hook.account == self.account and (not self.types or hook.type in self.types)


@dataclass(frozen=True, slots=True)
class Trouble:
    """How deliveries go wrong: chances of a drop and of a double, and whether order is lost."""

    dropped: float = 0.0
    doubled: float = 0.0
    shuffled: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    event_id: str
    type: str
    url: str
    status: int | None  # None: nobody answered


Signing = Callable[[Hook, Endpoint], Mapping[str, str]]
Posting = Callable[[Endpoint, bytes, Mapping[str, str]], int | None]  # the status that came back


@dataclass
class Hooks:
    """Keeps what is to be told, and tells it when asked to, so that tests choose the moment."""

    sign: Signing  # the headers that a vendor adds
    trouble: Trouble = field(default_factory=Trouble)
    endpoints: list[Endpoint] = field(default_factory=list)
    sent: list[Delivered] = field(default_factory=list)
    _waiting: list[Hook] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)
    _random: random.Random = field(default_factory=lambda: random.Random(1))

    def add(self, hook: Hook) -> None:
        with self._lock:
            self._waiting.append(hook)

    def forget(self) -> None:
        """Tell nobody of what waits."""
        with self._lock:
            self._waiting = []

    def waiting(self) -> list[Hook]:
        with self._lock:
            return list(self._waiting)

    def deliver(self, post: Posting | None = None) -> int:
        """Send all that waits, as the trouble wants it, and return how many were sent.

        What nobody took with a 2xx waits on, as vendors send again. With `post` it goes another
        way than over the network.
        """
        with self._lock:
            waiting, self._waiting = self._waiting, []
            sending = self._troubled(waiting)
        if post is None and sending:
            with httpx.Client(timeout=10) as client:
                refused = self._sent_each(sending, _over(client))
        else:
            refused = self._sent_each(sending, post) if post is not None else []
        with self._lock:
            self._waiting = refused + self._waiting
        return len(sending)

    def _troubled(self, hooks: list[Hook]) -> list[Hook]:
        chance, trouble = self._random, self.trouble
        sending: list[Hook] = []
        for hook in hooks:
            if chance.random() < trouble.dropped:
                continue
            sending += [hook, hook] if chance.random() < trouble.doubled else [hook]
        if trouble.shuffled:
            chance.shuffle(sending)
        return sending

    def _sent_each(self, hooks: list[Hook], post: Posting) -> list[Hook]:
        """Send each in turn, and return those that somebody did not take, once each."""
        refused: list[Hook] = []
        for hook in hooks:
            if not self._send(hook, post) and hook not in refused:
                refused.append(hook)
        return refused

    def _send(self, hook: Hook, post: Posting) -> bool:
        taken = True
        for endpoint in [one for one in self.endpoints if one.wants(hook)]:
            headers = {"Content-Type": "application/json", **self.sign(hook, endpoint)}
            status = post(endpoint, hook.body, headers)
            with self._lock:
                self.sent.append(Delivered(hook.event_id, hook.type, endpoint.url, status))
            taken = taken and status is not None and 200 <= status < 300
        return taken


def _over(client: httpx.Client) -> Posting:
    """Return how it goes over the network."""

    def post(endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> int | None:
        try:
            return client.post(endpoint.url, content=body, headers=headers).status_code
        except httpx.HTTPError:
            return None

    return post


def told(delivered: Delivered) -> dict[str, Any]:
    """Return a delivery as JSON says it."""
    return {name: getattr(delivered, name) for name in delivered.__dataclass_fields__}
