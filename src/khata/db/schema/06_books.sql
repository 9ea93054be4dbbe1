-- Books: entries made of postings. Nothing here is ever changed: a mistake is mirrored.

create table entries (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  kind text not null, -- the fact: invoice_issued, payment_received, revenue_recognized, …
  source_id uuid not null, -- the invoice, attempt, refund or recognition it books
  booked_on date not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index entries_fact on entries (tenant_id, source_id, kind);
create index entries_day on entries (tenant_id, booked_on);

create table postings (
  tenant_id uuid not null default current_tenant(),
  entry_id uuid not null,
  position smallint not null,
  booked_on date not null,
  debit text not null,
  credit text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  primary key (tenant_id, entry_id, position),
  foreign key (tenant_id, entry_id) references entries,
  check (debit <> credit)
);
create index postings_day on postings (tenant_id, booked_on) include (debit, credit, amount, currency);
-- Few, and asked for by month: what was earned.
create index postings_revenue on postings (tenant_id, booked_on)
  where debit = 'revenue' or credit = 'revenue';

-- What each closed month earned of each line; the parts of a line add up to its amount.
create table recognitions (
  tenant_id uuid not null default current_tenant(),
  invoice_id uuid not null,
  line_position smallint not null,
  month_end date not null, -- the first day after the month; of a write-off, the day itself
  amount bigint not null,
  entry_id uuid,
  primary key (tenant_id, invoice_id, line_position, month_end),
  foreign key (tenant_id, invoice_id) references invoices,
  foreign key (tenant_id, entry_id) references entries
);
