-- Figures: what an operator watches. The questions cross tenants and answer sums, never a row; each
-- stays cheap at a million invoices, for it is asked four times a minute. All go by indexes, and are
-- told so: after a great run the planner knows tables that were small a minute ago, and would read
-- them whole for each invoice (measured: 95 seconds instead of 13 milliseconds).

-- Where it happened in a trace (W3C `traceparent`), so that what follows from it can go on there.
alter table events add column traceparent text;

-- The oldest release that these tables still serve, named by its last step. A release that finds
-- steps it does not know asks: it goes on when it is not older than this. A step that takes
-- something away (contract) replaces this function; steps that only add leave it alone.
create function serves_from() returns text language sql immutable return '0001_spine';

-- One row a figure; `label` tells parts of it apart, where it has parts. Time is the machine's, so
-- tenants that live on a test clock are passed over. A count ends at 100,000: beyond that, no matter.
create function figures_of_work(at timestamptz)
  returns table (name text, label text, value double precision)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
  begin atomic
    with living as materialized (
      select t.tenant_id from tenants t
       where not exists (select from test_clocks c where c.tenant_id = t.tenant_id)
    ), oldest as materialized (
      select min(due.billing) as billing, min(due.event) as event
        from living l
        cross join lateral (
          select
            (select min(s.next_billing_at) from subscriptions s
              where s.tenant_id = l.tenant_id and s.next_billing_at is not null) as billing,
            (select min(e.at) from events e
              where e.tenant_id = l.tenant_id and e.reacted_at is null) as event) due
    )
    select 'billing_run_lag_seconds', '',
           coalesce(greatest(extract(epoch from figures_of_work.at - o.billing), 0), 0)::float8
      from oldest o
    union all
    select 'outbox_oldest_seconds', '',
           coalesce(greatest(extract(epoch from figures_of_work.at - o.event), 0), 0)::float8
      from oldest o
    union all
    select 'outbox_pending', '', count(*)::float8
      from (select from events e where e.reacted_at is null limit 100000) waiting
    union all
    select 'dunning_open', '', count(*)::float8
      from (select from payments p
             where p.decline_count > 0 and p.status in ('scheduled', 'processing')
             limit 100000) dunned
    union all
    select 'parked_work', p.kind, count(*)::float8
      from (select w.kind from parked w where w.released_at is null limit 100000) p
     group by p.kind
    union all
    select 'workers_alive', '', count(*)::float8
      from processes w
     where w.kind in ('worker', 'up') and w.seen_at > figures_of_work.at - interval '60 seconds';
  end;

-- What an invoice still owes by its own row, against what the books have as receivable for it.
create function books_off(of_tenant uuid, of_invoice uuid) returns numeric
  language sql stable
  begin atomic
    select abs(
      (select case when i.status in ('open', 'paid') then i.total - i.amount_paid else 0 end
         from invoices i where i.tenant_id = of_tenant and i.id = of_invoice)
      - coalesce((
          select sum(case 'receivable' when p.debit then p.amount when p.credit then -p.amount
                     else 0 end)
            from (select of_invoice as source_id
                  union all
                  select a.id from attempts a
                   where a.tenant_id = of_tenant and a.invoice_id = of_invoice) about
            join entries e on e.tenant_id = of_tenant and e.source_id = about.source_id
            join postings p on p.tenant_id = of_tenant and p.entry_id = e.id), 0));
  end;
revoke all on function books_off(uuid, uuid) from public;

-- The next invoices after a place, over all tenants in turn: how far off the books of these are, and
-- the place that was come to; no place: the end. A walk of many such steps checks everything.
create function books_checked(after_tenant uuid, after_invoice uuid, at_most integer)
  returns table (off numeric, invoices bigint, last_tenant uuid, last_invoice uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
  begin atomic
    with step as materialized (
      select i.tenant_id, i.id from invoices i
       where (i.tenant_id, i.id) > (after_tenant, after_invoice)
       order by i.tenant_id, i.id limit at_most
    ), place as (
      select s.tenant_id, s.id from step s order by s.tenant_id desc, s.id desc limit 1
    )
    select coalesce((select sum(books_off(s.tenant_id, s.id)) from step s), 0),
           (select count(*) from step),
           (select p.tenant_id from place p), (select p.id from place p);
  end;

-- The same for what was made since `since`, an id that says a time.
create function new_books_checked(since uuid, at_most integer)
  returns table (off numeric, invoices bigint)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
  begin atomic
    with made as materialized (
      select t.tenant_id, i.id
        from tenants t
        cross join lateral (
          select v.id from invoices v
           where v.tenant_id = t.tenant_id and v.id >= since limit at_most) i
       where not exists (select from test_clocks c where c.tenant_id = t.tenant_id)
       limit at_most
    )
    select coalesce((select sum(books_off(m.tenant_id, m.id)) from made m), 0),
           (select count(*) from made);
  end;
