"""A row of one tenant's in each table of some areas: whether the wall hides it is tested."""

from tests.scenarios.shop import Shop


def collects(shop: Shop) -> None:
    """A row in each table about collecting money."""
    has_an_account(shop)
    has_links(shop)
    agrees(shop)
    is_dunned(shop)
    falls_back(shop)
    sells_abroad(shop)
    is_bound(shop)


def sells_abroad(shop: Shop) -> None:
    """A row in each table of tax abroad."""
    for insert in (
        "vat_registrations (registration_id, country, number, scheme, valid_from)"
        " select id, 'IE', 'EU372000041', 'non_union_oss', '2025-02-11' from registrations limit 1",
        "nexuses (registration_id, country, state, number, scheme, valid_from)"
        " select id, 'US', 'TX', '1', 'simplified', '2025-02-11' from registrations limit 1",
        "tax_confirmations (id, state, postal_prefix, used_by, taxable_percent, jurisdictions,"
        " valid_from, source, confirmed_by, created_at) select gen_random_uuid(), 'TX', '',"
        " 'anyone', 0, '[]', '2025-02-11', 'x', 'x', '2025-02-11'",
        "tax_providers (provider, base_url, credentials, product_code, version, chosen_at) values"
        " ('taxjar', 'https://x', '', '30070', 1, '2025-02-11')",
        "tax_quotes (id, basket_key, basket, provider, asked_on, subscription_ids, state,"
        " created_at) values (gen_random_uuid(), 'x', '{}', 'taxjar', '2025-02-11', '{}',"
        " 'refused', '2025-02-11')",
        "tax_reversals (credit_note_id, quote_id, state, created_at) select n.id, q.id, 'recorded',"
        " '2025-02-11' from credit_notes n, tax_quotes q limit 1",
        "tax_id_checks (id, customer_id, type, value, outcome, register, checked_on, checked_at)"
        " select gen_random_uuid(), id, 'eu_vat', 'DE136695976', 'valid', 'pretend', '2025-02-11',"
        " '2025-02-11' from customers limit 1",
        "location_evidence (id, customer_id, type, country, captured_at, created_at)"
        " select gen_random_uuid(), id, 'ip', 'DE', '2025-02-11', '2025-02-11' from customers"
        " limit 1",
    ):
        shop.rows(f"insert into {insert} returning 1")


def is_bound(shop: Shop) -> None:
    """A row in each table of e-invoices."""
    for insert in (
        "irp_connections (registration_id, provider, base_url, credentials, portal_key,"
        " signing_keys, voluntary, valid_from, version, created_at) select id, 'nic', 'https://x',"
        " '', '', '[]', false, '2025-02-11', 1, '2025-02-11' from registrations limit 1",
        "e_invoices (id, kind, invoice_id, registration_id, state, created_at) select id,"
        " 'invoice', id, registration_id, 'manual', '2025-02-11' from invoices limit 1",
    ):
        shop.rows(f"insert into {insert} returning 1")


