"""Dunning as rows: policies and their versions, campaigns, steps, and past tries of a method."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.campaign import Campaign, Step
from khata.core.dunning_terms import DunningPolicy, DunningTerms, Followed
from khata.core.ids import new_id
from khata.core.network_caps import LOOKED_BACK, PastTries, PastTry
from khata.core.policies import Policies
from khata.core.working_days import Whereabouts
from khata.db.rows import Connection, as_json

POLICY_FIELDS: Final = """d.id, d.name, d.version, d.created_at, d.changed_at,
    (select v.terms from dunning_policy_versions v
      where v.policy_id = d.id and v.version = d.version) as terms"""


class Dunning:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_policy(self, policy: DunningPolicy) -> bool:
        """Add a policy with its first version; answer False when its name is taken."""
        cursor = self._connection.execute(
            "insert into dunning_policies (id, name, version, created_at, changed_at)"
            " values (%s, %s, %s, %s, %s) on conflict (tenant_id, name) do nothing",
            [policy.id, policy.name, policy.version, policy.created_at, policy.changed_at],
        )
        if cursor.rowcount == 1:
            self._add_version(policy)
        return cursor.rowcount == 1

    def change_policy(self, policy: DunningPolicy, *, is_new_version: bool) -> None:
        """Write the name of a policy that is locked, and its terms as the next version."""
        self._connection.execute(
            "update dunning_policies set name = %s, version = %s, changed_at = %s where id = %s",
            [policy.name, policy.version, policy.changed_at, policy.id],
        )
        if is_new_version:
            self._add_version(policy)

    def policy(self, id: UUID) -> DunningPolicy | None:
        """Return the policy as it is now, or None."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                f"select {POLICY_FIELDS} from dunning_policies d where d.id = %s", [id]
            ).fetchone()
        return None if row is None else policy_of(row)

    def lock_policy(self, id: UUID) -> DunningPolicy | None:
        """Return the policy, held until the transaction ends, or None."""
        self._connection.execute("select 1 from dunning_policies where id = %s for update", [id])
        return self.policy(id)

    def has_name(self, name: str, *, beside: UUID) -> bool:
        """Say whether another policy has the name."""
        row = self._connection.execute(
            "select 1 from dunning_policies where name = %s and id <> %s", [name, beside]
        ).fetchone()
        return row is not None

    def candidates(self, invoice_id: UUID, policies: Policies) -> list[Followed]:
        """Return the terms of every plan that the invoice bills, as they are now.

        `policies` are the tenant's, for plans without a policy and where no plan is billed.
        """
        rows = self._connection.execute(_CANDIDATES, {"invoice": invoice_id}).fetchall()
        found = [
            Followed(DunningTerms.of(policies))
            if policy_id is None
            else Followed(DunningTerms.read(terms), policy_id, version)
            for policy_id, version, terms in rows
        ]
        return found or [Followed(DunningTerms.of(policies))]

    def version(self, policy_id: UUID, version: int) -> DunningTerms:
        """Return one version of a policy, which is there."""
        row = self._connection.execute(
            "select terms from dunning_policy_versions where policy_id = %s and version = %s",
            [policy_id, version],
        ).fetchone()
        assert row is not None, "a campaign's version is never removed"
        return DunningTerms.read(row[0])

    def campaign(self, invoice_id: UUID) -> Campaign | None:
        """Return the campaign of an invoice, or None. Whoever changes it holds the invoice."""
        row = self._connection.execute(
            f"select {_COLUMNS} from dunning_campaigns where invoice_id = %s", [invoice_id]
        ).fetchone()
        return None if row is None else Campaign(*row)

    def keep(self, campaign: Campaign) -> None:
        """Write the campaign of an invoice that is locked, new or changed."""
        self._connection.execute(_KEEP, [as_json([_row(campaign)])])

    def keep_and_note(self, campaign: Campaign, step: Step, at: datetime, **facts: Any) -> None:
        """Write the campaign as `keep` does, and the step that it came to, in one statement."""
        self._connection.execute(
            f"with kept as ({_KEEP} returning invoice_id)"
            " insert into dunning_steps (id, invoice_id, step, at, facts)"
            " select %s, invoice_id, %s, %s, %s::jsonb from kept",
            [as_json([_row(campaign)]), new_id(at), step.value, at, as_json(facts)],
        )

    def note(self, invoice_id: UUID, step: Step, at: datetime, **facts: Any) -> None:
        """Add a step to a campaign's history; an invoice that never failed has none."""
        self._connection.execute(
            "insert into dunning_steps (id, invoice_id, step, at, facts)"
            " select %s, c.invoice_id, %s, %s, %s::jsonb"
            "   from dunning_campaigns c where c.invoice_id = %s",
            [new_id(at), step.value, at, as_json(facts), invoice_id],
        )

    def due(self, at: datetime, *, limit: int) -> list[UUID]:
        """Return the invoices whose campaigns have a step due, the longest due first."""
        rows = self._connection.execute(
            "select invoice_id from dunning_campaigns where tenant_id = current_tenant()"
            " and next_step_at <= %s order by next_step_at, invoice_id limit %s",
            [at, limit],
        )
        return [row[0] for row in rows]

    def link_used(self, invoice_id: UUID, at: datetime) -> None:
        """Note that the customer pays on the invoice's page, so that the figures can say so."""
        self._connection.execute(
            "update dunning_campaigns set link_used_at = %s"
            " where invoice_id = %s and recovered_at is null",
            [at, invoice_id],
        )

    def stop_steps(self, invoice_id: UUID) -> None:
        """Let nothing more be due of a campaign until it is given back."""
        self._connection.execute(
            "update dunning_campaigns set next_step_at = null where invoice_id = %s", [invoice_id]
        )

    def give_back(self, payment_id: UUID) -> None:
        """Let a campaign that was set aside go on where it stood, when a person says so."""
        self._connection.execute(
            "update dunning_campaigns"
            " set next_step_at = least(announces_at, warns_at, access_ends_at)"
            " where payment_id = %s and ended_at is null",
            [payment_id],
        )

    def mail_hours(
        self, payment_ids: Sequence[UUID]
    ) -> dict[UUID, tuple[DunningTerms, Whereabouts]]:
        """Return, by payment, the terms that say when mails leave, and where the customer is."""
        rows = self._connection.execute(_HOURS, [list(payment_ids)])
        return {
            payment: (DunningTerms.read(terms), Whereabouts(zone, country))
            for payment, terms, zone, country in rows
        }

    def drop_waiting_mails(self, invoice_id: UUID) -> None:
        """Let mails of an invoice's dunning not leave that wait for the working hours."""
        self._connection.execute(
            "delete from mails where invoice_id = %s and status = 'queued' and tries = 0"
            " and kind = any(%s)",
            [invoice_id, ["payment_failed", "payment_retrying", "payment_last_warning"]],
        )

    def credited_since(self, invoice_id: UUID, at: datetime) -> int:
        """Return by how much credit notes have lowered an invoice since, in minor units."""
        row = self._connection.execute(
            "select coalesce(sum(to_invoice), 0)::bigint from credit_notes"
            " where invoice_id = %s and created_at >= %s and voided_at is null",
            [invoice_id, at],
        ).fetchone()
        assert row is not None, "a sum has a row"
        return int(row[0])

    def past_tries(self, method_ids: Sequence[UUID], at: datetime) -> dict[UUID, PastTries]:
        """Return what methods were tried for, of all invoices, in the last thirty days.

        What never reached its gateway is no try; nor is what took money.
        """
        rows = self._connection.execute(
            _PAST_TRIES, {"methods": list(method_ids), "since": at - LOOKED_BACK}
        )
        found: dict[UUID, tuple[str | None, list[PastTry]]] = {}
        for method, brand, *tried in rows:
            found.setdefault(method, (brand, []))[1].append(PastTry(*tried))
        return {id: PastTries(brand, tuple(tries)) for id, (brand, tries) in found.items()}

    def hold_methods(self, method_ids: Sequence[UUID]) -> None:
        """Hold payment methods until the commit, so that two do not try them at once."""
        self._connection.execute(
            "select 1 from payment_methods where id = any(%s) order by id for no key update",
            [list(method_ids)],
        )

    def paused_by_dunning(self, subscription_id: UUID) -> bool:
        """Say whether a subscription that is paused was paused by the end of a campaign."""
        row = self._connection.execute(
            "select actor = 'dunning' from moves where subscription_id = %s"
            " and to_status = 'paused' order by at desc, id desc limit 1",
            [subscription_id],
        ).fetchone()
        return bool(row and row[0])

    def _add_version(self, policy: DunningPolicy) -> None:
        self._connection.execute(
            "insert into dunning_policy_versions (policy_id, version, terms, created_at)"
            " values (%s, %s, %s, %s)",
            [policy.id, policy.version, Jsonb(policy.terms.spelled()), policy.changed_at],
        )


