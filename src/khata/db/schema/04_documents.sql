-- Documents: invoices with their lines and taxes, the counters of their numbers, and the mails sent.

create table invoices (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  registration_id uuid not null,
  customer_id uuid not null,
  subscription_id uuid,
  status text not null check (status in ('draft', 'open', 'paid', 'void', 'uncollectible')),
  series text not null,         -- its pattern without padding, such as INV/{fy}/{n}
  financial_year text not null, -- '26-27' April to March, or the calendar year
  sequence bigint not null,
  number text not null,
  currency text not null,
  subtotal bigint not null,
  discount bigint not null default 0,
  tax bigint not null,
  round_off bigint not null default 0,
  total bigint not null,
  amount_paid bigint not null default 0,
  collection_method text not null,
  issued_on date not null,
  due_on date not null,
  period_start date,
  period_end date,
  supply_kind text not null, -- intra, inter, sez, export, out_of_scope
  supply_treatment text not null,
  place_country text not null,
  place_state text,
  place_code text,
  endorsement text,
  lut_number text, -- the letter of undertaking it was issued under
  law text not null, -- what decided the place
  seller_party_id uuid not null, -- both parties as they were on that day
  buyer_party_id uuid not null,
  link_token text not null, -- opens the hosted page
  created_at timestamptz not null,
  paid_at timestamptz,
  voided_at timestamptz,
  written_off_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, registration_id) references registrations,
  foreign key (tenant_id, customer_id) references customers,
  foreign key (tenant_id, subscription_id) references subscriptions,
  foreign key (tenant_id, seller_party_id) references parties,
  foreign key (tenant_id, buyer_party_id) references parties,
  check (total = subtotal - discount + tax + round_off),
  check (amount_paid between 0 and total)
);
-- A period of a subscription is billed once, for ever, whatever runs twice.
create unique index invoices_period on invoices (tenant_id, subscription_id, period_start);
create unique index invoices_number on invoices (tenant_id, registration_id, upper(number));
create unique index invoices_sequence
  on invoices (tenant_id, registration_id, series, financial_year, sequence);
create index invoices_customer on invoices (tenant_id, customer_id, id);
create index invoices_status on invoices (tenant_id, status, id);
create index invoices_issued on invoices (tenant_id, issued_on);
create unique index invoices_link on invoices (tenant_id, link_token);

create table invoice_lines (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  invoice_id uuid not null,
  position smallint not null,
  subscription_item_id uuid,
  price_id uuid,
  description text not null,
  tax_code text not null,
  quantity bigint not null,
  unit_amount bigint not null, -- as priced; with tax inside where the price is inclusive
  amount bigint not null,      -- what is taxed: before tax, after discount
  tax_behavior text not null,
  period_start date not null,
  period_end date not null,
  full_start date not null,    -- the period the price is for: the share billed is period / full
  full_end date not null,
  recognized_until date not null, -- revenue is earned up to, not including, this day
  primary key (tenant_id, id),
  -- Checked at commit: the invoice's own row, with its number, is written after its lines.
  foreign key (tenant_id, invoice_id) references invoices deferrable initially deferred
);
create unique index invoice_lines_position on invoice_lines (tenant_id, invoice_id, position);
create index invoice_lines_unrecognized on invoice_lines (tenant_id, recognized_until)
  where recognized_until < period_end;

create table line_taxes (
  tenant_id uuid not null default current_tenant(),
  invoice_id uuid not null,
  line_position smallint not null,
  position smallint not null,
  name text not null,
  rate text not null,
  taxable bigint not null,
  amount bigint not null,
  primary key (tenant_id, invoice_id, line_position, position),
  foreign key (tenant_id, invoice_id) references invoices deferrable initially deferred
);

-- One row a series and year; the number is the last thing a transaction takes. A series whose
-- numbers name no year has the year '' and counts on for ever.
create table number_counters (
  tenant_id uuid not null default current_tenant(),
  registration_id uuid not null,
  document_type text not null,
  series text not null,
  financial_year text not null,
  last_number bigint not null,
  primary key (tenant_id, registration_id, document_type, series, financial_year),
  foreign key (tenant_id, registration_id) references registrations
);

create table mails (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  kind text not null,
  customer_id uuid,
  invoice_id uuid,
  subscription_id uuid,
  payment_id uuid,
  recipient text not null,
  sender text, -- null until it is written, as are subject, html and text
  subject text,
  html text,
  text text,
  attaches_invoice boolean not null, -- the PDF is a pure function of the invoice: made when it is sent
  status text not null check (status in ('queued', 'sending', 'kept', 'sent', 'failed')),
  tries integer not null default 0,
  next_try_at timestamptz,
  error text,
  cause uuid not null, -- the event that asked for it: one mail of a kind for an event
  created_at timestamptz not null,
  sent_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers,
  foreign key (tenant_id, invoice_id) references invoices,
  foreign key (tenant_id, subscription_id) references subscriptions
);
create unique index mails_once on mails (tenant_id, cause, kind);
create index mails_due on mails (tenant_id, next_try_at) where next_try_at is not null;
create index mails_customer on mails (tenant_id, customer_id, id);
create index mails_invoice on mails (tenant_id, invoice_id, id);
