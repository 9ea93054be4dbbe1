"""Lists of what is sold, to whom and under which registration."""

from typing import Any

from khata.core.account import ApiKey
from khata.core.catalog import Plan, Product
from khata.core.customer import Customer, PaymentMethod
from khata.core.registration import Registration
from khata.db.reads.lists import Filter, Listing
from khata.db.stores.catalog import PLAN_FIELDS, plan_of
from khata.db.stores.customers import CUSTOMER_FIELDS, customer_of
from khata.db.stores.sellers import REGISTRATION_FIELDS, registration_of


def _product(row: dict[str, Any]) -> Product:
    return Product(**row)


def _payment_method(row: dict[str, Any]) -> PaymentMethod:
    return PaymentMethod(**row)


def _api_key(row: dict[str, Any]) -> ApiKey:
    return ApiKey(**row)


PRODUCTS = Listing(
    source="products",
    fields="id, name, tax_code, description, metadata, created_at",
    of=_product,
    prefix="prod",
    what="product",
)

PLANS: Listing[Plan] = Listing(
    source="plans p",
    fields=PLAN_FIELDS,
    of=plan_of,
    prefix="plan",
    what="plan",
    filters={
        "product": Filter("product_id = %s", prefix="prod", refers="products", what="product"),
        "code": Filter("code = %s"),
    },
)

CUSTOMERS: Listing[Customer] = Listing(
    source="customers c",
    fields=CUSTOMER_FIELDS,
    of=customer_of,
    prefix="cus",
    what="customer",
    filters={"email": Filter("lower(email) = lower(%s)")},
)

PAYMENT_METHODS = Listing(
    source="payment_methods",
    fields="id, customer_id, gateway, token, is_default, created_at, detached_at",
    of=_payment_method,
    prefix="pm",
    what="payment method",
    filters={
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer")
    },
)

REGISTRATIONS: Listing[Registration] = Listing(
    source="registrations",
    fields=REGISTRATION_FIELDS,
    of=registration_of,
    prefix="reg",
    what="registration",
)

API_KEYS = Listing(
    source="api_keys",
    fields="id, prefix, last4, created_at, revoked_at",
    of=_api_key,
    prefix="key",
    what="API key",
)
