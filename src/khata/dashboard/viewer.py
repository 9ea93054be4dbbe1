"""Who is looking: the session behind the cookie, the tenant it shows, and the token of forms."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import quote
from uuid import UUID

from fastapi import Form, Request, Response

from khata.core.periods import day_of
from khata.core.refusal import Kind, Refusal
from khata.db.reads.overview import Clock, Shop, clock, shop
from khata.db.stores.sessions import Place, Sessions, SignedIn
from khata.watch.circumstances import learned
from khata.wiring import Engine

SESSION_COOKIE: Final = "khata_session"
VISITOR_COOKIE: Final = "khata_visitor"
SIGN_IN: Final = "/dashboard/sign-in"


class SignInNeeded(Exception):
    """Nobody is signed in, or the session has ended; `then` is where they wanted to go."""

    def __init__(self, then: str) -> None:
        super().__init__(then)
        self.location = f"{SIGN_IN}?then={quote(then)}" if then else SIGN_IN


class FormExpired(Refusal):
    """The form does not belong to this session: it is old, or another site sent it."""

    kind = Kind.FORBIDDEN


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, and the tenant they look at in its own time."""

    token: str
    email: str
    tenant: UUID
    shop: Shop
    clock: Clock | None
    now: datetime
    today: date
    places: tuple[Place, ...]  # all that this person may enter

    @property
    def test_tenant(self) -> UUID:
        """The account's first test tenant, which keeps its sandboxes."""
        return next(p.tenant for p in self.places if not p.livemode and p.sandbox is None)

    @property
    def form_token(self) -> str:
        return form_token(self.token)

    @property
    def zone(self) -> str:
        return self.shop.timezone


def viewers(engine: Engine) -> Callable[[Request], Viewer]:
    """Return the dependency that every signed-in page has."""

    def viewer(request: Request) -> Viewer:
        at = engine.clock.now()
        found, places = _looking(request, engine, at)
        if found is None:
            wanted = request.url.path if request.method == "GET" else ""
            raise SignInNeeded(wanted)
        with engine.db.transaction(found.tenant) as uow:
            seen, set_clock = shop(uow.connection), clock(uow.connection)
        if seen is None or found.tenant not in {place.tenant for place in places}:
            raise SignInNeeded("")
        learned(found.tenant, livemode=seen.livemode)
        now = set_clock.frozen_time if set_clock else at
        return Viewer(
            token=request.cookies[SESSION_COOKIE],
            email=found.email,
            tenant=found.tenant,
            shop=seen,
            clock=set_clock,
            now=now,
            today=day_of(now, seen.timezone),
            places=places,
        )

    return viewer


def _looking(
    request: Request, engine: Engine, at: datetime
) -> tuple[SignedIn | None, tuple[Place, ...]]:
    """Return who is signed in, and where they may go."""
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None, ()
    with engine.db.before_the_wall() as connection:
        sessions = Sessions(connection)
        found = sessions.find(token, at=at)
        return found, tuple(sessions.places_of(found.user_id)) if found else ()


def session_of(request: Request, engine: Engine, at: datetime) -> SignedIn | None:
    """Return the session behind the cookie, while it lasts."""
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    with engine.db.before_the_wall() as connection:
        return Sessions(connection).find(token, at=at)


def own_form(request: Request, form: str = Form("")) -> None:
    """Refuse a form that this session (or, before sign-in, this visitor) was not given.

    Raises: FormExpired.
    """
    token = request.cookies.get(SESSION_COOKIE) or request.cookies.get(VISITOR_COOKIE, "")
    expected = form_token(token).encode()
    if not token or not hmac.compare_digest(expected, form.encode(errors="replace")):
        raise FormExpired("This form is no longer valid; load the page again and repeat")


def form_token(token: str) -> str:
    """Return what forms carry: bound to the cookie's secret, and of no use without it."""
    return hmac.new(token.encode(errors="replace"), b"form", hashlib.sha256).hexdigest()


def visitor_token(request: Request) -> str:
    return request.cookies.get(VISITOR_COOKIE) or secrets.token_urlsafe(32)


def remember(response: Response, request: Request, engine: Engine, **cookies: str) -> None:
    """Set cookies that scripts cannot read, that other sites cannot send, for this site only."""
    secure = request.url.scheme == "https" or engine.settings.base_url.startswith("https://")
    for name, value in cookies.items():
        response.set_cookie(
            name, value, max_age=12 * 3600, path="/", httponly=True, samesite="lax", secure=secure
        )
