"""A shop's whole history without its random ids: two that lived the same have the same one."""

from tests.scenarios.shop import Shop


def chronicle(shop: Shop) -> dict[str, list[str]]:
    """Every table's rows as text, in an order that no id decides."""
    return {
        table: [str(row) for row in shop.rows(question)] for table, question in _QUESTIONS.items()
    }


_INVOICE = "join invoices i on i.tenant_id = current_tenant() and i.id"
_QUESTIONS = {
    "invoices": """
        select i.number, c.name, i.status, i.currency, i.subtotal, i.tax, i.round_off, i.total,
               i.amount_paid, i.issued_on, i.due_on, i.period_start, i.period_end,
               i.supply_kind, i.supply_treatment, i.place_code, i.created_at, i.paid_at
          from invoices i join customers c on c.id = i.customer_id
         order by i.financial_year, i.sequence""",
    "lines": f"""
        select i.number, l.position, l.description, l.quantity, l.amount, l.period_start,
               l.period_end, l.full_start, l.full_end, l.recognized_until
          from invoice_lines l {_INVOICE} = l.invoice_id order by 1, 2""",
    "taxes": f"""
        select i.number, x.line_position, x.position, x.name, x.rate, x.taxable, x.amount
          from line_taxes x {_INVOICE} = x.invoice_id order by 1, 2, 3""",
    "counters": "select series, financial_year, last_number from number_counters order by 2",
    "postings": """
        select e.kind, e.booked_on, e.created_at, coalesce(i.number, ai.number) as number,
               p.position, p.debit, p.credit, p.amount, p.currency
          from postings p join entries e on e.id = p.entry_id
          left join invoices i on i.id = e.source_id
          left join attempts a on a.id = e.source_id
          left join invoices ai on ai.id = a.invoice_id
         order by e.created_at, e.kind, number, p.position, p.debit, p.amount""",
    "recognitions": f"""
        select i.number, r.line_position, r.month_end, r.amount
          from recognitions r {_INVOICE} = r.invoice_id order by 1, 2, 3""",
    "mails": """
        select m.kind, m.recipient, m.subject,
               regexp_replace(m.text, 'http\\S+|[0-9a-f]{32}@', '', 'g'),
               m.status, i.number, m.created_at, m.sent_at
          from mails m left join invoices i on i.id = m.invoice_id
         order by m.created_at, m.recipient, m.kind, i.number""",
    "moves": """
        select c.name, s.start_on, s.interval, v.from_status, v.to_status, v.cause, v.actor, v.at
          from moves v join subscriptions s on s.id = v.subscription_id
          join customers c on c.id = s.customer_id
         order by v.at, c.name, s.start_on, s.interval, v.id""",
    "subscriptions": """
        select c.name, s.status, s.interval, s.start_on, s.billing_anchor, s.trial_end,
               s.period_start, s.period_end, s.next_billing_at, s.cancel_on, s.ended_on,
               s.billed_on, s.billed_count, s.mrr
          from subscriptions s join customers c on c.id = s.customer_id
         order by c.name, s.start_on, s.interval, s.billing_anchor""",
    "payments": f"""
        select i.number, p.status, p.amount, p.decline_count, p.next_attempt_at, p.created_at,
               p.finished_at
          from payments p {_INVOICE} = p.invoice_id order by 1, p.created_at""",
    "attempts": f"""
        select i.number, a.number, a.status, a.decline_code, a.fee, a.asks, a.created_at,
               a.finished_at
          from attempts a {_INVOICE} = a.invoice_id order by 1, a.created_at, 2""",
    "events": """
        select at, type, facts ->> 'total', facts ->> 'amount', facts ->> 'next_attempt_at',
               facts ->> 'ended_on', reacted_at
          from events order by 1, 2, 3, 4, 5, 6""",
    "mrr": """
        select c.name, d.currency, d.day, d.before, d.after, d.reason
          from mrr_days d join customers c on c.id = d.customer_id order by 1, 2, 3""",
    "runs": "select as_of, status, invoices, parked, cause, created_at from billing_runs"
    " order by created_at, invoices",
    "clock": "select frozen_time, status, target_time from test_clocks",
}
