-- Notes under section 34 with their time limit, debit notes, and languages.

-- A note takes tax back (gst), or value alone (commercial). Until when the law lets it take tax
-- back, where it does: declared by, and the last day of a note that a monthly filer declares in
-- time. What a registered buyer did with its input tax: unknown, accepted, rejected; else null.
alter table credit_notes
  add column treatment text not null default 'gst',
  add column declare_by date,
  add column safe_until date,
  add column itc_reversal_status text,
  add column itc_reversal_told_at timestamptz;

-- A debit note is an invoice that names another, and why.
alter table invoices
  add column original_invoice_id uuid,
  add column note_reason text;
alter table invoices add constraint invoices_original
  foreign key (tenant_id, original_invoice_id) references invoices not valid;

-- When annual returns were furnished, by financial year.
alter table registrations add column annual_returns jsonb not null default '{}';

-- Which language stands beside English on documents: ISO 639-1; null: none.
alter table customers add column language text;
