"""/v1/wallets"""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.wallets import (
    TopUpCreate,
    TopUpObject,
    WalletChange,
    WalletCreate,
    WalletCreditObject,
    WalletEntryObject,
    WalletObject,
)
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.core.subscription import CollectionMethod
from khata.db.reads.lists import find
from khata.db.reads.wallets import TOP_UPS, WALLET_CREDITS, WALLET_ENTRIES, WALLETS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.wallets.change_wallet import ChangeWallet, WalletChanges, change_wallet
from khata.usecases.wallets.open_wallet import OpenWallet, open_wallet
from khata.usecases.wallets.top_up_wallet import TopUpWallet, top_up_wallet

router = APIRouter(prefix="/v1/wallets", tags=["Wallets"], route_class=StrictRoute)


class WalletQuery(ListQuery):
    """Which wallets."""

    customer: Id | None = Field(None, description="Only those of this customer")


@router.post("", status_code=201, response_model=WalletObject)
def create(body: WalletCreate, post: Posted) -> Response:
    """Open a wallet for a customer."""
    caller = post.caller
    customer = parse_id("cus", body.customer, param="customer")

    def act(db: Database, id: UUID) -> None:
        command = OpenWallet(
            caller.tenant,
            id,
            caller.at,
            customer,
            body.currency,
            body.name,
            body.priority,
            body.recharge_below,
            body.recharge_amount,
            body.metadata,
            body.tax_code,
        )
        open_wallet(command, db=db)

    return post.make(act, tell)


@router.get("", response_model=ListOf[WalletObject])
def list_all(caller: Called, query: Annotated[WalletQuery, Query()]) -> Response:
    """List the wallets, newest first."""
    return listed(caller, WALLETS, query, WalletObject.of)


@router.get("/{id}", response_model=WalletObject)
def read(id: str, caller: Called) -> Response:
    """Read a wallet."""
    return caller.answer(tell, parse_id("wal", id))


@router.patch("/{id}", response_model=WalletObject)
def change(id: str, body: WalletChange, caller: Called) -> Response:
    """Change a wallet. One that is low by its new threshold tops itself up at once."""
    wallet = parse_id("wal", id)
    changes = cast(WalletChanges, body.model_dump(exclude_unset=True))
    change_wallet(ChangeWallet(caller.tenant, wallet, caller.at, changes), db=caller.engine.db)
    return caller.answer(tell, wallet)


@router.post("/{id}/top_ups", status_code=201, response_model=TopUpObject)
def top_up(id: str, body: TopUpCreate, post: Posted) -> Response:
    """Top up a wallet: by an invoice that fills it when it is paid, or with granted credit."""
    caller, wallet = post.caller, parse_id("wal", id)

    def act(db: Database, top_up: UUID) -> None:
        command = TopUpWallet(
            tenant=caller.tenant,
            id=top_up,
            at=caller.at,
            wallet_id=wallet,
            amount=body.amount,
            paid=body.paid,
            expires_on=body.expires_on,
            priority=body.priority,
            name=body.name,
            currency=body.currency,
            collection_method=CollectionMethod(body.collection_method),
        )
        top_up_wallet(command, db=db, tools=caller.engine.tools)

    return post.make(act, tell_top_up)


@router.get("/{id}/top_ups", response_model=ListOf[TopUpObject])
def top_ups(id: str, caller: Called, query: Annotated[ListQuery, Query()]) -> Response:
    """List what was to come into a wallet, newest first."""
    narrowed = {"wallet": parse_id("wal", id)}
    return listed(caller, TOP_UPS, query, TopUpObject.of, within=narrowed)


@router.get("/{id}/wallet_credits", response_model=ListOf[WalletCreditObject])
def credits(id: str, caller: Called, query: Annotated[ListQuery, Query()]) -> Response:
    """List what came into a wallet and what is left of each, newest first."""
    narrowed = {"wallet": parse_id("wal", id)}
    return listed(caller, WALLET_CREDITS, query, WalletCreditObject.of, within=narrowed)


@router.get("/{id}/wallet_entries", response_model=ListOf[WalletEntryObject])
def entries(id: str, caller: Called, query: Annotated[ListQuery, Query()]) -> Response:
    """List every change of a wallet, newest first."""
    narrowed = {"wallet": parse_id("wal", id)}
    return listed(caller, WALLET_ENTRIES, query, WalletEntryObject.of, within=narrowed)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> WalletObject:
    return WalletObject.of(uow.wallets.get(id), livemode)


def tell_top_up(uow: UnitOfWork, id: UUID, livemode: bool) -> TopUpObject:
    return TopUpObject.of(find(uow.connection, TOP_UPS, id), livemode)
