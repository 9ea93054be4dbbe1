-- Figures of news that leaves: what waits for webhooks and for the stream, in sums (see 0007).

create function figures_of_stream(at timestamptz)
  returns table (name text, label text, value double precision)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    with lag as (select l.pending, l.oldest from stream_lag() l)
    select 'stream_pending', '', l.pending::float8 from lag l
    union all
    select 'stream_oldest_seconds', '',
           coalesce(greatest(extract(epoch from figures_of_stream.at - l.oldest), 0), 0)::float8
      from lag l;
  end;

create function figures_of_webhooks(at timestamptz)
  returns table (name text, label text, value double precision)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
  begin atomic
    select 'webhook_oldest_pending_seconds', '',
           coalesce(greatest(extract(epoch from figures_of_webhooks.at - min(d.created_at)), 0),
                    0)::float8
      from (select w.tenant_id, w.created_at from webhook_deliveries w
             where w.status = 'pending' limit 100000) d
     where not exists (select from test_clocks c where c.tenant_id = d.tenant_id)
    union all
    select 'webhook_endpoints_disabled', '', count(*)::float8
      from webhook_endpoints e where e.status = 'disabled' and e.deleted_at is null;
  end;
