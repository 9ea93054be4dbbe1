"""/v1/accounts (sign-up) and /v1/account (one's own)."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from khata.api.caller import Called, as_json, engine_of
from khata.api.idempotency import Claim, ClaimingDatabase, fingerprint, look_up
from khata.api.posting import IdempotencyKey
from khata.api.schemas.accounts import (
    AccountChange,
    AccountCreate,
    AccountObject,
    AccountOpened,
)
from khata.api.signup import account_of_email, tell_opened
from khata.api.strict_route import StrictRoute
from khata.core.ids import new_ids
from khata.core.places import Address
from khata.core.refusal import Kind, Refusal
from khata.db.transaction import Database
from khata.usecases.tenants.admit_sign_up import AdmitSignUp, admit_sign_up
from khata.usecases.tenants.change_account import (
    AccountChanges,
    ChangeAccount,
    change_account,
)
from khata.usecases.tenants.open_account import (
    EmailTaken,
    OpenAccount,
    open_account,
)
from khata.wiring import Engine

router = APIRouter(tags=["Account"], route_class=StrictRoute)


class SignupClosed(Refusal):
    """This installation does not let anybody sign up."""

    kind = Kind.FORBIDDEN


@router.post("/v1/accounts", status_code=201, response_model=AccountOpened)
def sign_up(
    body: AccountCreate,
    request: Request,
    engine: Annotated[Engine, Depends(engine_of)],
    key: IdempotencyKey = None,
) -> Response:
    """Open an account, with a test and a live tenant and a secret key for each.

    The two secret keys are in this answer only: a repeated request shows where they begin and
    end.
    """
    if engine.settings.signup != "open":
        raise SignupClosed("Ask whoever runs this installation for an account")
    command = _command(body, engine)
    address = request.client.host if request.client else ""
    admit_sign_up(AdmitSignUp(address, command.at), db=engine.db)
    claim = None if key is None else _claim(key, command, request, engine)
    try:
        opened = open_account(
            command,
            db=engine.db if claim is None else ClaimingDatabase(engine.db, claim),
            pepper=engine.settings.secret(),
        )
    except EmailTaken:
        again = None if claim is None else _again(claim, command.email, engine.db)
        if again is None:
            raise
        return again
    tenants = {False: command.test_tenant, True: command.live_tenant}
    return as_json(tell_opened(engine.db, tenants, opened), status=201)


@router.get("/v1/account", response_model=AccountObject)
def read(caller: Called) -> Response:
    """Read the account in the mode of your key."""
    with caller.reading() as uow:
        return as_json(AccountObject.of(uow.tenants.get(), uow.tenants.branding()))


@router.patch("/v1/account", response_model=AccountObject)
def change(body: AccountChange, caller: Called) -> Response:
    """Change name, policies and looks, in the mode of your key."""
    changes = cast(AccountChanges, body.model_dump(exclude_unset=True))
    if "business_name" in body.model_fields_set:
        changes["name"] = body.business_name
    if "address" in body.model_fields_set:
        changes["address"] = body.address.lines
    command = ChangeAccount(caller.tenant, caller.at, changes)
    change_account(command, db=caller.engine.db, pdf=caller.engine.pdf)
    return read(caller)


def _command(body: AccountCreate, engine: Engine) -> OpenAccount:
    at = engine.clock.now()
    account, test, live = new_ids(at, 3)
    return OpenAccount(
        account=account,
        test_tenant=test,
        live_tenant=live,
        at=at,
        business_name=body.business_name,
        email=body.email,
        password=body.password,
        country=body.country,
        state=body.state,
        timezone=body.timezone,
        currency=body.currency,
        gstin=body.gstin,
        address=body.address.lines if body.address else Address(),
    )


def _claim(key: str, command: OpenAccount, request: Request, engine: Engine) -> Claim:
    """Nobody is signed in yet, so the key is kept with the test tenant that comes of it."""
    return Claim(
        key=key,
        endpoint="POST /v1/accounts",
        fingerprint=fingerprint(request.state.raw_body, pepper=engine.settings.secret()),
        object_id=command.account,
        status=201,
        at=command.at,
    )


def _again(claim: Claim, email: str, db: Database) -> Response | None:
    tenants = account_of_email(db, email)
    if tenants is None:
        return None
    with db.transaction(tenants[False]) as uow:
        answered = look_up(uow, claim)
    if answered is None:
        return None
    told = tell_opened(db, tenants, None)
    return as_json(told, status=answered.status, **{"Idempotent-Replayed": "true"})
