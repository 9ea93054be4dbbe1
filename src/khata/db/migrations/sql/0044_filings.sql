-- A voucher of an advance whose place of supply was wrong in a filed month (GSTR-1 table 11 II).
alter table return_amendments add column voucher_id uuid;
alter table return_amendments add constraint return_amendments_voucher
  foreign key (tenant_id, voucher_id) references vouchers not valid;
-- squawk-ignore ban-drop-constraint
alter table return_amendments drop constraint return_amendments_check;
alter table return_amendments add constraint return_amendments_check
  check (num_nonnulls(invoice_id, credit_note_id, voucher_id) > 0) not valid;

-- Filings that were written down by mistake: nothing was filed at the portal. What was written stays
-- here, and the month is open again.
create table filing_undos (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,              -- of the filed return that was
  registration_id uuid not null,
  period date not null,
  arn text not null,
  filed_on date not null,
  file text not null,            -- what was kept, to the byte
  sha256 text not null,
  reason text not null,
  filed_at timestamptz not null, -- when it was written down
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, registration_id) references registrations
);
create index filing_undos_registration on filing_undos (tenant_id, registration_id);

-- The one way in which a filing goes: whole, with all that was in it kept. Nothing else may change or
-- take away a row of filed_returns. Who asks is behind the wall here as everywhere.
create function undo_filing(filed uuid, why text, at timestamptz) returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    insert into filing_undos (id, registration_id, period, arn, filed_on, file, sha256, reason,
                              filed_at, created_at)
      select id, registration_id, period, arn, filed_on, file, sha256, why, created_at, at
        from filed_returns where id = filed and tenant_id = current_tenant();
    delete from filed_returns where id = filed and tenant_id = current_tenant();
  end;
