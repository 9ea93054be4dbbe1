-- Webhooks: where a tenant's news is sent, and what became of each delivery.
-- Instants of sending (next_try_at, failing_since, …) are the machine's: a test tenant's clock
-- moves what happens, not the network.

create table webhook_endpoints (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  url text not null,
  description text,
  events text[] not null, -- filters: a type, the beginning of types (invoice.*), or *
  secret bytea not null, -- sealed for this row and column, as is the one before it
  previous_secret bytea,
  previous_until timestamptz, -- until then both sign
  status text not null check (status in ('enabled', 'disabled')),
  disabled_at timestamptz,
  disabled_because text check (disabled_because in ('person', 'gone', 'failing')),
  failing_since timestamptz, -- the first failure since the last success
  failures integer not null default 0, -- in a row
  slow_until timestamptz, -- it is left in peace until then
  created_at timestamptz not null,
  deleted_at timestamptz, -- its secrets are gone then; the log of its deliveries stays
  primary key (tenant_id, id),
  check ((status = 'disabled') = (disabled_at is not null)),
  check ((status = 'disabled') = (disabled_because is not null)),
  check ((previous_secret is null) = (previous_until is null))
);

-- One row for an event and an endpoint. Of what is about one subject only the first that is
-- pending has a next_try_at: those behind it wait for it, and the next is woken when it is done.
create table webhook_deliveries (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  endpoint_id uuid not null,
  event_id uuid not null,
  subject_id uuid not null,
  sequence integer not null, -- of the event among those of its subject
  status text not null check (status in ('pending', 'succeeded', 'failed', 'discarded')),
  tries integer not null default 0, -- of the schedule, which begins anew when it is resent
  next_try_at timestamptz,
  lease integer not null default 0, -- counts who took it: a record of an earlier taking is void
  last_try_at timestamptz,
  last_status_code integer,
  last_error text,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, endpoint_id) references webhook_endpoints,
  foreign key (tenant_id, event_id) references events,
  check (next_try_at is null or status = 'pending')
);
create unique index webhook_deliveries_once on webhook_deliveries (tenant_id, endpoint_id, event_id);
create index webhook_deliveries_event on webhook_deliveries (tenant_id, event_id, id);
create index webhook_deliveries_listed on webhook_deliveries (tenant_id, endpoint_id, id);
create index webhook_deliveries_status on webhook_deliveries (tenant_id, status, id);
create index webhook_deliveries_due on webhook_deliveries
  (tenant_id, endpoint_id, next_try_at, id) where next_try_at is not null;
create index webhook_deliveries_waiting on webhook_deliveries
  (tenant_id, endpoint_id, subject_id, sequence) where status = 'pending';

-- The log: what was sent can be said again from the event, the time and the signature.
create table webhook_tries (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  delivery_id uuid not null,
  at timestamptz not null,
  url text not null,
  signature text not null,
  took_ms integer not null,
  status_code integer,
  error text, -- a word, where there was no answer
  answer text not null, -- its first 2 kB
  primary key (tenant_id, id),
  foreign key (tenant_id, delivery_id) references webhook_deliveries
);
create index webhook_tries_delivery on webhook_tries (tenant_id, delivery_id, id);

-- To which endpoints has something to be sent? Found by skipping from endpoint to endpoint in the
-- index of what waits: it costs a step for each that waits, however much waits there, and next
-- to nothing for thousands of tenants that wait for nothing. `but` are passed over.
create function tenants_with_webhooks_due(at timestamptz, at_most integer, but uuid[] default '{}')
  returns table (tenant_id uuid, endpoint_id uuid, due_at timestamptz, failing boolean)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    with recursive waiting as (
      (select d.tenant_id, d.endpoint_id, d.next_try_at
         from webhook_deliveries d where d.next_try_at is not null
        order by d.tenant_id, d.endpoint_id, d.next_try_at limit 1)
      union all
      select n.tenant_id, n.endpoint_id, n.next_try_at
        from waiting w
        cross join lateral (
          select d.tenant_id, d.endpoint_id, d.next_try_at
            from webhook_deliveries d
           where d.next_try_at is not null
             and (d.tenant_id, d.endpoint_id) > (w.tenant_id, w.endpoint_id)
           order by d.tenant_id, d.endpoint_id, d.next_try_at limit 1) n)
    select w.tenant_id, w.endpoint_id, greatest(w.next_try_at, e.slow_until),
           e.failing_since is not null
      from waiting w
      join webhook_endpoints e on e.tenant_id = w.tenant_id and e.id = w.endpoint_id
     where w.next_try_at <= tenants_with_webhooks_due.at
       and e.status = 'enabled'
       and (e.slow_until is null or e.slow_until <= tenants_with_webhooks_due.at)
       and w.endpoint_id <> all (but)
     order by 3, 2
     limit at_most;
  end;
