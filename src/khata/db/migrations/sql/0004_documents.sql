-- Documents that are kept: what was given out once is given out again, to the byte.

-- A file that was given out, and where it lies in the file store. `version` names the state of the
-- invoice that it shows (core/document_version.py): one file for each, the first that was kept.
create table documents (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  kind text not null check (kind in ('invoice')),
  invoice_id uuid not null,
  version text not null,
  key text not null,
  sha256 text not null, -- of the file, as sha256sum prints it
  bytes bigint not null,
  rendered_at timestamptz not null,
  may_be_replaced boolean not null default false, -- a person has seen that the file is lost
  replaced_at timestamptz, -- the file was lost, and another stands in its place
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references invoices
);
create unique index documents_once on documents (tenant_id, invoice_id, kind, version)
  where replaced_at is null;

-- Invoices that are to be rendered before the mails that attach them; a row goes when it is done.
create table renderings (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  invoice_id uuid not null,
  next_try_at timestamptz, -- null: parked
  tries integer not null default 0,
  error text,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references invoices
);
create unique index renderings_invoice on renderings (tenant_id, invoice_id);
create index renderings_due on renderings (tenant_id, next_try_at) where next_try_at is not null;

create or replace function kinds_due(of_tenant uuid)
  returns table (kind text, at timestamptz)
  language sql stable
  begin atomic
    select v.kind, v.at
      from due_times(of_tenant) d
      cross join lateral (values
        ('close', d.close), ('billing', d.billing), ('events', d.events), ('asks', d.asks),
        ('payments', d.payments), ('refunds', d.refunds), ('reminders', d.reminders),
        ('documents', (select min(next_try_at) from renderings
                        where tenant_id = of_tenant and next_try_at is not null)),
        ('mails', d.mails)) v (kind, at)
     where v.at is not null;
  end;

-- As before, of every kind that there is.
create or replace function tenants_with_due_work(
    at timestamptz, at_most integer, but uuid[] default '{}')
  returns table (tenant_id uuid, due_at timestamptz, advancing boolean)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select t.tenant_id, due.at, coalesce(c.status = 'advancing', false)
      from tenants t
      left join test_clocks c on c.tenant_id = t.tenant_id
      cross join lateral (select min(k.at) as at from kinds_due(t.tenant_id) k) due
      where t.tenant_id <> all (but)
        and (due.at <= coalesce(c.frozen_time, tenants_with_due_work.at)
             or c.status = 'advancing')
      order by due.at
      limit at_most;
  end;

-- Who keeps keys for repeats that are older than they need be? The oldest first, and in the
-- machine's time: keys age in the caller's world, also beside a test clock.
create function tenants_with_upkeep_due(keys_before timestamptz, at_most integer)
  returns table (tenant_id uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select t.tenant_id
      from tenants t
      cross join lateral (
        select min(k.created_at) as at from idempotency_keys k where k.tenant_id = t.tenant_id
      ) oldest
     where oldest.at < keys_before
     order by oldest.at
     limit at_most;
  end;

-- Both hold the days of a week, which are few rows: nobody waits for long.
-- squawk-ignore require-concurrent-index-creation
create index sessions_ended on sessions (expires_at);
-- squawk-ignore require-concurrent-index-creation
create index sign_in_tries_ended on sign_in_tries (window_ends_at);