def policy_of(row: Mapping[str, Any]) -> DunningPolicy:
    """Return the policy that a row of POLICY_FIELDS holds."""
    terms = DunningTerms.read(row["terms"])
    return DunningPolicy(
        row["id"], row["name"], row["version"], terms, row["created_at"], row["changed_at"]
    )


_NAMES: Final = tuple(field.name for field in fields(Campaign))
_COLUMNS: Final = ", ".join(_NAMES)
_STORED: Final = (*_NAMES, "next_step_at")
_SET: Final = ", ".join(f"{name} = excluded.{name}" for name in _STORED if name != "invoice_id")
_KEEP: Final = f"""
    insert into dunning_campaigns ({", ".join(_STORED)})
    select {", ".join(_STORED)} from json_populate_recordset(null::dunning_campaigns, %s::json)
    on conflict (tenant_id, invoice_id) do update set {_SET}
"""


def _row(campaign: Campaign) -> dict[str, Any]:
    row = {name: getattr(campaign, name) for name in _NAMES}
    return {**row, "next_step_at": campaign.next_step_at}


_CANDIDATES: Final = """
    select distinct d.id, d.version, v.terms
      from (select subscription_id as id from invoices
             where id = %(invoice)s and subscription_id is not null
            union select subscription_id from invoice_subscriptions
             where invoice_id = %(invoice)s) s
      join subscription_items i on i.tenant_id = current_tenant() and i.subscription_id = s.id
      join plans p on p.tenant_id = i.tenant_id and p.id = i.plan_id
      left join dunning_policies d on d.tenant_id = p.tenant_id and d.id = p.dunning_policy_id
      left join dunning_policy_versions v
        on v.tenant_id = d.tenant_id and v.policy_id = d.id and v.version = d.version
"""

_HOURS: Final = """
    select c.payment_id, v.terms, u.timezone, u.country
      from dunning_campaigns c
      join dunning_policy_versions v on v.tenant_id = c.tenant_id and v.policy_id = c.policy_id
        and v.version = c.policy_version
      join customers u on u.tenant_id = c.tenant_id and u.id = c.customer_id
     where c.payment_id = any(%s)
"""

_PAST_TRIES: Final = """
    select a.payment_method_id, m.brand, a.created_at, a.decline_class, a.decline_code,
           a.status = 'sending'
      from attempts a
      join payment_methods m on m.tenant_id = a.tenant_id and m.id = a.payment_method_id
     where a.payment_method_id = any(%(methods)s) and a.created_at > %(since)s
       and a.status <> 'succeeded' and a.decline_class is distinct from 'gateway_down'
     order by a.created_at, a.id
"""
