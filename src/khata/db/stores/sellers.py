"""Registrations: under which name and tax number the tenant sells."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.e_invoice.dated import ExemptClass
from khata.core.e_invoice.duty import Portal
from khata.core.places import Address
from khata.core.registration import Registration
from khata.core.registration_rules import RegistrationRule
from khata.core.tax.cross_border import cross_border_of
from khata.core.tax.parties import (
    CrossBorder,
    ExportRoute,
    Lut,
    Nexus,
    NexusScheme,
    NotRegistered,
    Scheme,
    TaxChoices,
    VatRegistration,
    VatScheme,
)
from khata.core.tax.rupees import OLDEST_DAYS
from khata.core.tax.tenant_facts import TenantFacts
from khata.core.tax.vat_area import union
from khata.db.rows import Connection, insert_rows
from khata.db.stores.parties import add_party
from khata.db.stores.registration_rules import RULES_AS_JSON, rules_of
from khata.db.stores.tax_confirmations import CONFIRMATIONS_AS_JSON, confirmations_of
from khata.db.stores.tax_facts import TENANT_FACTS, TaxFacts, days_of_facts, facts_of

_COLUMNS = (
    "id, legal_name, country, state, tax_id_type, tax_id, address, party_id, series, is_default,"
    " created_at, scheme, export_route, trade_name, bank, logo, signatory,"
    " annual_returns, e_invoice_exempt_as, effective_on, certificate_on, succeeds"
)
REGISTRATION_FIELDS = f"""
    {_COLUMNS},
    array(select array[l.number, l.valid_from::text, l.valid_to::text] from luts l
           where l.registration_id = registrations.id order by l.valid_from) as luts,
    array(select array[v.country, v.number, v.scheme, v.valid_from::text, v.valid_to::text]
            from vat_registrations v where v.registration_id = registrations.id
           order by v.country, v.scheme, v.valid_from) as vat_registrations,
    array(select array[n.country, n.state, n.number, n.valid_from::text, n.valid_to::text, n.scheme]
            from nexuses n where n.registration_id = registrations.id
           order by n.country, n.state, n.valid_from) as nexuses,
    {CONFIRMATIONS_AS_JSON} as confirmations,
    (select policies from tenants) as policies
"""

_PORTAL = """
    (select array[c.voluntary::text, c.exempt_as, c.valid_from::text] from irp_connections c
      where c.registration_id = registrations.id)
