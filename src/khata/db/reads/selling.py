"""Lists of what is sold, to whom and under which registration."""

from typing import Any

from khata.core.account import ApiKey, Sandbox
from khata.core.catalog import Plan, Price
from khata.core.customer import Customer
from khata.core.dunning_terms import DunningPolicy
from khata.core.entitlements import Entitlement, Feature
from khata.core.registration import Registration
from khata.db.reads.lists import Filter, Listing
from khata.db.stores.catalog import (
    PLAN_FIELDS,
    PRICE_FIELDS,
    PRODUCT_FIELDS,
    plan_of,
    price_of_row,
    product_of,
)
from khata.db.stores.customers import CUSTOMER_FIELDS, customer_of
from khata.db.stores.dunning import POLICY_FIELDS, policy_of
from khata.db.stores.features import (
    ENTITLEMENT_FIELDS,
    FEATURE_FIELDS,
    entitlement_of,
    feature_of,
)
from khata.db.stores.payment_methods import METHOD_FIELDS, method_of
from khata.db.stores.sandboxes import SANDBOX_FIELDS
from khata.db.stores.sellers import REGISTRATION_FIELDS, registration_of


def _api_key(row: dict[str, Any]) -> ApiKey:
    return ApiKey(**row)


def _sandbox(row: dict[str, Any]) -> Sandbox:
    return Sandbox(**row)


PRODUCTS = Listing(
    source="products",
    fields=PRODUCT_FIELDS,
    of=product_of,
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

DUNNING_POLICIES: Listing[DunningPolicy] = Listing(
    source="dunning_policies d",
    fields=POLICY_FIELDS,
    of=policy_of,
    prefix="dun",
    what="dunning policy",
)

OWN_PRICES: Listing[Price] = Listing(
    source="(select * from prices where customer_id is not null) r",
    fields=PRICE_FIELDS,
    of=lambda row: price_of_row(tuple(row.values())),
    prefix="price",
    what="price",
    filters={
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer"),
        "plan": Filter("plan_id = %s", prefix="plan", refers="plans", what="plan"),
    },
)

CUSTOMERS: Listing[Customer] = Listing(
    source="customers c",
    fields=CUSTOMER_FIELDS,
    of=customer_of,
    prefix="cus",
    what="customer",
    filters={
        "email": Filter("lower(email) = lower(%s)"),
        "payer": Filter("payer_id = %s", prefix="cus", refers="customers", what="customer"),
    },
)

PAYMENT_METHODS = Listing(
    source="payment_methods",
    fields=METHOD_FIELDS,
    of=method_of,
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

SANDBOXES = Listing(
    source="sandboxes_of_account()",
    fields=SANDBOX_FIELDS,
    of=_sandbox,
    prefix="ten",
    what="sandbox",
)

FEATURES: Listing[Feature] = Listing(
    source="features",
    fields=FEATURE_FIELDS,
    of=feature_of,
    prefix="feat",
    what="feature",
    filters={"code": Filter("code = %s")},
)

ENTITLEMENTS: Listing[Entitlement] = Listing(
    source="plan_entitlements",
    fields=ENTITLEMENT_FIELDS,
    of=entitlement_of,
    prefix="ent",
    what="entitlement",
    filters={
        "plan": Filter("plan_id = %s", prefix="plan", refers="plans", what="plan"),
        "feature": Filter("feature_id = %s", prefix="feat", refers="features", what="feature"),
    },
)
