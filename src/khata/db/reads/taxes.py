"""Lists of what a tenant has told of its taxes."""

from typing import Any

from khata.db.reads.lists import Filter, Listing
from khata.db.stores.exemptions import EXEMPTION_FIELDS
from khata.db.stores.registration_rules import RULE_FIELDS
from khata.db.stores.tax_confirmations import CONFIRMATION_FIELDS, Confirmed, confirmed_of
from khata.db.stores.tax_facts import EXCHANGE_FIELDS, RATE_FIELDS, TURNOVER_FIELDS

Row = dict[str, Any]  # of the fields that the listing names


def _as_read(row: Row) -> Row:
    return row


TAX_RATES: Listing[Row] = Listing(
    source="tax_rates",
    fields=RATE_FIELDS,
    of=_as_read,
    prefix="txr",
    what="tax rate",
    filters={"prefix": Filter("prefix = %s")},
)

TAX_CONFIRMATIONS: Listing[Confirmed] = Listing(
    source="tax_confirmations",
    fields=CONFIRMATION_FIELDS,
    of=confirmed_of,
    prefix="txc",
    what="tax confirmation",
    filters={"state": Filter("state = %s")},
)

TURNOVERS: Listing[Row] = Listing(
    source="turnovers",
    fields=TURNOVER_FIELDS,
    of=_as_read,
    prefix="trn",
    what="turnover",
)

EXCHANGE_RATES: Listing[Row] = Listing(
    source="exchange_rates",
    fields=EXCHANGE_FIELDS,
    of=_as_read,
    prefix="fx",
    what="exchange rate",
    filters={"currency": Filter("currency = %s")},
)

REGISTRATION_RULES: Listing[Row] = Listing(
    source="registration_rules",
    fields=RULE_FIELDS,
    of=_as_read,
    prefix="rrl",
    what="registration rule",
    filters={
        "registration": Filter(
            "registration_id = %s", prefix="reg", refers="registrations", what="registration"
        )
    },
)

EXEMPTIONS: Listing[Row] = Listing(
    source="exemptions",
    fields=EXEMPTION_FIELDS,
    of=_as_read,
    prefix="exm",
    what="exemption",
    filters={
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer")
    },
)
