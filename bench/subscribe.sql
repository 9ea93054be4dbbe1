-- What `POST /v1/subscriptions` reads and writes, bare: one plan, sold inside one state, to be paid
-- by hand. For pgbench, which is told :tenant, :hash, :plan and :year; each client has its customer.
select tenant_id from tenant_of_key(decode(:hash, 'hex'));
begin;
select set_config('khata.tenant', :tenant, true);
select uuidv7() as subscription, uuidv7() as item, uuidv7() as invoice, uuidv7() as line,
       uuidv7() as entry, uuidv7() as finalized \gset
select id as customer, party_id as buyer, timezone as zone from customers
 order by id offset :client_id limit 1 \gset
select p.name as plan_name, d.tax_code, r.id as price, r.amount, r.currency
  from plans p join products d on d.id = p.product_id join prices r on r.plan_id = p.id
 where p.id = :plan::uuid \gset
select id as registration, party_id as seller from registrations where is_default \gset
insert into subscriptions
    (id, customer_id, registration_id, status, collection_method, days_until_due, currency,
     timezone, interval, interval_count, tax_behavior, start_on, billing_anchor, next_billing_at,
     created_at)
  values (:subscription::uuid, :customer::uuid, :registration::uuid, 'incomplete', 'send_invoice',
     15, 'INR', :zone, 'month', 1, 'exclusive', '2026-11-26', '2026-11-26', '2026-11-25 18:30Z',
     '2026-11-26Z');
insert into subscription_items (id, subscription_id, position, plan_id, price_id, quantity)
  values (:item::uuid, :subscription::uuid, 0, :plan::uuid, :price::uuid, 2);
insert into moves (id, subscription_id, from_status, to_status, cause, actor, at)
  values (uuidv7(), :subscription::uuid, null, 'incomplete', 'created', 'api', '2026-11-26Z'),
         (uuidv7(), :subscription::uuid, 'incomplete', 'active', 'started', 'api', '2026-11-26Z');
update subscriptions
   set status = 'active', period_start = '2026-11-26', period_end = '2026-12-26',
       next_billing_at = '2026-12-25 18:30Z', billed_on = '2026-11-26', billed_count = 1,
       mrr = 2 * :amount::bigint
 where id = :subscription::uuid;
insert into mrr_days (customer_id, currency, day, before, after, reason)
  values (:customer::uuid, 'INR', '2026-11-26', 0, :amount::bigint, 'started')
  on conflict (tenant_id, customer_id, currency, day)
  do update set after = mrr_days.after + excluded.after;
insert into events (id, type, subject_id, sequence, facts, at, reacted_at)
  values (uuidv7(), 'subscription.created', :subscription::uuid, 1, '{}', '2026-11-26Z', '2026-11-26Z'),
         (:finalized::uuid, 'invoice.finalized', :invoice::uuid, 1, '{}', '2026-11-26Z', '2026-11-26Z'),
         (uuidv7(), 'subscription.activated', :subscription::uuid, 2, '{}', '2026-11-26Z', '2026-11-26Z');
insert into entries (id, kind, source_id, booked_on, created_at)
  values (:entry::uuid, 'invoice_issued', :invoice::uuid, '2026-11-26', '2026-11-26Z');
insert into postings (entry_id, position, booked_on, debit, credit, amount, currency)
  values (:entry::uuid, 0, '2026-11-26', 'receivable', 'deferred_revenue', 200000, 'INR'),
         (:entry::uuid, 1, '2026-11-26', 'receivable', 'cgst_payable', 18000, 'INR'),
         (:entry::uuid, 2, '2026-11-26', 'receivable', 'sgst_payable', 18000, 'INR');
insert into line_taxes (invoice_id, line_position, position, name, rate, taxable, amount)
  values (:invoice::uuid, 0, 0, 'CGST', '9', 200000, 18000),
         (:invoice::uuid, 0, 1, 'SGST', '9', 200000, 18000);
insert into invoice_lines
    (id, invoice_id, position, subscription_item_id, price_id, description, tax_code, quantity,
     unit_amount, amount, tax_behavior, period_start, period_end, full_start, full_end,
     recognized_until)
  values (:line::uuid, :invoice::uuid, 0, :item::uuid, :price::uuid, :plan_name, :tax_code, 2,
     100000, 200000, 'exclusive', '2026-11-26', '2026-12-26', '2026-11-26', '2026-12-26',
     '2026-11-26');
insert into number_counters
    (registration_id, document_type, series, financial_year, last_number)
  values (:registration::uuid, 'invoice', 'INV/{fy}/{n}', :year, 1)
  on conflict (tenant_id, registration_id, document_type, series, financial_year)
  do update set last_number = number_counters.last_number + 1
  returning last_number as n \gset
insert into invoices
    (id, registration_id, customer_id, subscription_id, status, series, financial_year, sequence,
     number, currency, subtotal, discount, tax, round_off, total, amount_paid, collection_method,
     issued_on, due_on, period_start, period_end, supply_kind, supply_treatment, place_country,
     place_state, place_code, law, seller_party_id, buyer_party_id, link_token, created_at)
  values (:invoice::uuid, :registration::uuid, :customer::uuid, :subscription::uuid, 'open',
     'INV/{fy}/{n}', :year, :n::bigint, 'INV/' || :year || '/' || lpad(:n::text, 5, '0'), 'INR',
     200000, 0, 36000, 0, 236000, 0, 'send_invoice', '2026-11-26', '2026-12-11', '2026-11-26',
     '2026-12-26', 'intra', 'taxable', 'IN', 'KA', '29', 'IGST Act s.12(2)(a), s.8(2)',
     :seller::uuid, :buyer::uuid, replace(gen_random_uuid()::text, '-', ''), '2026-11-26Z');
commit;
begin;
select set_config('khata.tenant', :tenant, true);
insert into reminders (id, kind, invoice_id, subscription_id, next_at, created_at)
  values (uuidv7(), 'overdue', :invoice::uuid, :subscription::uuid, '2026-12-12Z', '2026-11-26Z');
insert into mails
    (id, kind, customer_id, invoice_id, subscription_id, recipient, attaches_invoice, status, cause,
     created_at)
  values (uuidv7(), 'invoice', :customer::uuid, :invoice::uuid, :subscription::uuid,
     'buyer@customers.example', true, 'kept', :finalized::uuid, '2026-11-26Z');
commit;
