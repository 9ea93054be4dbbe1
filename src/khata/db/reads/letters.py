"""What the mails must be told: the facts behind each queued mail, read at once."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.decline_codes import reason_for_payer
from khata.core.endings import last_day_of_service, reason_for_customer
from khata.core.gateway_health import Trouble
from khata.core.ids import public_id
from khata.core.network_caps import is_final
from khata.core.periods import Interval, Unit, day_of
from khata.core.voucher_document import RECEIPT_VOUCHER, REFUND_VOUCHER
from khata.core.webhooks import Disabled
from khata.db.rows import Connection
from khata.db.stores.mails import Queued

_FACTS = """
    select m.id, m.kind, t.tenant_id, t.name as seller, t.email as reply_to, t.livemode, t.timezone,
           coalesce(c.name, t.name) as customer, i.number, i.currency, i.total, i.amount_paid,
           case when i.status = 'open' then i.total - i.amount_paid - i.amount_credited
                else 0 end as amount_due,
           i.total - i.amount_paid - i.amount_credited as still_owed,
           i.issued_on, i.due_on, i.paid_at, i.link_token, i.note_reason as invoice_reason,
           (select o.number from invoices o where i.document_kind = 'revised_invoice'
              and o.tenant_id = i.tenant_id and o.id = i.original_invoice_id) as revises,
           i.collection_method = 'charge_automatically'
             and exists (select 1 from payment_methods pm
                          where pm.tenant_id = i.tenant_id and pm.customer_id = i.customer_id
                            and pm.detached_at is null) as charge_automatically,
           n.number as note_number, n.total as note_total, n.issued_on as note_issued_on,
           n.reason as note_reason, n.to_invoice, n.to_balance, n.to_refund,
           v.number as voucher_number, v.total as voucher_total, v.tax as voucher_tax,
           v.issued_on as voucher_issued_on, v.currency as voucher_currency,
           (select o.number from vouchers o
             where o.tenant_id = v.tenant_id and o.id = v.receipt_id) as receipt_number,
           c.timezone as customer_zone, g.access_ends_at, g.recovered_at is not null as recovered,
           e.facts as said, e.at as said_at,
           (select d.number from invoices d where d.tenant_id = m.tenant_id
              and d.id = (e.facts ->> 'invoice_id')::uuid) as number_told,
           (select l.token from setup_links l where l.tenant_id = m.tenant_id
              and l.customer_id = m.customer_id and l.mandate is not null
              and l.canceled_at is null and l.payment_method_id is null and l.expires_at > e.at
              order by l.id desc limit 1) as agree_token,
           (select sum(ce.amount) from credit_entries ce where ce.tenant_id = m.tenant_id
              and ce.source_id = m.payment_id and ce.cause = 'over_payment')::bigint as surplus,
           (select sum(td.amount) from tds_receivables td where td.tenant_id = m.tenant_id
              and td.payment_id = m.payment_id)::bigint as withheld,
           (select count(*) from payments op where op.tenant_id = m.tenant_id
              and op.invoice_id = m.invoice_id and op.status = 'succeeded') > 1 as in_parts,
           s.interval, s.interval_count, s.period_end,
           (select v.to_status from moves v
             where v.tenant_id = s.tenant_id and v.subscription_id = s.id and v.at <= e.at
             order by v.at desc, (v.actor = 'dunning') desc, v.id desc limit 1) as status_then,
           (select string_agg(p.name, ', ' order by si.position)
              from subscription_items si join plans p
                on p.tenant_id = si.tenant_id and p.id = si.plan_id
             where si.tenant_id = m.tenant_id and si.subscription_id = any(
               select s.id union select b.subscription_id from invoice_subscriptions b
                where m.subscription_id is null and b.tenant_id = m.tenant_id
                  and b.invoice_id = m.invoice_id)) as plans
      from mails m
      join tenants t on t.tenant_id = m.tenant_id
      left join customers c on c.tenant_id = m.tenant_id and c.id = m.customer_id
      left join invoices i on i.tenant_id = m.tenant_id and i.id = m.invoice_id
      left join dunning_campaigns g on g.tenant_id = i.tenant_id and g.invoice_id = i.id
      left join credit_notes n on n.tenant_id = m.tenant_id and n.id = m.credit_note_id
      left join vouchers v on v.tenant_id = m.tenant_id and v.id = m.voucher_id
      left join subscriptions s on s.tenant_id = m.tenant_id
        and s.id = coalesce(m.subscription_id, i.subscription_id)
      left join events e on e.tenant_id = m.tenant_id and e.id = m.cause
     where m.id = any(%s)
