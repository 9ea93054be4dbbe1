-- Sandboxes: test tenants of an account beside its first one, each with a name, a wall of its own
-- and a clock of its own; and what stopped a clock that does not arrive.

alter table tenants
  add column sandbox text,            -- its name in the account; null: the first test tenant, or live
  add column archived_at timestamptz; -- nobody enters it, and nothing in it is due any more
alter table test_clocks
  add column failure text; -- why it does not get on from where it stands; null: it does

-- The older release asks this, and knows of no sandboxes.
create or replace function tenants_of_user(of_user uuid)
  returns table (tenant_id uuid, livemode boolean)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select t.tenant_id, t.livemode
      from users u join tenants t on t.account_id = u.account_id
      where u.id = of_user and t.sandbox is null
      order by t.livemode, t.tenant_id;
  end;

-- Which tenants may this person enter: live, test, and the sandboxes that are open, by name.
create function places_of_user(of_user uuid)
  returns table (tenant_id uuid, livemode boolean, sandbox text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select t.tenant_id, t.livemode, t.sandbox
      from users u join tenants t on t.account_id = u.account_id
      where u.id = of_user and t.archived_at is null
      order by t.sandbox is not null, t.livemode desc, lower(t.sandbox), t.tenant_id;
  end;

-- The sandboxes of the account that asks. Only its first test tenant is told: a sandbox knows
-- nothing of the others, and live knows of no test.
create function sandboxes_of_account()
  returns table (
    id uuid, name text, created_at timestamptz, archived_at timestamptz, frozen_time timestamptz)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select s.tenant_id, s.sandbox, s.created_at, s.archived_at, c.frozen_time
      from tenants own
      join tenants s on s.account_id = own.account_id
      left join test_clocks c on c.tenant_id = s.tenant_id
     where own.tenant_id = current_tenant() and own.sandbox is null and not own.livemode
       and s.sandbox is not null;
  end;

-- As before, but of what is archived nothing is due.
create or replace function tenants_with_due_work(
    at timestamptz, at_most integer, but uuid[] default '{}')
  returns table (tenant_id uuid, due_at timestamptz, advancing boolean)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select t.tenant_id, due.at, coalesce(c.status = 'advancing', false)
      from tenants t
      left join test_clocks c on c.tenant_id = t.tenant_id
      cross join lateral (select min(k.at) as at from kinds_due(t.tenant_id) k) due
      where t.tenant_id <> all (but) and t.archived_at is null
        and (due.at <= coalesce(c.frozen_time, tenants_with_due_work.at)
             or c.status = 'advancing')
      order by due.at
      limit at_most;
  end;