"""


class Sellers:
    """Tables registrations, luts, vat_registrations and nexuses, with the party each shows now."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, registration: Registration, facts: Mapping[str, Any]) -> None:
        """Add the registration, its letters of undertaking and its party."""
        add_party(self._connection, registration.party_id, facts, registration.created_at)
        self._connection.execute(
            f"insert into registrations ({_COLUMNS})"
            f" values ({', '.join(f'%({column})s' for column in _COLUMNS.split(', '))})",
            _row(registration),
        )
        self._add_luts(registration)
        self._add_vat(registration)
        self._add_nexuses(registration)

    def change(self, registration: Registration, facts: Mapping[str, Any], at: datetime) -> None:
        """Write the registration as it is now; documents made before keep their party."""
        add_party(self._connection, registration.party_id, facts, at)
        self._connection.execute(
            "update registrations set legal_name = %(legal_name)s, address = %(address)s,"
            " party_id = %(party_id)s, series = %(series)s, is_default = %(is_default)s,"
            " scheme = %(scheme)s, export_route = %(export_route)s, trade_name = %(trade_name)s,"
            " bank = %(bank)s, logo = %(logo)s, signatory = %(signatory)s,"
            " annual_returns = %(annual_returns)s, e_invoice_exempt_as = %(e_invoice_exempt_as)s,"
            " effective_on = %(effective_on)s, certificate_on = %(certificate_on)s"
            " where id = %(id)s",
            _row(registration),
        )
        self._connection.execute("delete from luts where registration_id = %s", [registration.id])
        self._add_luts(registration)
        self._connection.execute(
            "delete from vat_registrations where registration_id = %s", [registration.id]
        )
        self._add_vat(registration)
        self._connection.execute(
            "delete from nexuses where registration_id = %s", [registration.id]
        )
        self._add_nexuses(registration)

    def no_default(self) -> None:
        """Leave the tenant without a default, for the one that follows."""
        self._connection.execute("update registrations set is_default = false where is_default")

    def get(self, id: UUID) -> Registration | None:
        """Return the registration, or None."""
        return next(iter(self._where("where id = %s", id)), None)

    def selling(
        self, ids: Sequence[UUID], *, on: date
    ) -> dict[UUID, tuple[Registration, TenantFacts, Portal | None]]:
        """Return those that exist, by id, with what counts of the tenant's taxes on a day.

        The third is the connection to a portal of e-invoices.

        Where what was sold across borders decides, they are with that, too.
        """
        sql = f"select {REGISTRATION_FIELDS}, {TENANT_FACTS} as facts, {_PORTAL} as portal"
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"{sql} from registrations where id = any(%(ids)s)",
                {"ids": list(ids), **days_of_facts(on)},
            ).fetchall()
        facts = facts_of(rows[0]["facts"]) if rows else TenantFacts()
        portals = {}
        for row in rows:
            del row["facts"]
            portals[row["id"]] = _portal_of(row.pop("portal"))
        found = [registration_of(row) for row in rows]
        asking = {one.country for one in found if one.counts_cross_border(on=on)}
        sold = {country: self._cross_border(country, on) for country in asking}
        return {
            one.id: (
                replace(one, cross_border=sold.get(one.country, one.cross_border)),
                facts,
                portals[one.id],
            )
            for one in found
        }

    def _cross_border(self, country: str, on: date) -> CrossBorder:
        rows = self._connection.execute(
            _CROSS_BORDER,
            {"states": sorted(union()), "country": country, "year": on.year, "on": on},
        ).fetchall()
        others = {currency for _, currency, _, _ in rows} - {"EUR"}
        if not others:
            return cross_border_of(rows, (), on=on)
        rates = TaxFacts(self._connection).exchange_between(
            date(on.year - 1, 1, 1) - timedelta(days=OLDEST_DAYS), on, ["EUR", *sorted(others)]
        )
        return cross_border_of(rows, rates, on=on)

    def lock(self, id: UUID) -> Registration | None:
        """Return the registration, held until the transaction ends, or None."""
        return next(iter(self._where("where id = %s for update", id)), None)

    def default(self) -> Registration:
        """Return the registration that sells where none is named."""
        return self._where("where is_default")[0]

    def default_and_rules(self) -> tuple[Registration, list[RegistrationRule]]:
        """Return the default, and the rules by which another one sells in its place."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                f"select {REGISTRATION_FIELDS}, {RULES_AS_JSON} as rules"
                " from registrations where is_default"
            ).fetchone()
        assert row is not None  # there is always one
        rules = rules_of(row.pop("rules"))
        return registration_of(row), rules

    def all(self) -> list[Registration]:
        """Return every registration, the default first."""
        return self._where("order by is_default desc, id")

    def with_tax_id(self, tax_id: str) -> Registration | None:
        """Return the registration that has this tax number, or None."""
        return next(iter(self._where("where tax_id = %s", tax_id)), None)

    def successor_of(self, id: UUID) -> Registration | None:
        """Return the registration that sells in the place of this one, or None."""
        return next(iter(self._where("where succeeds = %s", id)), None)

    def hold_sold(self, id: UUID) -> None:
        """Hold all subscriptions of a registration; whoever holds one of them ends before.

        They are locked before registrations, as everywhere.
        """
        self._connection.execute(
            "select 1 from subscriptions where registration_id = %s order by id for no key update",
            [id],
        )

    def hand_over(self, before: UUID, after: UUID) -> None:
        """Let one registration sell all that another did: by subscriptions and by rules."""
        for table in ("subscriptions", "registration_rules"):
            self._connection.execute(
                f"update {table} set registration_id = %s where registration_id = %s",
                [after, before],
            )

    def series_used(self, id: UUID, document: str) -> list[str]:
        """Return every series of a type of document in which the registration has counted."""
        rows = self._connection.execute(
            "select distinct series from number_counters"
            " where registration_id = %s and document_type = %s order by series",
            [id, document],
        )
        return [row[0] for row in rows]

    def _add_luts(self, registration: Registration) -> None:
        insert_rows(
            self._connection,
            "luts",
            [
                {
                    "registration_id": registration.id,
                    "number": lut.number,
                    "valid_from": lut.valid_from,
                    "valid_to": lut.valid_to,
                }
                for lut in registration.luts
            ],
        )

    def _add_vat(self, registration: Registration) -> None:
        insert_rows(
            self._connection,
            "vat_registrations",
            [
                {
                    "registration_id": registration.id,
                    "country": one.country,
                    "number": one.number,
                    "scheme": one.scheme,
                    "valid_from": one.valid_from,
                    "valid_to": one.valid_to,
                }
                for one in registration.vat_registrations
            ],
        )

    def _add_nexuses(self, registration: Registration) -> None:
        insert_rows(
            self._connection,
            "nexuses",
            [
                {
                    "registration_id": registration.id,
                    "country": one.country,
                    "state": one.state or "",
                    "number": one.number,
                    "scheme": one.scheme,
                    "valid_from": one.valid_from,
                    "valid_to": one.valid_to,
                }
                for one in registration.nexuses
            ],
        )

    def _where(self, condition: str, *parameters: object) -> list[Registration]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"select {REGISTRATION_FIELDS} from registrations {condition}", parameters
            ).fetchall()
        return [registration_of(row) for row in rows]


def registration_of(row: dict[str, Any]) -> Registration:
    """Return the registration that a row of the table holds."""
    row["luts"] = tuple(
        Lut(number, date.fromisoformat(begins), date.fromisoformat(ends))
        for number, begins, ends in row["luts"]
    )
    row["vat_registrations"] = tuple(
        VatRegistration(
            country,
            number,
            VatScheme(scheme),
            date.fromisoformat(begins),
            date.fromisoformat(ends) if ends else None,
        )
        for country, number, scheme, begins, ends in row["vat_registrations"]
    )
    row["nexuses"] = tuple(
        Nexus(
            country,
            state or None,
            number,
            date.fromisoformat(begins),
            date.fromisoformat(ends) if ends else None,
            NexusScheme(scheme),
        )
        for country, state, number, begins, ends, scheme in row["nexuses"]
    )
    row["confirmations"] = confirmations_of(row["confirmations"])
    row["choices"] = _choices(row.pop("policies") or {})
    row["address"] = Address(**row["address"])
    row["scheme"] = Scheme(row["scheme"])
    row["export_route"] = ExportRoute(row["export_route"])
    exempt = row["e_invoice_exempt_as"]
    row["e_invoice_exempt_as"] = ExemptClass(exempt) if exempt else None
    row["annual_returns"] = {
        year: date.fromisoformat(day) for year, day in row["annual_returns"].items()
    }
    return Registration(**row)


def _choices(policies: Mapping[str, Any]) -> TaxChoices:
    default = TaxChoices()
    return TaxChoices(
        NotRegistered(policies.get("tax_not_registered", default.not_registered)),
        policies.get("vat_check_days", default.check_days),
    )


# Sales to consumers in other states of the Union, this calendar year and the one before, less what
# was credited of them. Source: Directive 2006/112/EC, article 59c(1)(c).
_CROSS_BORDER = """
    select extract(year from i.issued_on)::int as year, i.currency,
           case when i.currency <> 'EUR' then i.issued_on end as issued_on, -- of euros: any day
           sum(i.subtotal - i.discount - coalesce((
             select sum(n.subtotal) from credit_notes n
              where n.invoice_id = i.id and n.voided_at is null), 0))::bigint
      from invoices i
     where i.issued_on >= make_date(%(year)s - 1, 1, 1) and i.issued_on <= %(on)s
       and i.status in ('open', 'paid', 'uncollectible')
       and i.levy ->> 'treatment' = 'taxable' and i.levy ->> 'regime' = 'vat'
       and i.levy ->> 'buyer_id' is null
       and i.place_country = any(%(states)s) and i.place_country <> %(country)s
     group by 1, 2, 3