def has_an_account(shop: Shop) -> None:
    """A row in each table of gateways."""
    for insert in (
        "gateway_accounts (id, gateway, name, livemode, status, credentials, version, verified_at,"
        " created_at) values (gen_random_uuid(), 'paper', 'P', false, 'active', '', 1,"
        " '2025-02-11', '2025-02-11')",
        "gateway_routes (position, account_id) select 1, id from gateway_accounts",
        "gateway_events (id, account_id, event_id, type, subject, received_at, body, status)"
        " select id, id, 'evt_1', 'x', 'other', '2025-02-11', '', 'applied' from gateway_accounts",
        "reconciliations (id, account_id, day, status) select id, id, '2025-02-11', 'agrees'"
        " from gateway_accounts",
        "disputes (id, account_id, gateway, reference, attempt_id, payment_id, invoice_id,"
        " customer_id, amount, currency, reason, status, opened_at, created_at)"
        " select a.id, g.id, 'paper', 'du_1', a.id, a.payment_id, a.invoice_id, p.customer_id, 1,"
        " 'INR', 'x', 'needs_response', '2025-02-11', '2025-02-11' from attempts a"
        " join payments p on p.id = a.payment_id cross join gateway_accounts g limit 1",
        "dispute_moves (id, dispute_id, to_status, said_by, at) select id, id, 'needs_response',"
        " 'webhook', '2025-02-11' from disputes",
        "dispute_money (id, dispute_id, kind, amount, at) select id, id, 'fee', 1, '2025-02-11'"
        " from disputes",
        "dispute_evidence (id, dispute_id, kind, topic, text, created_at) select id, id, 'text',"
        " 'other', 'x', '2025-02-11' from disputes",
        "tds_receivables (id, invoice_id, customer_id, amount, currency, deducted_on,"
        " financial_year, quarter, certificate_due_on, status, created_at) select id, id,"
        " customer_id, 1, 'INR', '2025-02-11', '2024-25', 4, '2025-06-15', 'awaited', '2025-02-11'"
        " from invoices limit 1",
        "settlements (id, account_id, reference, amount, currency, paid_at, paid_on, is_itemised,"
        " status, agreement, created_at) select id, id, 'setl_1', 1, 'INR', '2025-02-11',"
        " '2025-02-11', true, 'booked', 'agrees', '2025-02-11' from gateway_accounts",
        "settlement_lines (settlement_id, position, reference, kind, gross, fee, tax, words,"
        " verdict, attempt_id, refund_id) select s.id, 1, 'x', 'payment', 1, 0, 0, '', 'matched',"
        " r.attempt_id, r.id from settlements s, refunds r limit 1",
        "settlement_fetches (account_id, since) select id, '2025-02-11' from gateway_accounts",
        "bank_transactions (id, own_id, account, booked_on, amount, currency, reference,"
        " narration, settlement_id, created_at) select id, 'x', 'HDFC', '2025-02-11', 1, 'INR',"
        " '', '', id, '2025-02-11' from settlements",
        "bank_unmatches (id, bank_transaction_id, settlement_id, at) select id, id, settlement_id,"
        " '2025-02-11' from bank_transactions",
        "attempt_fees (id, attempt_id, fee, tax, told_by, at) select id, id, 1, 0, 'gateway',"
        " '2025-02-11' from attempts",
        "clearing_days (account_id, currency, booked_on, slot, debits, credits)"
        " select id, 'INR', '2025-02-11', 0, 1, 0 from gateway_accounts",
    ):
        shop.rows(f"insert into {insert} returning 1")


def has_links(shop: Shop) -> None:
    """A row in each table of visits and of the links that lead to them."""
    for insert in (
        "visits (id, customer_id, invoice_id, gateway, purpose, kind, amount, currency,"
        " description, payer, return_url, cancel_url, expires_at, status, created_at)"
        " select gen_random_uuid(), customer_id, id, 'fake', 'pay', 'card', 1, 'INR', 'x', '{}',"
        " 'x', 'x', '2025-02-11', 'expired', '2025-02-11' from invoices limit 1",
        "payment_links (id, invoice_id, token, expires_at, created_at)"
        " select gen_random_uuid(), id, 't', '2025-02-11', '2025-02-11' from invoices limit 1",
        "setup_links (id, customer_id, token, expires_at, created_at)"
        " select gen_random_uuid(), id, 't', '2025-02-11', '2025-02-11' from customers limit 1",
        "forgettings (payment_method_id, gateway, gateway_account_id, token, created_at)"
        " select id, 'paper', id, 't', '2025-02-11' from payment_methods limit 1",
    ):
        shop.rows(f"insert into {insert} returning 1")


def agrees(shop: Shop) -> None:
    """A row in each table of mandates."""
    for insert in (
        "mandates (id, customer_id, payment_method_id, kind, max_amount, currency, frequency,"
        " start_on, category, status, created_at) select id, customer_id, id, 'upi', 1, 'INR',"
        " 'monthly', '2025-02-11', 'general', 'paused', '2025-02-11' from payment_methods limit 1",
        "spacings (payment_id, until_at, created_at) select id, '2025-02-11', '2025-02-11'"
        " from payments limit 1",
        "mandate_moves (id, mandate_id, to_status, told_by, cause, at)"
        " select id, id, 'paused', 'seller', 'x', '2025-02-11' from mandates",
        "debit_notices (id, mandate_id, payment_id, invoice_id, amount, currency, told_by,"
        " debit_at, created_at) select d.id, d.id, p.id, p.invoice_id, 1, 'INR', 'gateway',"
        " '2025-02-12', '2025-02-11' from mandates d, payments p limit 1",
        "mandate_debits (attempt_id, mandate_id, invoice_id, notice_id, debit_at) select a.id,"
        " n.mandate_id, a.invoice_id, n.id, '2025-02-12' from attempts a, debit_notices n limit 1",
        "mandate_opt_outs (id, mandate_id, invoice_id, told_by, created_at)"
        " select id, mandate_id, invoice_id, 'customer', '2025-02-11' from debit_notices",
    ):
        shop.rows(f"insert into {insert} returning 1")


