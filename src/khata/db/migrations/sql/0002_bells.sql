-- What is rung for: work on many machines, and when each kind of it is due.

-- Of one tenant: when each kind of its work is next due; a kind that waits for nothing has no row.
-- A kind is added here, and whoever does not know it passes it over (compare due_times, whose
-- columns the release before reads by their number).
create function kinds_due(of_tenant uuid)
  returns table (kind text, at timestamptz)
  language sql stable
  begin atomic
    select v.kind, v.at
      from due_times(of_tenant) d
      cross join lateral (values
        ('close', d.close), ('billing', d.billing), ('events', d.events), ('asks', d.asks),
        ('payments', d.payments), ('refunds', d.refunds), ('reminders', d.reminders),
        ('mails', d.mails)) v (kind, at)
     where v.at is not null;
  end;

-- A bell is rung for a tenant's work in one queue; the message that carries it may be lost, doubled
-- or late. One row stands for each that is in the air, so that no tenant has more than its lanes.
create table bells (
  tenant_id uuid not null default current_tenant(),
  queue text not null,
  lane smallint not null,
  id uuid not null default gen_random_uuid(), -- what parked work names
  ring bigint not null default 1, -- counts up: a message with an older number rings for nothing
  rung_at timestamptz not null, -- the machine's time, as all times here; renewed when work begins
  tries smallint not null default 0, -- begun in a row and not ended well
  quiet_until timestamptz, -- after a failure, rest first
  is_parked boolean not null default false, -- until a person looks
  primary key (tenant_id, queue, lane)
);

-- Processes that are alive say so every few seconds; they belong to no tenant.
create table processes (
  id uuid primary key,
  kind text not null, -- api, worker, scheduler, relay, up
  queues text[] not null default '{}', -- of a worker
  host text not null,
  started_at timestamptz not null,
  seen_at timestamptz not null
);
create index processes_seen on processes (seen_at);

-- A wider check takes the place of the narrower one; the table is small, and locked for a moment.
-- squawk-ignore ban-drop-constraint
alter table parked drop constraint parked_kind_check;
alter table parked add constraint parked_kind_check check (kind in
  ('subscription', 'payment', 'attempt', 'refund', 'reminder', 'mail', 'event', 'document', 'job'))
  not valid;
-- squawk-ignore constraint-missing-not-valid
alter table parked validate constraint parked_kind_check;

-- Ring for whoever has work due and hears nothing: one bell for each tenant and queue, the longest
-- due first. `kinds` and `queues` say, side by side, which kind rings in which queue. A bell that
-- was rung before `lost_before` and never answered is rung again. Any number of schedulers may
-- ask at once: each bell is rung by one of them. A clock on its way rings in `billing` alone.
create function ring_bells(
    at timestamptz, lost_before timestamptz, kinds text[], queues text[], at_most integer)
  returns table (tenant_id uuid, queue text, lane smallint, ring bigint)
  language sql volatile security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    with due as (
      select t.tenant_id, q.queue, min(k.at) as at
        from tenants t
        left join test_clocks c on c.tenant_id = t.tenant_id
        cross join lateral kinds_due(t.tenant_id) k
        join lateral (
          select case when c.status = 'advancing' then 'billing' else m.queue end as queue
            from unnest(kinds, queues) m (kind, queue)
           where m.kind = k.kind) q on true
       where k.at <= coalesce(c.frozen_time, ring_bells.at) or c.status = 'advancing'
       group by t.tenant_id, q.queue),
    unheard as (
      select due.tenant_id, due.queue
        from due
       where not exists (
         select from bells b
          where b.tenant_id = due.tenant_id and b.queue = due.queue
            and (b.rung_at > lost_before or b.quiet_until > ring_bells.at or b.is_parked))
       order by due.at, due.tenant_id
       limit at_most)
    insert into bells as b (tenant_id, queue, lane, rung_at)
    select unheard.tenant_id, unheard.queue, 1, ring_bells.at from unheard
        on conflict (tenant_id, queue, lane) do update
       set ring = b.ring + 1, rung_at = excluded.rung_at, quiet_until = null
     where b.rung_at <= lost_before and not b.is_parked
    returning b.tenant_id, b.queue, b.lane, b.ring;
  end;
