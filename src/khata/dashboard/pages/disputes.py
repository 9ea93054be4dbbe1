"""Disputes: the list with the days on which answers are due, and one with its evidence."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from khata.core.dispute import NEEDS_AN_ANSWER
from khata.core.evidence import Evidence, EvidenceFile, EvidenceText, Topic
from khata.core.ids import parse_id
from khata.core.refusal import Refusal
from khata.dashboard.browsing import browsing, typed
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute, status_of
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads import lists
from khata.db.reads.browse_disputes import disputes as browse_disputes
from khata.db.reads.disputes import DISPUTES
from khata.usecases.disputes.accept_dispute import AcceptDispute, accept_dispute
from khata.usecases.disputes.give_evidence import GiveEvidence, give_evidence
from khata.usecases.disputes.tools import DisputeTools
from khata.wiring import Engine

HOME: Final = "/dashboard/disputes"
_STATUSES: Final = ("to_answer", "at_the_bank", "won", "lost", "closed")  # as people call them
_LONGEST: Final = 2_000


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    _to_read(routes, engine)
    _to_act(routes, engine)
    return routes


def _to_read(routes: APIRouter, engine: Engine) -> None:
    seen = viewers(engine)

    @routes.get(HOME)
    def disputes(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = browsing(request, "dp", _STATUSES)
        with engine.db.transaction(viewer.tenant) as uow:
            found = browse_disputes(
                uow.connection, asked.cursor, status=asked.status, search=asked.search
            )
        return page(
            "disputes.html",
            viewer=viewer,
            here="disputes",
            asked=asked,
            found=found,
            statuses=_STATUSES,
            awaiting=NEEDS_AN_ANSWER,
        )

    @routes.get(HOME + "/{name}")
    def dispute(name: str, viewer: Viewer = Depends(seen)) -> Response:
        return _shown(engine, viewer, name)


def _to_act(routes: APIRouter, engine: Engine) -> None:
    seen = viewers(engine)

    @routes.post(HOME + "/{name}/evidence", dependencies=[Depends(own_form)])
    def evidence(
        name: str,
        topic: str = Form("explanation"),
        text: str = Form(""),
        submit: str = Form(""),
        file: Annotated[UploadFile | None, File()] = None,
        viewer: Viewer = Depends(seen),
    ) -> Response:
        said = typed(text, _LONGEST)
        try:
            about = Topic(topic) if topic in set(Topic) else Topic.OTHER
            command = GiveEvidence(
                viewer.tenant,
                parse_id("dp", name),
                viewer.now,
                Evidence(
                    (EvidenceText(about, said),) if said else (),
                    _files(about, file),
                ),
                submit=submit == "yes",
            )
            give_evidence(command, tools=_tools(engine))
        except Refusal as refusal:
            return _shown(engine, viewer, name, refusal=refusal, said=said)
        return RedirectResponse(f"{HOME}/{name}", status_code=303)

    @routes.post(HOME + "/{name}/accept", dependencies=[Depends(own_form)])
    def accept(name: str, viewer: Viewer = Depends(seen)) -> Response:
        command = AcceptDispute(viewer.tenant, parse_id("dp", name), viewer.now)
        try:
            accept_dispute(command, tools=_tools(engine))
        except Refusal as refusal:
            return _shown(engine, viewer, name, refusal=refusal)
        return RedirectResponse(f"{HOME}/{name}", status_code=303)


def _shown(
    engine: Engine, viewer: Viewer, name: str, *, refusal: Refusal | None = None, said: str = ""
) -> Response:
    with engine.db.transaction(viewer.tenant) as uow:
        view = lists.find(uow.connection, DISPUTES, parse_id("dp", name))
    return page(
        "dispute.html",
        code=status_of(refusal) if refusal else 200,
        viewer=viewer,
        here="disputes",
        view=view,
        shown=view.dispute,
        awaits=view.dispute.status in NEEDS_AN_ANSWER,
        topics=list(Topic),
        refusal=refusal,
        said=said,
    )


def _files(about: Topic, file: UploadFile | None) -> tuple[EvidenceFile, ...]:
    """Return the file, if one was chosen; a form without one sends an empty part."""
    if file is None or not file.filename:
        return ()
    name = typed(file.filename.rpartition("/")[2].rpartition("\\")[2], 200) or "file"
    return (EvidenceFile(about, name, file.content_type or "", file.file.read()),)


def _tools(engine: Engine) -> DisputeTools:
    return DisputeTools(engine.db, engine.gateways, engine.files)
