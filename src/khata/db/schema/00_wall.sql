-- Who is asking: the tenant of this transaction, or nobody (and then there are no rows).
create function current_tenant() returns uuid language sql stable parallel safe
  return nullif(current_setting('khata.tenant', true), '')::uuid;
