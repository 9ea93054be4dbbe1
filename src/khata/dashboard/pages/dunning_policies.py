"""Dunning policies: the list, one with the plans that use it, and the form of its terms."""

from typing import Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.dunning_terms import DunningPolicy, DunningTerms
from khata.core.ids import new_id, parse_id, public_id
from khata.core.refusal import NotFound, Refusal
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.reading import Fields, sent_fields
from khata.dashboard.route import HtmlRoute, status_of
from khata.dashboard.terms_form import CLASSES, ENDS, WEEK, read_terms, typed_terms
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads.browse_dunning import dunning_policies, plans_of_policy
from khata.usecases.dunning.create_dunning_policy import (
    CreateDunningPolicy,
    create_dunning_policy,
)
from khata.usecases.dunning.revise_dunning_policy import (
    ReviseDunningPolicy,
    revise_dunning_policy,
)
from khata.wiring import Engine

HOME: Final = "/dashboard/dunning-policies"
_NEW: Final = DunningTerms(notice_days=1, last_warning_days=3)


class NoName(Refusal):
    """A policy has a name, by which plans are given it."""


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    _to_read(routes, engine)
    _to_act(routes, engine)
    return routes


def _to_read(routes: APIRouter, engine: Engine) -> None:
    seen = viewers(engine)

    @routes.get(HOME)
    def policies(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "dun")
        with engine.db.transaction(viewer.tenant) as uow:
            found = dunning_policies(uow.connection, asked.cursor, search=asked.search)
        return page(
            "dunning_policies.html", viewer=viewer, here="dunning", asked=asked, found=found
        )

    @routes.get(HOME + "/new")
    def new(viewer: Viewer = Depends(seen)) -> Response:
        return _form(viewer, typed_terms("", _NEW))

    @routes.get(HOME + "/{name}")
    def policy(name: str, viewer: Viewer = Depends(seen)) -> Response:
        shown = _found(engine, viewer, name)
        with engine.db.transaction(viewer.tenant) as uow:
            plans = plans_of_policy(uow.connection, shown.id)
        return page(
            "dunning_policy.html",
            viewer=viewer,
            here="dunning",
            shown=shown,
            terms=shown.terms,
            plans=plans,
            classes=CLASSES,
            ends=ENDS,
            week=WEEK,
        )

    @routes.get(HOME + "/{name}/change")
    def change(name: str, viewer: Viewer = Depends(seen)) -> Response:
        shown = _found(engine, viewer, name)
        return _form(viewer, typed_terms(shown.name, shown.terms), shown)


def _to_act(routes: APIRouter, engine: Engine) -> None:
    seen = viewers(engine)

    @routes.post(HOME, dependencies=[Depends(own_form)])
    def create(sent: Fields = Depends(sent_fields), viewer: Viewer = Depends(seen)) -> Response:
        id = new_id(viewer.now)
        try:
            command = CreateDunningPolicy(
                viewer.tenant, id, viewer.now, _name(sent), read_terms(sent)
            )
            create_dunning_policy(command, db=engine.db)
        except Refusal as refusal:
            return _form(viewer, sent, refusal=refusal)
        return RedirectResponse(f"{HOME}/{public_id('dun', id)}", status_code=303)

    @routes.post(HOME + "/{name}/change", dependencies=[Depends(own_form)])
    def revise(
        name: str, sent: Fields = Depends(sent_fields), viewer: Viewer = Depends(seen)
    ) -> Response:
        shown = _found(engine, viewer, name)
        try:
            terms = read_terms(sent)
            changes = {field: getattr(terms, field) for field in DunningTerms.__slots__}
            command = ReviseDunningPolicy(viewer.tenant, shown.id, viewer.now, _name(sent), changes)
            revise_dunning_policy(command, db=engine.db)
        except Refusal as refusal:
            return _form(viewer, sent, shown, refusal)
        return RedirectResponse(f"{HOME}/{name}", status_code=303)


def _name(sent: Fields) -> str:
    """Raises: NoName."""
    name = sent.text("name", 100)
    if not name:
        raise NoName("Give it a name; plans are given it by that", param="name")
    return name


def _found(engine: Engine, viewer: Viewer, name: str) -> DunningPolicy:
    """Raises: NotFound."""
    with engine.db.transaction(viewer.tenant) as uow:
        shown = uow.dunning.policy(parse_id("dun", name))
    if shown is None:
        raise NotFound("dunning policy", name)
    return shown


def _form(
    viewer: Viewer,
    sent: Fields,
    shown: DunningPolicy | None = None,
    refusal: Refusal | None = None,
) -> Response:
    return page(
        "dunning_policy_form.html",
        code=status_of(refusal) if refusal else 200,
        viewer=viewer,
        here="dunning",
        shown=shown,
        sent=sent,
        refusal=refusal,
        classes=CLASSES,
        ends=ENDS,
        week=WEEK,
    )