"""

# What a mail of the dunning tells has passed: nothing is owed, or what it announces has been.
_PASSED = """
    select m.id
      from mails m
      join invoices i on i.tenant_id = m.tenant_id and i.id = m.invoice_id
      left join events e on e.tenant_id = m.tenant_id and e.id = m.cause
     where m.id = any(%(ids)s)
       and (m.kind in ('payment_failed', 'payment_retrying', 'payment_last_warning')
              and i.status <> 'open'
            or m.kind in ('payment_failed', 'payment_retrying', 'payment_last_warning',
                          'payment_given_up')
              and (i.status not in ('open', 'uncollectible')
                   or i.total - i.amount_paid - i.amount_credited <= 0)
            or m.kind = 'payment_retrying'
              and (e.facts ->> 'next_attempt_at')::timestamptz <= %(at)s
            or m.kind = 'payment_last_warning'
              and (e.facts ->> 'stops_at')::timestamptz <= %(at)s)
"""

_NO_METHOD: Final = "no_payment_method"  # also what is left when a mandate was withdrawn before

_OF_VOUCHER: Final = (
    "voucher_number",
    "voucher_total",
    "voucher_tax",
    "voucher_issued_on",
    "receipt_number",
)
_OF_NOTE: Final = (
    "note_number",
    "note_total",
    "note_issued_on",
    "note_reason",
    "to_invoice",
    "to_balance",
    "to_refund",
)


def passed_of(connection: Connection, mails: Sequence[Queued], at: datetime) -> set[UUID]:
    """Return which of these mails ask for what is not owed any more, or announce what has been."""
    rows = connection.execute(_PASSED, {"ids": [mail.id for mail in mails], "at": at})
    return {row[0] for row in rows}


def facts_of(
    connection: Connection, mails: Sequence[Queued], *, base_url: str
) -> dict[UUID, dict[str, Any]]:
    """Return each mail's facts by its id, ready for the writer of letters."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_FACTS, [[mail.id for mail in mails]]).fetchall()
    return {row["id"]: _facts(row, base_url) for row in rows}


