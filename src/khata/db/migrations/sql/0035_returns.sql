-- Returns that were filed: their months are closed. Who files one locks the registration.
create table filed_returns (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  registration_id uuid not null,
  form text not null check (form in ('gstr1')),
  period date not null,      -- the month's first day
  arn text not null,         -- the portal's acknowledgement
  filed_on date not null,
  file text not null,        -- what was filed, to the byte
  sha256 text not null,      -- of the file
  figures jsonb not null,    -- what GSTR-3B owed by it, in paise by head
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, registration_id) references registrations,
  check (extract(day from period) = 1)
);
create unique index filed_returns_period
  on filed_returns (tenant_id, registration_id, form, period);

-- What was wrong in a document of a filed month, and the month whose return tells it anew. The
-- document itself stays as it was given out.
create table return_amendments (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  registration_id uuid not null,
  filed_return_id uuid not null, -- which declared the document
  invoice_id uuid,
  credit_note_id uuid,
  period date not null,          -- the first day of the month that tells it
  gstin text,                    -- the buyer's, as it should have been; null: as it was
  place_code text,
  reason text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, registration_id) references registrations,
  foreign key (tenant_id, filed_return_id) references filed_returns,
  foreign key (tenant_id, invoice_id) references invoices,
  foreign key (tenant_id, credit_note_id) references credit_notes,
  check (num_nonnulls(invoice_id, credit_note_id) > 0),
  check (num_nonnulls(gstin, place_code) > 0)
);
create index return_amendments_registration
  on return_amendments (tenant_id, registration_id, period);
create index return_amendments_filed on return_amendments (tenant_id, filed_return_id);
create index return_amendments_invoice on return_amendments (tenant_id, invoice_id)
  where invoice_id is not null;
create index return_amendments_note on return_amendments (tenant_id, credit_note_id)
  where credit_note_id is not null;
