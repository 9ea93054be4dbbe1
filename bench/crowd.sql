-- Customers with their parties, tax ids and subscriptions, a month old and due again today.
create temporary table crowd as
  select n, uuidv7() as party_id, uuidv7() as customer_id, uuidv7() as subscription_id,
         (:states)[n % 10 + 1] as state, 1 + n % 20 as seats, n % 7 as storage,
         date '2026-10-24' - make_interval(months => n % 12) as anchor
    from generate_series(0, :count - 1) n;

insert into parties (id, facts, created_at)
  select party_id,
         jsonb_build_object('name', 'Customer ' || n, 'country', 'IN', 'state', state,
           'email', n || '@customers.example', 'tax_id', g.value,
           'gstin', g.value,
           'address', jsonb_build_object('line1', n || ', Market Road', 'city', 'Somewhere',
             'postal_code', (110001 + n % 700000)::text)),
         anchor
    from crowd left join gstins g using (n);
insert into customers
    (id, name, email, currency, timezone, country, state, address, party_id,
     created_at)
  select customer_id, 'Customer ' || n, n || '@customers.example', 'INR', 'Asia/Kolkata', 'IN',
         state, jsonb_build_object('line1', n || ', Market Road', 'city', 'Somewhere',
           'postal_code', (110001 + n % 700000)::text), party_id, anchor
    from crowd;
insert into tax_ids (id, customer_id, type, value, created_at)
  select uuidv7(), customer_id, 'in_gst', value, anchor from crowd join gstins using (n);
insert into subscriptions
    (id, customer_id, registration_id, status, collection_method, days_until_due, currency,
     timezone, interval, interval_count, tax_behavior, start_on, billing_anchor, period_start,
     period_end, next_billing_at, billed_on, billed_count, mrr, created_at)
  select subscription_id, customer_id, r.id, 'active', 'charge_automatically', 0, 'INR',
         'Asia/Kolkata', 'month', 1, 'exclusive', anchor, anchor, '2026-10-24', '2026-11-24',
         timestamp '2026-11-24' at time zone 'Asia/Kolkata', '2026-10-24', 1,
         149900 + 24900 * seats + 3745 * storage, anchor
    from crowd, registrations r where r.tenant_id = current_tenant();
insert into subscription_items (id, subscription_id, position, plan_id, price_id, quantity)
  select uuidv7(), subscription_id, place, p.id, r.id,
         case place when 1 then 1 when 2 then seats else storage end
    from crowd
    cross join (values (1, 'platform'), (2, 'seats'), (3, 'storage')) i (place, code)
    join plans p on p.tenant_id = current_tenant() and p.code = i.code
    join prices r on r.tenant_id = p.tenant_id and r.plan_id = p.id;
