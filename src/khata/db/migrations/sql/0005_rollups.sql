-- Sums kept as they grow, so that a page reads few rows: of postings and of invoices, by day.
--
-- Triggers keep them, in the transaction of the facts, whichever release writes these.
-- Two transactions never wait for each other here: each adds to rows of its own, named by a slot
-- that it holds until it ends. A day's sum is the sum over the slots, and there are as many slots as
-- there have been writers at once.

create table posting_days (
  tenant_id uuid not null default current_tenant(),
  booked_on date not null,
  debit text not null,
  credit text not null,
  currency text not null,
  slot smallint not null,
  count bigint not null,
  amount bigint not null,
  primary key (tenant_id, booked_on, debit, credit, currency, slot)
) with (fillfactor = 60); -- a row is changed often, and has room to stay on its page

create table invoice_days (
  tenant_id uuid not null default current_tenant(),
  issued_on date not null,
  due_on date not null,
  currency text not null,
  slot smallint not null,
  count bigint not null, -- of invoices that are neither drafts nor void
  net bigint not null, -- what they come to before tax
  open_count bigint not null,
  owed bigint not null, -- by the open ones
  primary key (tenant_id, issued_on, due_on, currency, slot)
) with (fillfactor = 60);

-- The slot of this transaction: the first that no other holds for this tenant. Beyond 64 at once
-- the last is shared, and they wait.
create function own_slot(of_tenant uuid) returns smallint language plpgsql as $$
declare
  slot text := current_setting('khata.slot', true);
begin
  if slot <> '' then
    return slot;
  end if;
  for n in 0 .. 63 loop
    slot := n;
    exit when pg_try_advisory_xact_lock(uuid_hash(of_tenant), n);
  end loop;
  perform set_config('khata.slot', slot, true);
  return slot;
end $$;

create function sum_postings() returns trigger language plpgsql as $$
begin
  insert into posting_days as d
      (tenant_id, booked_on, debit, credit, currency, slot, count, amount)
    select tenant_id, booked_on, debit, credit, currency, own_slot(tenant_id),
           count(*), sum(amount)
      from added group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    on conflict (tenant_id, booked_on, debit, credit, currency, slot)
    do update set count = d.count + excluded.count, amount = d.amount + excluded.amount;
  return null;
end $$;

create trigger postings_are_summed after insert on postings
  referencing new table as added for each statement execute function sum_postings();

-- An invoice is never deleted: its number would be missing.
create function sum_new_invoices() returns trigger language plpgsql as $$
begin
  insert into invoice_days as d
      (tenant_id, issued_on, due_on, currency, slot, count, net, open_count, owed)
    select tenant_id, issued_on, due_on, currency, own_slot(tenant_id),
           sum(sign * counts), sum(sign * counts * net), sum(sign * owes),
           sum(sign * owes * owed)
      from (
        select i.tenant_id, i.issued_on, i.due_on, i.currency, i.sign,
               i.subtotal - i.discount as net, i.total - i.amount_paid as owed,
               (i.status not in ('draft', 'void'))::integer as counts,
               (i.status = 'open')::integer as owes
          from (select *, 1 as sign from added) i) c
     group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (tenant_id, issued_on, due_on, currency, slot)
    do update set count = d.count + excluded.count, net = d.net + excluded.net,
      open_count = d.open_count + excluded.open_count, owed = d.owed + excluded.owed;
  return null;
end $$;

-- What an invoice was is taken from its day's sums, and what it is now is added.
create function sum_changed_invoices() returns trigger language plpgsql as $$
begin
  insert into invoice_days as d
      (tenant_id, issued_on, due_on, currency, slot, count, net, open_count, owed)
    select tenant_id, issued_on, due_on, currency, own_slot(tenant_id),
           sum(sign * counts), sum(sign * counts * net), sum(sign * owes),
           sum(sign * owes * owed)
      from (
        select i.tenant_id, i.issued_on, i.due_on, i.currency, i.sign,
               i.subtotal - i.discount as net, i.total - i.amount_paid as owed,
               (i.status not in ('draft', 'void'))::integer as counts,
               (i.status = 'open')::integer as owes
          from (select *, 1 as sign from added union all select *, -1 from removed) i) c
     group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (tenant_id, issued_on, due_on, currency, slot)
    do update set count = d.count + excluded.count, net = d.net + excluded.net,
      open_count = d.open_count + excluded.open_count, owed = d.owed + excluded.owed;
  return null;
end $$;

create trigger new_invoices_are_summed after insert on invoices
  referencing new table as added for each statement execute function sum_new_invoices();
create trigger changed_invoices_are_summed after update on invoices
  referencing old table as removed new table as added
  for each statement execute function sum_changed_invoices();

-- What there is already, tenant by tenant, for the owner too sees one at a time. Who writes
-- invoices or postings waits for this migration: about 2 seconds for a million invoices.
do $$
declare
  of_tenant uuid;
begin
  for of_tenant in select tenant_id from tenants loop
    perform set_config('khata.tenant', of_tenant::text, true);
    insert into posting_days (booked_on, debit, credit, currency, slot, count, amount)
      select booked_on, debit, credit, currency, 0, count(*), sum(amount)
        from postings where tenant_id = of_tenant group by 1, 2, 3, 4;
    insert into invoice_days
        (issued_on, due_on, currency, slot, count, net, open_count, owed)
      select issued_on, due_on, currency, 0,
             count(*) filter (where status not in ('draft', 'void')),
             coalesce(sum(subtotal - discount) filter (where status not in ('draft', 'void')), 0),
             count(*) filter (where status = 'open'),
             coalesce(sum(total - amount_paid) filter (where status = 'open'), 0)
        from invoices where tenant_id = of_tenant group by 1, 2, 3;
  end loop;
  perform set_config('khata.tenant', '', true);
end $$;
