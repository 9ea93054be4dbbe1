-- A year that the crowd has lived through: twelve invoices of each subscription, booked and, but for
-- the last month's, mostly paid; one payment in ten was declined at first.
create temporary table bills as
  select s.id as subscription_id, s.customer_id, s.registration_id, c.party_id, s.mrr as net,
         (18 * s.mrr + 50) / 100 as tax, m as month, uuidv7() as id, uuidv7() as entry_id,
         uuidv7() as payment_id, uuidv7() as attempt_id,
         date '2026-10-24' - make_interval(months => m) as starts,
         row_number() over (order by 11 - m, s.id) as n
    from subscriptions s join customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id,
         generate_series(0, 11) m
   where s.tenant_id = current_tenant();

insert into invoices
    (id, registration_id, customer_id, subscription_id, status, series, financial_year, sequence,
     number, currency, subtotal, discount, tax, round_off, total, amount_paid, collection_method,
     issued_on, due_on, period_start, period_end, supply_kind, supply_treatment, place_country,
     place_state, place_code, law, seller_party_id, buyer_party_id, link_token, created_at, paid_at)
  select b.id, registration_id, customer_id, subscription_id,
         case when month = 0 and n % 4 = 0 then 'open' else 'paid' end, 'INV/{fy}/{n}', '26-27', n,
         'INV/' || n, 'INR', net, 0, tax, 0, net + tax,
         case when month = 0 and n % 4 = 0 then 0 else net + tax end, 'charge_automatically',
         starts, starts, starts, starts + interval '1 month', 'inter', 'taxable', 'IN', 'KA', '29',
         'IGST Act s.12(2)(a)', r.party_id, b.party_id, replace(b.id::text, '-', ''), starts, starts
    from bills b join registrations r on r.tenant_id = current_tenant() and r.id = registration_id
   order by n;
insert into entries (id, kind, source_id, booked_on, created_at)
  select entry_id, 'invoice_issued', id, starts, starts from bills order by n;
insert into postings (entry_id, position, booked_on, debit, credit, amount, currency)
  select entry_id, p, starts, 'receivable',
         case p when 0 then 'deferred_revenue' else 'igst_payable' end,
         case p when 0 then net else tax end, 'INR'
    from bills, generate_series(0, 1) p order by n, p;
insert into postings (entry_id, position, booked_on, debit, credit, amount, currency)
  select entry_id, 2, starts, 'deferred_revenue', 'revenue', net, 'INR' from bills order by n;
insert into payments
    (id, invoice_id, customer_id, amount, currency, status, decline_count, created_at, finished_at)
  select payment_id, id, customer_id, net + tax, 'INR',
         case when month = 0 and n % 4 = 0 then 'given_up' else 'succeeded' end,
         case when n % 10 = 0 then 1 when month = 0 and n % 4 = 0 then 4 else 0 end, starts, starts
    from bills order by n;
insert into attempts
    (id, payment_id, invoice_id, gateway, token, amount, currency, number, status, created_at,
     finished_at)
  select attempt_id, payment_id, id, 'fake', 'tok', net + tax, 'INR', 1,
         case when n % 10 = 0 or (month = 0 and n % 4 = 0) then 'failed' else 'succeeded' end,
         starts, starts
    from bills order by n;
insert into mrr_days (customer_id, currency, day, before, after, reason)
  select customer_id, 'INR', starts, 0, net, 'started' from bills where month = 11;
insert into mrr_days (customer_id, currency, day, before, after, reason)
  select customer_id, 'INR', starts, net, case n % 2 when 0 then 0 else 2 * net end, 'changed'
    from bills where month = n % 10 + 1 and n % 5 = 0;
drop table bills;
