-- News that leaves: events in the order of what they are about, and the stream.

-- 1, 2, 3 … without holes for each subject. Two who tell of one subject at once would draw the same
-- number: the index lets only one of them have it (see db/stores/events.py).
alter table events add column sequence integer;

-- The wall holds for the owner too; inside this migration, which nobody else can look into, it must
-- number every tenant's events. A million of them take a little over half a minute.
alter table events no force row level security;
create policy owner_numbers on events for update to current_user using (true);
update events e set sequence = numbered.sequence
  from (
    select tenant_id, id,
           row_number() over (partition by tenant_id, subject_id order by at, id) as sequence
      from events
  ) numbered
 where e.tenant_id = numbered.tenant_id and e.id = numbered.id;
drop policy owner_numbers on events;
alter table events force row level security;

-- Who writes events waits already, for the numbering above.
-- squawk-ignore require-concurrent-index-creation
create unique index events_sequence on events (tenant_id, subject_id, sequence);

-- The release before stores events without a number, and marks them reacted to without giving them
-- one: whatever comes without is numbered as it comes, so that no event is ever without. For rows of
-- this release the condition is all that it costs. Who then meets another in the index is refused,
-- and does his transaction again; in the release before only a second writer about one subject that
-- does not hold its row could, and there is none. Goes, and the column is `not null`, when no such
-- release can be at work any more.
create function events_numbered() returns trigger language plpgsql as $$
begin
  select coalesce(max(e.sequence), 0) + 1 into new.sequence
    from events e where e.tenant_id = new.tenant_id and e.subject_id = new.subject_id;
  return new;
end $$;
create trigger events_numbered before insert on events
  for each row when (new.sequence is null) execute function events_numbered();

-- What is to be published on the stream: one row for each event that was reacted to while a stream
-- was set up, in the order of reacting, and so in the order of each subject. The relay removes a row
-- when the stream has said that it keeps the event. An event stands in `events` for ever, so that
-- no key is needed to hold it.
create table stream_outbox (
  tenant_id uuid not null default current_tenant(),
  place bigint generated always as identity,
  event_id uuid not null,
  at timestamptz not null, -- the tenant's time at which it was reacted to
  primary key (tenant_id, place)
);

-- Whose events wait for the stream? The longest waiting first. From tenant to tenant by the index, so
-- that a tenant with a million rows costs no more than one with one.
create function tenants_to_stream(at_most integer, but uuid[] default '{}')
  returns table (tenant_id uuid)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    with recursive waiting as (
      (select o.tenant_id, o.place from stream_outbox o order by o.tenant_id, o.place limit 1)
      union all
      select n.tenant_id, n.place
        from waiting w cross join lateral (
          select o.tenant_id, o.place from stream_outbox o
           where o.tenant_id > w.tenant_id order by o.tenant_id, o.place limit 1) n)
    select w.tenant_id from waiting w
     where w.tenant_id <> all (but)
     order by w.place limit at_most;
  end;

-- How many events wait for the stream, and since when the oldest; a test clock's time says nothing
-- of how long it waits.
create function stream_lag()
  returns table (pending bigint, oldest timestamptz)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select count(*), min(o.at) filter (where c.tenant_id is null)
      from stream_outbox o left join test_clocks c on c.tenant_id = o.tenant_id;
  end;