def is_dunned(shop: Shop) -> None:
    """A row in each table of dunning."""
    for insert in (
        "dunning_policies (id, name, version, created_at, changed_at)"
        " values (gen_random_uuid(), 'P', 1, '2025-02-11', '2025-02-11')",
        "dunning_policy_versions (policy_id, version, terms, created_at)"
        " select id, 1, '{}', '2025-02-11' from dunning_policies",
        "dunning_campaigns (invoice_id, payment_id, customer_id, currency, amount, began_at,"
        " decline_class, decline_code, last_class, tries) select invoice_id, id, customer_id,"
        " 'INR', 1, '2025-02-11', 'soft', 'x', 'soft', 1 from payments limit 1",
        "dunning_steps (id, invoice_id, step, at, facts)"
        " select gen_random_uuid(), invoice_id, 'declined', '2025-02-11', '{}'"
        " from dunning_campaigns",
    ):
        shop.rows(f"insert into {insert} returning 1")


def falls_back(shop: Shop) -> None:
    shop.rows(
        "insert into fallbacks (payment_id, payment_method_id, tried, created_at)"
        " select p.id, m.id, '{}', '2025-02-11' from payments p join payment_methods m"
        " on m.customer_id = p.customer_id limit 1 returning 1"
    )


def tells_of_taxes(shop: Shop) -> None:
    """A row in each table of what is told of taxes."""
    for insert in (
        "exemptions (id, customer_id, country, kind, certificate, valid_from, created_at)"
        " select id, id, 'US', 'resale', 'x', '2025-02-11', '2025-02-11' from customers limit 1",
        "tax_rates (id, prefix, percent, cess, nature, valid_from, note, source, created_at)"
        " values (gen_random_uuid(), '4901', 5, 0, 'taxable', '2025-02-11', 'x', 'x',"
        " '2025-02-11')",
        "turnovers (id, financial_year, amount, created_at)"
        " values (gen_random_uuid(), '24-25', 1, '2025-02-11')",
        "exchange_rates (id, currency, quoted_on, rate, source, created_at)"
        " values (gen_random_uuid(), 'USD', '2025-02-11', 84, 'x', '2025-02-11')",
        "registration_rules (id, registration_id, country, valid_from, created_at)"
        " select id, id, 'US', '2025-02-11', '2025-02-11' from registrations limit 1",
        "filed_returns (id, registration_id, form, period, arn, filed_on, file, sha256, figures,"
        " created_at) select id, id, 'gstr1', '2024-01-01', 'x', '2024-02-11', '{}', 'x', '{}',"
        " '2024-02-11' from registrations limit 1",
        "return_amendments (id, registration_id, filed_return_id, invoice_id, period, gstin,"
        " reason, created_at) select f.id, f.registration_id, f.id, i.id, '2024-02-01', 'x', 'x',"
        " '2024-02-11' from filed_returns f, invoices i limit 1",
        "filing_undos (id, registration_id, period, arn, filed_on, file, sha256, reason,"
        " filed_at, created_at) select id, id, '2024-01-01', 'x', '2024-02-11', '{}', 'x', 'x',"
        " '2024-02-11', '2024-02-11' from registrations limit 1",
    ):
        shop.rows(f"insert into {insert} returning 1")


def uses(shop: Shop) -> None:
    """A row in each table of usage."""
    for insert in (
        "meters (id, code, name, aggregation, resets, created_at)"
        " values (gen_random_uuid(), 'm', 'M', 'unique', true, '2025-02-11')",
        "usage_events (transaction_id, customer_id, meter_id, at, counted, measure, key, position,"
        " received_at) select 't', c.id, m.id, '2025-02-11', true, 0, 'k', 1, '2025-02-11'"
        " from customers c, meters m limit 1",
        "usage_windows (customer_id, meter_id, begins_at, events, total, most)"
        " select customer_id, meter_id, at, 1, 0, 0 from usage_events",
        "usage_distinct (customer_id, meter_id, begins_at, key, events)"
        " select customer_id, meter_id, at, key, 1 from usage_events",
        "usage_periods (id, subscription_id, customer_id, item_id, plan_id, price_id, meter_id,"
        " begins_at, period_start, created_at)"
        " select i.id, i.subscription_id, e.customer_id, i.id, i.plan_id,"
        " i.price_id, e.meter_id, e.at, e.at, e.at from usage_events e, subscription_items i",
        "usage_marks (subscription_id, marked_at) select id, '2025-02-11' from subscriptions",
    ):
        shop.rows(f"insert into {insert} returning 1")
