"""The bodies and recipes of each area together, each kept in a file of its own."""

from collections.abc import Callable
from typing import Any

from tests.api.abroad_recipes import ABROAD_BODIES, ABROAD_RECIPES
from tests.api.dispute_recipes import DISPUTE_BODIES, DISPUTE_RECIPES
from tests.api.dunning_recipes import DUNNING_BODIES
from tests.api.fund_recipes import FUND_BODIES, FUND_RECIPES
from tests.api.gateway_recipes import GATEWAY_BODIES, GATEWAY_RECIPES
from tests.api.link_recipes import LINK_BODIES, LINK_RECIPES
from tests.api.mandate_recipes import MANDATE_BODIES, MANDATE_RECIPES
from tests.api.price_recipes import PRICE_BODIES, PRICE_RECIPES
from tests.api.return_recipes import RETURN_BODIES, RETURN_RECIPES
from tests.api.seller import Recipe, Seller
from tests.api.settlement_recipes import SETTLEMENT_BODIES, SETTLEMENT_RECIPES
from tests.api.tax_recipes import TAX_BODIES, TAX_RECIPES
from tests.api.usage_recipes import USAGE_BODIES, USAGE_RECIPES

MORE_BODIES: dict[str, Callable[[Seller], Any]] = {
    **ABROAD_BODIES,
    **DISPUTE_BODIES,
    **DUNNING_BODIES,
    **FUND_BODIES,
    **GATEWAY_BODIES,
    **LINK_BODIES,
    **MANDATE_BODIES,
    **PRICE_BODIES,
    **RETURN_BODIES,
    **SETTLEMENT_BODIES,
    **TAX_BODIES,
    **USAGE_BODIES,
}
MORE_RECIPES: dict[str, Recipe] = {
    **ABROAD_RECIPES,
    **DISPUTE_RECIPES,
    **FUND_RECIPES,
    **GATEWAY_RECIPES,
    **LINK_RECIPES,
    **MANDATE_RECIPES,
    **PRICE_RECIPES,
    **RETURN_RECIPES,
    **SETTLEMENT_RECIPES,
    **TAX_RECIPES,
    **USAGE_RECIPES,
}