def _facts(row: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    facts = {
        "seller": row["seller"],
        "customer": row["customer"],
        "reply_to": row["reply_to"],
        "test": not row["livemode"],
        "subscription": _subscription(row),
    }
    if row["number"] is not None:
        facts |= _of_invoice(row, base_url)
    if row["note_number"] is not None:
        facts |= {key: row[key] for key in _OF_NOTE}
    if row["voucher_number"] is not None:
        facts |= {key: row[key] for key in _OF_VOUCHER} | {"currency": row["voucher_currency"]}
        facts["voucher_title"] = REFUND_VOUCHER if row["receipt_number"] else RECEIPT_VOUCHER
    said = row["said"] or {}
    if "decline_code" in said:
        facts["reason"] = reason_for_payer(said["decline_code"])
        facts["next_try_on"] = _day(said.get("next_attempt_at"), row["timezone"])
        facts["decline_class"] = _what_it_asks(said)
        facts["is_suspended"] = row["status_then"] == "unpaid" and facts["next_try_on"] is not None
        if row["access_ends_at"] is not None:
            ends_on = day_of(row["access_ends_at"], row["customer_zone"])
            facts["serves_until"] = ends_on - timedelta(days=1)
    if "stops_at" in said:
        facts["stops_on"] = _day(said["stops_at"], row["customer_zone"])
        facts["then"] = said["then"]
    facts["recovered"] = row["recovered"]
    if "trial_end" in said and "total" in said:
        facts |= {"currency": said["currency"], "amount": said["total"]}
        facts["first_charge_on"] = said["trial_end"]
    agree_url = None
    if row["agree_token"] is not None:
        agree_url = f"{base_url}/w/{public_id('ten', row['tenant_id'])}/{row['agree_token']}"
    if "mandate_end" in said:
        facts |= {"mandate_end": said["mandate_end"], "days_left": said["days_left"]}
        facts["hosted_url"] = agree_url
    elif facts.get("decline_class") == "mandate" or said.get("decline_code") == _NO_METHOD:
        facts["agree_url"] = agree_url
    facts["days_overdue"] = said.get("days_overdue")
    if "ended_on" in said:
        ended_on = date.fromisoformat(said["ended_on"])
        facts["last_day"] = last_day_of_service(ended_on, row["period_end"])
        facts["canceled_because"] = reason_for_customer(said.get("cause"))
    if row["kind"] == "webhook_disabled":
        facts |= _of_endpoint(said, base_url)
    if row["kind"] in ("dispute_opened", "dispute_due"):
        facts |= _of_dispute(row, said, base_url)
    if row["kind"] == "receipt":
        facts |= _of_receipt(row, said)
    if row["kind"] == "gateway_account_ailing":
        facts |= _of_gateway_account(said, base_url)
    if row["kind"] == "payment_given_up":
        facts["outcome"] = row["status_then"] or "none"
        facts["amount_due"] = row["still_owed"]  # also where it was written off at once
    return facts


def _what_it_asks(said: Mapping[str, Any]) -> str | None:
    """Return the class of the decline, as its reader is concerned.

    A card that is hard to charge, but may be tried again, asks for a moment of the reader's; and
    what names a reason to keep silent about is not told from any other hard one.
    """
    decline_class: str | None = said.get("decline_class")
    if decline_class == "hard" and not is_final(decline_class, said["decline_code"]):
        return "customer_action"
    return decline_class


def _of_endpoint(said: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """Return what the tenant is told of its endpoint; the mail is ours, not to a customer."""
    endpoint = public_id("we", UUID(said["webhook_endpoint_id"]))
    return {
        "seller": "khata",
        "reply_to": None,
        "endpoint": endpoint,
        "endpoint_url": said["url"],
        "is_gone": said["cause"] == Disabled.GONE,
        "hosted_url": f"{base_url}/dashboard/webhooks/{endpoint}",
    }


def _of_dispute(row: Mapping[str, Any], said: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """Return what the tenant is told of a dispute; the mail is ours, not to a customer."""
    dispute = public_id("dp", UUID(said["dispute_id"]))
    return {
        "seller": "khata",
        "reply_to": None,
        "dispute": dispute,
        "number": row["number_told"],
        "currency": said["currency"],
        "amount": said["amount"],
        "dispute_reason": str(said["reason"]).replace("_", " ").lower(),
        "answer_by": _day(said.get("evidence_due_at"), row["timezone"]),
        "hosted_url": f"{base_url}/dashboard/disputes/{dispute}",
    }


def _of_receipt(row: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a payment divides, where it is not just all that was owed."""
    if not (row["in_parts"] or row["surplus"] or row["withheld"] or row["amount_due"]):
        return {}
    only_tax = row["withheld"] == said["amount"]
    return {
        "received": 0 if only_tax else said["amount"],
        "surplus": row["surplus"],
        "withheld": row["withheld"],
    }


def _of_gateway_account(said: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """Return what the tenant is told of its account; the mail is ours, not to a customer."""
    account = public_id("ga", UUID(said["gateway_account_id"]))
    return {
        "seller": "khata",
        "reply_to": None,
        "account_name": said["name"],
        "gateway": {"paypal": "PayPal"}.get(said["gateway"], said["gateway"].capitalize()),
        "is_refused": said["trouble"] == Trouble.REFUSED,
        "hosted_url": f"{base_url}/dashboard/gateways/{account}",
    }


def _of_invoice(row: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    paid_at = row["paid_at"] or row["said_at"]
    return {
        "number": row["number"],
        "currency": row["currency"],
        "total": row["total"],
        "amount_due": row["amount_due"],
        "amount_paid": row["amount_paid"],
        "issued_on": row["issued_on"],
        "due_on": row["due_on"],
        "paid_on": day_of(paid_at, row["timezone"]) if paid_at else None,
        "charge_automatically": row["charge_automatically"],
        "revises": row["revises"],
        "revised_because": row["invoice_reason"] if row["revises"] else None,
        "hosted_url": f"{base_url}/i/{public_id('ten', row['tenant_id'])}/{row['link_token']}",
    }


def _subscription(row: Mapping[str, Any]) -> str | None:
    if row["plans"] is None:
        return None
    return f"{row['plans']}, every {Interval(Unit(row['interval']), row['interval_count'])}"


def _day(instant: str | None, zone: str) -> str | None:
    return day_of(datetime.fromisoformat(instant), zone).isoformat() if instant else None
