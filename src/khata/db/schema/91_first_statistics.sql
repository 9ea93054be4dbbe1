-- What the planner believes of a tenant column before it has seen a row: all rows are one tenant's.
-- Without it every index that leads with tenant_id looks as good as the primary key, and on a new
-- database foreign keys are checked by reading all of a tenant's rows, until autovacuum comes by.
-- Any ANALYZE of rows replaces it. PostgreSQL 18 brought the function; 16 waits for autovacuum.
do $$
begin
  if current_setting('server_version_num')::integer >= 180000 then
    perform pg_restore_attribute_stats(
        'schemaname', 'public', 'relname', c.relname::text, 'attname', 'tenant_id',
        'inherited', false, 'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 1::real)
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r';
  end if;
end $$;
