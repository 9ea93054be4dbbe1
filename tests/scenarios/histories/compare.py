"""Comparing: what is stored against the model, and against rules that know no model."""

from __future__ import annotations

from datetime import date, timedelta

from khata.db.reads.sums import differences
from khata.db.reads.totals import disagreements
from tests.scenarios.explained import misexplained
from tests.scenarios.funds import credit_of
from tests.scenarios.histories.lived import Lived
from tests.scenarios.shop import Shop
from tests.scenarios.worked_out import miscounted


def compare(lived: Lived) -> None:
    """The model says the same of everything that a customer sees."""
    life, shop = lived.life, lived.shop
    now = lived.subscribed.now
    status = "active" if now.status == "past_due" else now.status  # a year is over, and it is late
    assert (status, now.mrr) == (life.status, life.mrr)
    if life.status not in ("canceled", "paused"):
        assert now.period is not None
        assert (now.period.start, now.period.end) == (life.begin, life.end)
    assert _bills(shop) == [bill.shown for bill in life.bills]
    notes = shop.rows(
        "select subtotal, total, to_invoice, to_balance from credit_notes order by id"
    )
    assert notes == [(one.net, one.total, one.to_bill, one.to_customer) for one in life.notes]
    waiting = shop.rows(
        "select period_start, period_end, amount from invoice_items"
        " where invoice_id is null and withdrawn_at is null order by id"
    )
    assert waiting == [(line.start, line.end, line.price) for line in life.waiting]
    assert credit_of(lived.asha) == life.purse.credit
    wallets = [life.purse.in_wallet(n) for n in range(2)]
    assert [wallet.balance for wallet in lived.wallets] == wallets


def _bills(shop: Shop) -> list[tuple[object, ...]]:
    lines: dict[object, list[tuple[object, ...]]] = {}
    for invoice, *line in shop.rows(_LINES):
        lines.setdefault(invoice, []).append(tuple(line))
    return [
        (status, (start, end) if start else None, total, paid, lowered, lines.get(id, []))
        for id, status, start, end, total, paid, lowered in shop.rows(_INVOICES)
    ]


_SOLD = """
    from invoices i
   where not exists (select from wallet_top_ups t where t.invoice_id = i.id)
"""
_INVOICES = f"""
    select i.id, i.status, i.period_start, i.period_end, i.total, i.amount_paid,
           i.amount_credited
      {_SOLD} order by i.id
"""
_LINES = f"""
    select l.invoice_id, case when l.kind <> 'one_time' then p.name end,
           case when r.model = 'flat' then 1
                when l.kind = 'setup' then l.quantity
                else coalesce(l.priced_quantity::int, l.quantity) end,
           l.priced, l.period_start, l.period_end, l.amount,
           (select sum(x.amount)::int from line_taxes x
             where x.invoice_id = l.invoice_id and x.line_position = l.position),
           l.credited,
           (select sum(x.credited)::int from line_taxes x
             where x.invoice_id = l.invoice_id and x.line_position = l.position),
           case when l.kind in ('fee', 'proration') then coalesce((
             select min(c.period_start) from credit_note_lines c
              where c.invoice_id = l.invoice_id and c.line_position = l.position
                and c.takes_days), l.period_end) end
      from invoice_lines l left join prices r on r.id = l.price_id
      left join plans p on p.id = r.plan_id
     where l.invoice_id in (select i.id {_SOLD})
     order by l.invoice_id, l.position
"""


def sound(shop: Shop) -> None:
    """No day of an item is billed twice, and every sum is the sum of its parts."""
    billed: set[tuple[object, date]] = set()
    for item, start, end in shop.rows(_DAYS):
        days = {(item, start + timedelta(days=n)) for n in range((end - start).days)}
        assert not days & billed
        billed |= days
    for rule, sql in _RULES.items():
        assert shop.rows(sql) == [], rule
    with shop.db.transaction(shop.tenant) as uow:
        assert differences(uow.connection) == []
        assert disagreements(uow.connection) == []
        assert misexplained(uow) == []
        assert miscounted(uow) == []


