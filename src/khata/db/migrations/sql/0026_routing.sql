-- Routes by amount and with fallbacks, how accounts fare, and bodies of events that go after a time.

alter table gateway_routes
  add column min_amount bigint,                     -- minor units of the currency: from here on …
  add column max_amount bigint,                     -- … and below this
  add column fallbacks uuid[] not null default '{}'; -- accounts of the same gateway, in order

-- How the account fares: see core/gateway_health.py. All workers see the same row.
alter table gateway_accounts
  add column failures integer not null default 0,   -- calls in a row that failed
  add column trouble text,                          -- what was wrong with the last of them
  add column ailing_since timestamptz,              -- since when calls are held back
  add column shut_until timestamptz,                -- until when nobody calls
  add column openings integer not null default 0,   -- how often it was closed off since
  add column looks boolean not null default false,  -- one call was let through to see
  add column told boolean not null default false;   -- its owner knows

-- The attempt whose failure this one was made for, by another way to pay.
alter table attempts add column fallback_of uuid;

-- A payment that another way is tried for: which one, and which were tried in this go.
create table fallbacks (
  tenant_id uuid not null default current_tenant(),
  payment_id uuid not null,
  payment_method_id uuid not null,
  after_attempt_id uuid,                            -- null: there was nobody to call
  tried uuid[] not null,
  created_at timestamptz not null,
  primary key (tenant_id, payment_id),
  foreign key (tenant_id, payment_id) references payments,
  foreign key (tenant_id, payment_method_id) references payment_methods
);
create index fallbacks_method on fallbacks (tenant_id, payment_method_id);

-- Who keeps bodies of events that are older than they need be? The oldest first, in the machine's
-- time, as events come by it.
create function tenants_with_old_event_bodies(received_before timestamptz, at_most integer)
  returns table (tenant_id uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select t.tenant_id
      from tenants t
      cross join lateral (
        select min(e.received_at) as at from gateway_events e
         where e.tenant_id = t.tenant_id and e.body_hash is null
           and e.status in ('applied', 'set_aside')
      ) oldest
     where oldest.at < received_before
     order by oldest.at
     limit at_most;
  end;
