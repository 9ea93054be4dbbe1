"""Are two databases billed alike? Every row of every table they wrote, but for random ids."""

import psycopg

from bench.crowd import TENANT
from khata.db.wall_breaches import breaches

# What each row says, with ids that are drawn at random left out or followed to what they mean.
SAYINGS = {
    "subscriptions": "select id, status, period_start, period_end, next_billing_at, billed_on,"
    " billed_count, mrr from subscriptions",
    "invoices": "select registration_id, customer_id, subscription_id, status, series,"
    " financial_year, sequence, number, currency, subtotal, discount, tax, round_off, total,"
    " amount_paid, collection_method, issued_on, due_on, period_start, period_end, supply_kind,"
    " supply_treatment, place_country, place_state, place_code, endorsement, lut_number, law,"
    " seller_party_id, buyer_party_id, created_at, paid_at from invoices",
    "invoice_lines": "select i.number, l.position, subscription_item_id, price_id, description,"
    " tax_code, kind, quantity, priced_quantity, unit_amount, priced, l.discount, amount,"
    " tax_behavior, l.period_start, l.period_end, full_start, full_end, recognized_until, basis"
    " from invoice_lines l join invoices i on i.id = l.invoice_id",
    "line_taxes": "select i.number, line_position, position, name, rate, taxable, amount"
    " from line_taxes t join invoices i on i.id = t.invoice_id",
    "entries": "select i.number, kind, booked_on, e.created_at"
    " from entries e join invoices i on i.id = e.source_id",
    "postings": "select i.number, position, p.booked_on, debit, credit, amount, p.currency"
    " from postings p join entries e on e.id = p.entry_id join invoices i on i.id = e.source_id",
    "events": "select i.number, type, e.sequence, facts - 'invoice_id', at, reacted_at"
    " from events e join invoices i on i.id = e.subject_id",
    "number_counters": "select registration_id, document_type, series, financial_year, last_number"
    " from number_counters",
    "moves": "select subscription_id, to_status from moves",
    "mrr_days": "select customer_id, day, after from mrr_days",
}
TOTALS = "select count(*), sum(subtotal), sum(tax), sum(total) from invoices"


def refuse_difference(engine_url: str, floor_url: str, *, invoices: int) -> None:
    """Raise AssertionError unless both wrote the same rows, all of them, behind the wall."""
    engine, floor = told(engine_url), told(floor_url)
    different = [table for table in engine if engine[table] != floor[table]]
    assert not different, [(table, engine[table], floor[table]) for table in different]
    assert engine["invoices"][0] == invoices == engine["entries"][0]
    for url in (engine_url, floor_url):
        assert breaches(url) == []


def told(app_url: str) -> dict[str, tuple[int, int]]:
    """Return of each table how many rows it has and a sum over what they say, in any order.

    Raises: AssertionError when a row is seen from outside the tenant.
    """
    with psycopg.connect(app_url) as connection:
        outside = connection.execute("select count(*) from invoices").fetchone()
        assert outside == (0,), outside
        connection.execute("select set_config('khata.tenant', %s, true)", [str(TENANT)])
        found = {table: _summed(connection, saying) for table, saying in SAYINGS.items()}
        found["totals"] = tuple(connection.execute(TOTALS).fetchone() or ())
    return found


def _summed(connection: psycopg.Connection, saying: str) -> tuple[int, int]:
    row = connection.execute(
        "select count(*), coalesce(sum(hashtextextended(said::text, 0)::numeric), 0)"
        f" from ({saying}) said".encode()
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
