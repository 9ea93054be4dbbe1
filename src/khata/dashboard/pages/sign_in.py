"""Signing in and out, one-time entry, and the switch between live, test and sandboxes."""

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.ids import parse_id
from khata.core.refusal import Refusal
from khata.dashboard.browsing import typed
from khata.dashboard.page import HEADERS, page
from khata.dashboard.route import HtmlRoute, status_of, tell_when
from khata.dashboard.viewer import (
    SESSION_COOKIE,
    SIGN_IN,
    VISITOR_COOKIE,
    Viewer,
    form_token,
    own_form,
    remember,
    session_of,
    viewers,
    visitor_token,
)
from khata.usecases.tenants.enter import Enter, EntryUsedOrExpired, enter
from khata.usecases.tenants.sign_in import SignIn, sign_in
from khata.usecases.tenants.sign_out import SignOut, sign_out
from khata.usecases.tenants.switch_mode import SwitchMode, switch_mode
from khata.wiring import Engine

_HOME = "/dashboard"


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/")
    def front() -> Response:
        return RedirectResponse(_HOME, status_code=303)

    @routes.get(SIGN_IN)
    def form(request: Request) -> Response:
        then = _inside(request.query_params.get("then", ""))
        if session_of(request, engine, engine.clock.now()):
            return RedirectResponse(then, status_code=303)
        return _form(request, engine, then=then)

    @routes.post(SIGN_IN, dependencies=[Depends(own_form)])
    def try_to_sign_in(
        request: Request, email: str = Form(""), password: str = Form(""), then: str = Form("")
    ) -> Response:
        email, then = typed(email, 320), _inside(then)
        command = SignIn(
            email=email,
            password=password.encode(errors="replace").decode()[:1000],
            address=request.client.host if request.client else "",
            at=engine.clock.now(),
        )
        try:
            token = sign_in(command, db=engine.db)
        except Refusal as refusal:
            return _form(request, engine, then=then, email=email, refusal=refusal)
        return _begun(request, engine, token, then)

    @routes.get("/dashboard/enter")
    def enter_once(request: Request) -> Response:
        command = Enter(typed(request.query_params.get("token", ""), 200), engine.clock.now())
        try:
            token = enter(command, db=engine.db)
        except EntryUsedOrExpired as refusal:
            if session_of(request, engine, engine.clock.now()):
                return RedirectResponse(_HOME, status_code=303)
            return _form(request, engine, then=_HOME, refusal=refusal)
        return _begun(request, engine, token, _HOME)

    @routes.post("/dashboard/sign-out", dependencies=[Depends(own_form)])
    def leave(viewer: Viewer = Depends(seen)) -> Response:
        sign_out(SignOut(viewer.token), db=engine.db)
        answer = RedirectResponse(SIGN_IN, status_code=303, headers=HEADERS)
        answer.delete_cookie(SESSION_COOKIE, path="/")
        return answer

    @routes.post("/dashboard/mode", dependencies=[Depends(own_form)])
    def switch(tenant: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        command = SwitchMode(viewer.token, parse_id("ten", tenant), engine.clock.now())
        switch_mode(command, db=engine.db)
        return RedirectResponse(_HOME, status_code=303)

    return routes


def _form(
    request: Request,
    engine: Engine,
    *,
    then: str,
    email: str = "",
    refusal: Refusal | None = None,
) -> Response:
    visitor = visitor_token(request)
    # A session that has ended must not be what the form is bound to.
    answer = page(
        "sign_in.html",
        code=status_of(refusal) if refusal else 200,
        form_token=form_token(visitor),
        then=then,
        email=email,
        refusal=refusal,
    )
    if refusal:
        tell_when(answer, refusal)
    answer.delete_cookie(SESSION_COOKIE, path="/")
    remember(answer, request, engine, **{VISITOR_COOKIE: visitor})
    return answer


def _begun(request: Request, engine: Engine, token: str, then: str) -> Response:
    answer = RedirectResponse(then, status_code=303, headers=HEADERS)
    remember(answer, request, engine, **{SESSION_COOKIE: token})
    answer.delete_cookie(VISITOR_COOKIE, path="/")
    return answer


def _inside(then: str) -> str:
    """Return a place of the dashboard, whatever was asked: no address of another site."""
    plain = then.isascii() and then.isprintable() and "\\" not in then and "//" not in then
    inside = then == _HOME or then.startswith(f"{_HOME}/")
    return then if plain and inside else _HOME