"""


def _row(registration: Registration) -> dict[str, Any]:
    return {
        "id": registration.id,
        "legal_name": registration.legal_name,
        "country": registration.country,
        "state": registration.state,
        "tax_id_type": registration.tax_id_type,
        "tax_id": registration.tax_id,
        "address": Jsonb(registration.address.stored()),
        "party_id": registration.party_id,
        "series": Jsonb(dict(registration.series)),
        "is_default": registration.is_default,
        "created_at": registration.created_at,
        "scheme": registration.scheme,
        "export_route": registration.export_route,
        "trade_name": registration.trade_name,
        "bank": None if registration.bank is None else Jsonb(dict(registration.bank)),
        "logo": registration.logo,
        "signatory": registration.signatory,
        "e_invoice_exempt_as": registration.e_invoice_exempt_as,
        "annual_returns": Jsonb(
            {year: day.isoformat() for year, day in registration.annual_returns.items()}
        ),
        "effective_on": registration.effective_on,
        "certificate_on": registration.certificate_on,
        "succeeds": registration.succeeds,
    }


def _portal_of(row: Sequence[str | None] | None) -> Portal | None:
    if row is None:
        return None
    voluntary, exempt_as, valid_from = row
    assert valid_from is not None  # its column is never null
    return Portal(
        voluntary == "true",
        ExemptClass(exempt_as) if exempt_as else None,
        date.fromisoformat(valid_from),
    )
