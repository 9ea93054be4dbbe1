-- The floor: one batch of renewals as one statement, knowing just this crowd's case by heart
-- (monthly, exclusive prices, 18 per cent on every code, INR), and writing the same rows as the engine.
with due as materialized (
  select s.id, s.customer_id, s.registration_id, s.currency, s.collection_method, s.tax_behavior,
         s.timezone, s.period_end as starts, next.edge as ends,
         c.party_id as buyer_party_id, c.country, c.state, t.value is not null as registered,
         row_number() over (order by s.next_billing_at, s.id) as place
    from (
      select * from subscriptions
       where tenant_id = current_tenant() and next_billing_at <= %(at)s
       order by next_billing_at, id
       limit %(limit)s
         for update skip locked
    ) s
    join customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id
    left join tax_ids t on t.tenant_id = c.tenant_id and t.customer_id = c.id
      and t.type = 'in_gst'
    cross join lateral (
      select (s.billing_anchor + make_interval(months =>
        (extract(year from s.period_end)::int - extract(year from s.billing_anchor)::int) * 12
        + extract(month from s.period_end)::int - extract(month from s.billing_anchor)::int + 1
      ))::date as edge
    ) next
), supplied as materialized (
  select d.*, uuidv7() as invoice_id, uuidv7() as entry_id, r.party_id as seller_party_id,
         regexp_replace(r.series ->> 'invoice', '{n:\d+}', '{n}') as series,
         st.code as place_code, d.state = r.state as intra
    from due d
    join registrations r on r.tenant_id = current_tenant() and r.id = d.registration_id
    join (values ('KA', '29'), ('MH', '27'), ('TN', '33'), ('DL', '07'), ('WB', '19'))
      st (iso, code) on st.iso = d.state
), lines as materialized (
  select d.invoice_id, d.intra, d.starts, d.ends, d.tax_behavior, i.id as item_id,
         (row_number() over (partition by d.invoice_id order by i.position) - 1)::smallint as position,
         i.price_id, p.name, g.tax_code, case r.model when 'flat' then 1 else i.quantity end as quantity,
         r.amount as unit_amount,
         case r.model when 'flat' then r.amount else r.amount * i.quantity end as amount
    from supplied d
    join subscription_items i on i.tenant_id = current_tenant() and i.subscription_id = d.id
    join plans p on p.tenant_id = i.tenant_id and p.id = i.plan_id
    join products g on g.tenant_id = p.tenant_id and g.id = p.product_id
    join prices r on r.tenant_id = i.tenant_id and r.id = i.price_id
), taxes as materialized (
  select l.invoice_id, l.position as line_position, h.position, h.name, h.rate,
         l.amount as taxable, (2 * l.amount * h.part + 100) / 200 as amount
    from lines l
    join (values (true, 0, 'CGST', '9', 9), (true, 1, 'SGST', '9', 9), (false, 0, 'IGST', '18', 18))
      h (intra, position, name, rate, part) on h.intra = l.intra
), taxed as materialized (
  select invoice_id, position, name, sum(amount)::bigint as amount
    from taxes group by invoice_id, position, name
), totals as materialized (
  select l.invoice_id, l.subtotal, t.tax, l.subtotal + t.tax as total
    from (select invoice_id, sum(amount)::bigint as subtotal from lines group by 1) l
    join (select invoice_id, sum(amount)::bigint as tax from taxed group by 1) t using (invoice_id)
), drawn as (
  insert into number_counters
      (registration_id, document_type, series, financial_year, last_number)
    select registration_id, 'invoice', series, %(year)s, count(*)
      from supplied group by registration_id, series
    on conflict (tenant_id, registration_id, document_type, series, financial_year)
    do update set last_number = number_counters.last_number + excluded.last_number
    returning registration_id, series, last_number
), told as (
  insert into events (id, type, subject_id, facts, at, sequence)
    select uuidv7(), 'invoice.finalized', invoice_id,
           jsonb_build_object('invoice_id', invoice_id, 'customer_id', customer_id,
             'subscription_id', id, 'currency', currency, 'total', total,
             'collection_method', collection_method, 'amount_due', total),
           %(at)s, 1
      from supplied join totals using (invoice_id)
), renewed as (
  update subscriptions s
     set period_start = d.starts, period_end = d.ends,
         next_billing_at = d.ends::timestamp at time zone d.timezone,
         billed_on = %(today)s, billed_count = 1, mrr = t.subtotal
    from supplied d join totals t using (invoice_id)
   where s.tenant_id = current_tenant() and s.id = d.id
), booked as (
  insert into entries (id, kind, source_id, booked_on, created_at)
    select entry_id, 'invoice_issued', invoice_id, %(today)s, %(at)s from supplied
), posted as (
  insert into postings (entry_id, position, booked_on, debit, credit, amount, currency)
    select entry_id, 0, %(today)s, 'receivable', 'deferred_revenue', subtotal, currency
      from supplied join totals using (invoice_id)
    union all
    select entry_id, 1 + position, %(today)s, 'receivable', lower(name) || '_payable', amount,
           currency
      from supplied join taxed using (invoice_id)
), lined as (
  insert into invoice_lines
      (id, invoice_id, position, subscription_item_id, price_id, description, tax_code, quantity,
       unit_amount, priced, amount, tax_behavior, period_start, period_end, full_start, full_end,
       recognized_until)
    select uuidv7(), invoice_id, position, item_id, price_id, name, tax_code, quantity,
           unit_amount, amount, amount, tax_behavior, starts, ends, starts, ends, starts
      from lines
), rated as (
  insert into line_taxes (invoice_id, line_position, position, name, rate, taxable, amount)
    select invoice_id, line_position, position, name, rate, taxable, amount from taxes
), issued as (
  insert into invoices
      (id, registration_id, customer_id, subscription_id, status, series, financial_year, sequence,
       number, currency, subtotal, discount, tax, round_off, total, amount_paid,
       collection_method, issued_on, due_on, period_start, period_end, supply_kind,
       supply_treatment, place_country, place_state, place_code, law, seller_party_id,
       buyer_party_id, link_token, created_at)
    select d.invoice_id, d.registration_id, d.customer_id, d.id, 'open', d.series, %(year)s, n,
           'INV/' || %(year)s || '/' || lpad(n::text, greatest(5, length(n::text)), '0'),
           d.currency, t.subtotal, 0, t.tax, 0, t.total, 0, d.collection_method, %(today)s,
           %(today)s, d.starts, d.ends, case when d.intra then 'intra' else 'inter' end,
           'taxable', d.country, d.state, d.place_code,
           case when d.registered then 'IGST Act s.12(2)(a)' else 'IGST Act s.12(2)(b)(i)' end
             || case when d.intra then ', s.8(2)' else ', s.7(3)' end,
           d.seller_party_id, d.buyer_party_id,
           replace(gen_random_uuid()::text, '-', ''), %(at)s
      from supplied d
      join totals t using (invoice_id)
      join drawn using (registration_id, series)
      cross join lateral (
        select drawn.last_number - (select count(*) from supplied) + d.place as n) numbered
    returning 1
)
select count(*) from issued
