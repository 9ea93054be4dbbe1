"""/v1/gateway_accounts and /v1/gateway_routes"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, Caller, as_json
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import ShortLine
from khata.api.schemas.gateways import (
    AccountStatusName,
    GatewayAccountChange,
    GatewayAccountCreate,
    GatewayAccountObject,
    GatewayAccountRotate,
    GatewayRoutesObject,
    GatewayRoutesSet,
)
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.reconciliations import ReconcileDay, ReconciliationObject
from khata.api.strict_route import StrictRoute
from khata.core.gateway_account import AccountStatus
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.reads.gateways import GATEWAY_ACCOUNTS
from khata.db.stores.reconciliations import Reconciliations
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.gateways.add_gateway_account import AddGatewayAccount, add_gateway_account
from khata.usecases.gateways.ask_for_reconciliation import (
    AskForReconciliation,
    ask_for_reconciliation,
)
from khata.usecases.gateways.change_gateway_account import (
    ChangeGatewayAccount,
    change_gateway_account,
)
from khata.usecases.gateways.check_gateway_account import (
    CheckGatewayAccount,
    check_gateway_account,
)
from khata.usecases.gateways.rotate_gateway_account import (
    RotateGatewayAccount,
    rotate_gateway_account,
)
from khata.usecases.gateways.route_gateway_accounts import (
    RouteGatewayAccounts,
    route_gateway_accounts,
)
from khata.usecases.gateways.tools import GatewayTools

router = APIRouter(prefix="/v1", tags=["Gateway accounts"], route_class=StrictRoute)


class GatewayAccountQuery(ListQuery):
    """Which gateway accounts."""

    gateway: ShortLine | None = Field(None, description="Only those with this gateway")
    status: AccountStatusName | None = Field(None, description="Only those that stand so")


@router.post("/gateway_accounts", status_code=201, response_model=GatewayAccountObject)
def create(body: GatewayAccountCreate, post: Posted) -> Response:
    """Add an account with a gateway. Its credentials are tried at once, and refused in words."""
    caller = post.caller

    def act(db: Database, id: UUID) -> None:
        command = AddGatewayAccount(
            tenant=caller.tenant,
            id=id,
            at=caller.at,
            now=caller.engine.clock.now(),
            gateway=body.gateway,
            name=body.name,
            credentials=body.credentials,
            webhook_secret=body.webhook_secret,
            base_url=body.base_url,
        )
        add_gateway_account(command, tools=_tools(caller, db))

    return post.make(act, tell)


@router.get("/gateway_accounts", response_model=ListOf[GatewayAccountObject])
def list_all(caller: Called, query: Annotated[GatewayAccountQuery, Query()]) -> Response:
    """List the gateway accounts, newest first."""
    return listed(caller, GATEWAY_ACCOUNTS, query, GatewayAccountObject.of)


@router.get("/gateway_accounts/{id}", response_model=GatewayAccountObject)
def read(id: str, caller: Called) -> Response:
    """Read a gateway account."""
    return caller.answer(tell, parse_id("ga", id))


@router.patch("/gateway_accounts/{id}", response_model=GatewayAccountObject)
def change(id: str, body: GatewayAccountChange, caller: Called) -> Response:
    """Name a gateway account anew."""
    account = parse_id("ga", id)
    changes = body.model_dump(exclude_unset=True)
    command = ChangeGatewayAccount(caller.tenant, account, caller.at, name=changes.get("name"))
    change_gateway_account(command, tools=_tools(caller, caller.engine.db))
    return caller.answer(tell, account)


@router.post("/gateway_accounts/{id}/rotate", response_model=GatewayAccountObject)
def rotate(id: str, body: GatewayAccountRotate, post: Posted) -> Response:
    """Enter new credentials of the same account, or a new webhook secret, without a pause."""
    caller = post.caller

    def act(db: Database, account: UUID) -> None:
        command = RotateGatewayAccount(
            caller.tenant,
            account,
            caller.engine.clock.now(),
            body.credentials,
            body.webhook_secret,
        )
        rotate_gateway_account(command, tools=_tools(caller, db))

    return post.move(parse_id("ga", id), act, tell)


@router.post("/gateway_accounts/{id}/check", response_model=GatewayAccountObject)
def check(id: str, post: Posted) -> Response:
    """Try the credentials again."""
    caller = post.caller

    def act(db: Database, account: UUID) -> None:
        command = CheckGatewayAccount(caller.tenant, account, caller.engine.clock.now())
        check_gateway_account(command, tools=_tools(caller, db))

    return post.move(parse_id("ga", id), act, tell)


@router.post("/gateway_accounts/{id}/disable", response_model=GatewayAccountObject)
def disable(id: str, post: Posted) -> Response:
    """Take no new charge by this account; what was begun is still asked about."""
    return _move(id, post, AccountStatus.DISABLED)


@router.post("/gateway_accounts/{id}/enable", response_model=GatewayAccountObject)
def enable(id: str, post: Posted) -> Response:
    """Take charges by this account again."""
    return _move(id, post, AccountStatus.ACTIVE)


@router.post(
    "/gateway_accounts/{id}/reconcile", status_code=201, response_model=ReconciliationObject
)
def reconcile(id: str, body: ReconcileDay, post: Posted) -> Response:
    """Compare a day with the gateway's list: it is due at once, and ends with its findings."""
    caller = post.caller
    account = parse_id("ga", id)

    def act(db: Database, made: UUID) -> None:
        command = AskForReconciliation(caller.tenant, made, account, body.day, caller.at)
        ask_for_reconciliation(command, db=db)

    def told(uow: UnitOfWork, made: UUID, livemode: bool) -> ReconciliationObject:
        row = Reconciliations(uow.connection).of_day(account, body.day)
        assert row is not None, "it was asked for a moment ago"
        return ReconciliationObject.of(row, livemode)

    return post.make(act, told)


@router.get("/gateway_routes", response_model=GatewayRoutesObject)
def read_routes(caller: Called) -> Response:
    """Read which account takes what."""
    return _told_routes(caller)


@router.put("/gateway_routes", response_model=GatewayRoutesObject)
def set_routes(body: GatewayRoutesSet, caller: Called) -> Response:
    """Say which account takes what: of the rules, in order, the first that fits decides."""
    routes = [terms.route(number) for number, terms in enumerate(body.routes)]
    command = RouteGatewayAccounts(caller.tenant, routes)
    route_gateway_accounts(command, tools=_tools(caller, caller.engine.db))
    return _told_routes(caller)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> GatewayAccountObject:
    account = uow.gateway_accounts.get(id)
    if account is None:
        raise NotFound("gateway account", public_id("ga", id))
    return GatewayAccountObject.of(account, livemode)


def _move(id: str, post: Posted, status: AccountStatus) -> Response:
    caller = post.caller

    def act(db: Database, account: UUID) -> None:
        command = ChangeGatewayAccount(caller.tenant, account, caller.at, status=status)
        change_gateway_account(command, tools=_tools(caller, db))

    return post.move(parse_id("ga", id), act, tell)


def _told_routes(caller: Caller) -> Response:
    with caller.reading() as uow:
        routes = uow.gateway_accounts.routes()
    return as_json(GatewayRoutesObject.of(routes, caller.livemode))


def _tools(caller: Caller, db: Database) -> GatewayTools:
    return caller.engine.gateway_tools(db)
