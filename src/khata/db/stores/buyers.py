"""A buyer, as the queries that take what is due read it beside its subscription."""

from typing import Any

from khata.core.tax.parties import Buyer
from khata.db.stores.abroad import abroad_of
from khata.db.stores.exemptions import exemptions_of


def buyer_of(
    country: Any,
    state: Any,
    gstin: Any,
    sez: Any,
    has_address: Any,
    related: Any,
    deemed_export: Any,
    exemptions: Any,
    abroad: Any,
) -> Buyer:
    """Return the buyer of these columns; the last two are what EXEMPTIONS_OF and ABROAD read."""
    held, seen = exemptions_of(exemptions), abroad_of(abroad)
    return Buyer(country, state, gstin, sez, has_address, related, deemed_export, held, seen)