# What was paid for of each line, but for days that were taken back.
_DAYS = """
    select l.plan_id, l.period_start, coalesce((
             select min(c.period_start) from credit_note_lines c
              where c.invoice_id = l.invoice_id and c.line_position = l.position
                and c.takes_days), l.period_end)
      from (select l.*, r.plan_id from invoice_lines l join prices r on r.id = l.price_id) l
      join invoices i on i.id = l.invoice_id
     where l.kind in ('fee', 'proration') and l.amount > l.credited and i.status <> 'void'
"""
_RULES = {
    "periods tile: one ends before the next begins, but where it was given back": """
        select a.period_start, b.period_start from invoices a
          join invoices b on b.subscription_id = a.subscription_id
         where a.period_start < b.period_start and a.period_end > b.period_start
           and not exists (
             select from invoice_lines l join credit_note_lines c
                 on c.invoice_id = l.invoice_id and c.line_position = l.position
              where l.invoice_id = a.id and c.takes_days)
           and a.status <> 'void' and exists (
             select from invoice_lines l where l.invoice_id = a.id and l.amount > l.credited)""",
    "what is credited was charged": """
        select id from invoice_lines where credited not between 0 and amount""",
    "lines, tax and what was rounded are the total": """
        select i.id from invoices i
         where total <> subtotal - discount + tax + round_off
            or subtotal - discount <> (
               select sum(amount) from invoice_lines l where l.invoice_id = i.id)
            or tax <> (select coalesce(sum(amount), 0) from line_taxes x
                        where x.invoice_id = i.id)""",
    "each line's discount is what coupons took": """
        select l.id from invoice_lines l
         where l.discount <> (select coalesce(sum(d.amount), 0) from line_discounts d
                               where d.invoice_id = l.invoice_id
                                 and d.line_position = l.position)""",
    "what is paid is owed, and all of it where it says so": """
        select id from invoices
         where amount_paid + amount_credited > total
            or status = 'paid' and amount_paid + amount_credited <> total
            or status = 'open' and amount_paid + amount_credited = total""",
    "a wallet is what came and went": """
        select w.id from wallets w
         where balance < 0
            or balance <> (select coalesce(sum(amount), 0) from wallet_entries e
                            where e.wallet_id = w.id)
            or balance <> (select coalesce(sum(remaining), 0) from wallet_grants g
                            where g.wallet_id = w.id)""",
    "a wallet was never below zero": "select id from wallet_entries where balance < 0",
    "what is left of advances is what is left of their credits": """
        select g.id from wallet_grants g
         where g.advance
           and g.remaining <> (select coalesce(sum(v.left_total), 0) from vouchers v
                                where v.grant_id = g.id)""",
    "what took up an advance is what is not left of it": """
        select v.id from vouchers v
         where v.kind = 'receipt_voucher'
           and (v.total - v.left_total <> (
                  select coalesce(sum(u.amount), 0) from advance_uses u
                   where u.voucher_id = v.id and u.returned_on is null)
             or v.tax - (select coalesce(sum(t.left_amount), 0) from voucher_taxes t
                          where t.voucher_id = v.id) <> (
                  select coalesce(sum(x.tax), 0) from advance_uses u
                   cross join lateral unnest(u.taxes) as x (tax)
                   where u.voucher_id = v.id and u.returned_on is null))""",
    "vouchers have numbers without gaps": """
        select v.id from vouchers v
         where v.sequence <> (select count(*) from vouchers o
                               where o.kind = v.kind and o.series = v.series
                                 and o.financial_year = v.financial_year
                                 and o.sequence <= v.sequence)""",
    "a credit balance is what came and went": """
        select e.id from credit_entries e
         where balance < 0
            or balance <> (select sum(amount) from credit_entries o
                            where o.customer_id = e.customer_id and o.id <= e.id)""",
    "MRR is what its days say": """
        select s.customer_id from (
            select customer_id, sum(mrr) as mrr from subscriptions group by 1) s
          join (select customer_id, sum(after - before) as mrr from mrr_days group by 1) d
            using (customer_id)
         where s.mrr <> d.mrr""",
}
