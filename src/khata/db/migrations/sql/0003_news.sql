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
