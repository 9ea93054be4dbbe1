-- When work is due, and the questions that cross tenants. Those are `security definer`
-- functions that answer nothing more than they must; the owner's right to read, which they need,
-- is a policy of its own on just these tables (see tenancy.py).

-- Of this tenant (or, inside tenants_with_due_work, of each): when each kind of work is next due.
create function due_times(of_tenant uuid)
  returns table (
    close timestamptz, billing timestamptz, events timestamptz, asks timestamptz,
    payments timestamptz, refunds timestamptz, reminders timestamptz, mails timestamptz)
  language sql stable
  begin atomic
    select
      (select next_close_at from tenants where tenant_id = of_tenant),
      (select min(next_billing_at) from subscriptions
        where tenant_id = of_tenant and next_billing_at is not null),
      (select min(at) from events where tenant_id = of_tenant and reacted_at is null),
      (select min(ask_at) from attempts where tenant_id = of_tenant and ask_at is not null),
      (select min(next_attempt_at) from payments
        where tenant_id = of_tenant and next_attempt_at is not null),
      (select min(ask_at) from refunds where tenant_id = of_tenant and ask_at is not null),
      (select min(next_at) from reminders where tenant_id = of_tenant and next_at is not null),
      (select min(next_try_at) from mails where tenant_id = of_tenant and next_try_at is not null);
  end;

-- Whose key is this?
create function tenant_of_key(key_hash bytea)
  returns table (tenant_id uuid, livemode boolean)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select k.tenant_id, t.livemode
      from api_keys k join tenants t on t.tenant_id = k.tenant_id
      where k.hash = key_hash and k.revoked_at is null;
  end;

-- Who has work due? A tenant with a test clock lives in its own time; one whose clock is
-- on its way is listed too, so that an advance that was broken off is taken up again. `but` are
-- passed over: those that failed a moment ago must not hide the others.
create function tenants_with_due_work(at timestamptz, at_most integer, but uuid[] default '{}')
  returns table (tenant_id uuid, due_at timestamptz, advancing boolean)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select t.tenant_id, due.at, coalesce(c.status = 'advancing', false)
      from tenants t
      left join test_clocks c on c.tenant_id = t.tenant_id
      cross join lateral (
        select least(close, billing, events, asks, payments, refunds, reminders, mails) as at
          from due_times(t.tenant_id)) due
      where t.tenant_id <> all (but)
        and (due.at <= coalesce(c.frozen_time, tenants_with_due_work.at)
             or c.status = 'advancing')
      order by due.at
      limit at_most;
  end;

-- Which tenants may this person enter: the live one and the test one of the account.
create function tenants_of_user(of_user uuid)
  returns table (tenant_id uuid, livemode boolean)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select t.tenant_id, t.livemode
      from users u join tenants t on t.account_id = u.account_id
      where u.id = of_user
      order by t.livemode, t.tenant_id;
  end;

revoke all on function tenant_of_key(bytea) from public;
revoke all on function tenants_of_user(uuid) from public;
revoke all on function tenants_with_due_work(timestamptz, integer, uuid[]) from public;
