-- How many e-invoices of tenants in real time have no number yet, of all tenants together: those
-- that go on by themselves, and those that wait for a person. Counts and days alone leave.
create function e_invoices_waiting()
  returns table (waiting bigint, by_hand bigint, oldest timestamptz, first_last_day date)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select count(*) filter (where e.state in ('pending', 'submitted', 'retrying')),
           count(*) filter (where e.state in ('failed', 'manual')),
           min(e.created_at) filter (where e.state in ('pending', 'submitted', 'retrying')),
           min(e.last_day)
      from e_invoices e
     where e.state in ('pending', 'submitted', 'retrying', 'failed', 'manual')
       and not exists (select from test_clocks c where c.tenant_id = e.tenant_id);
  end;
