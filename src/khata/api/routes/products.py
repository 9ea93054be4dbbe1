"""/v1/products"""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.products import ProductChange, ProductCreate, ProductObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.core.tax.nature import Nature
from khata.db.reads.selling import PRODUCTS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.selling.change_product import ChangeProduct, ProductChanges, change_product
from khata.usecases.selling.create_product import CreateProduct, create_product

router = APIRouter(prefix="/v1/products", tags=["Products"], route_class=StrictRoute)


@router.post("", status_code=201, response_model=ProductObject)
def create(body: ProductCreate, post: Posted) -> Response:
    """Add a product to the catalogue."""
    caller = post.caller

    def act(db: Database, id: UUID) -> None:
        command = CreateProduct(
            caller.tenant,
            id,
            caller.at,
            body.name,
            body.tax_code,
            body.description,
            body.metadata,
            Nature(body.tax_nature),
            body.reverse_charge,
        )
        create_product(command, db=db)

    return post.make(act, tell)


@router.get("", response_model=ListOf[ProductObject])
def list_all(caller: Called, query: Annotated[ListQuery, Query()]) -> Response:
    """List the products, newest first."""
    return listed(caller, PRODUCTS, query, ProductObject.of)


@router.get("/{id}", response_model=ProductObject)
def read(id: str, caller: Called) -> Response:
    """Read a product."""
    return caller.answer(tell, parse_id("prod", id))


@router.patch("/{id}", response_model=ProductObject)
def change(id: str, body: ProductChange, caller: Called) -> Response:
    """Change a product. Invoices made before keep what they show."""
    product = parse_id("prod", id)
    changes = cast(ProductChanges, body.model_dump(exclude_unset=True))
    change_product(ChangeProduct(caller.tenant, product, caller.at, changes), db=caller.engine.db)
    return caller.answer(tell, product)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> ProductObject:
    product = uow.catalog.product(id)
    if product is None:
        raise NotFound("product", public_id("prod", id))
    return ProductObject.of(product, livemode)
