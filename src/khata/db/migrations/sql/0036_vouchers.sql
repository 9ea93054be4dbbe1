-- Advances: wallets for one supply, the vouchers of their tax, and what takes them up.

-- What the wallet's money is for: with it, paid top-ups are advances, and taxed when they come.
alter table wallets add column tax_code text;
alter table wallet_grants add column advance boolean not null default false; -- a voucher was issued

-- A voucher of an advance: received (rule 50), or given back (rule 51). It is never changed but
-- for what is left of it.
create table vouchers (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  kind text not null check (kind in ('receipt_voucher', 'refund_voucher')),
  registration_id uuid not null,
  customer_id uuid not null,
  wallet_id uuid not null,
  grant_id uuid not null,   -- whose money it is, or was
  source_id uuid not null,  -- the top-up; the credit note or void invoice it came back from; …
  invoice_id uuid not null, -- what had asked for the money, or what it came back from
  receipt_id uuid,          -- of a refund: the voucher it was received by
  series text not null,
  financial_year text not null,
  sequence bigint not null,
  number text not null,
  currency text not null,
  description text not null,
  tax_code text not null,
  tax_nature text not null,
  net bigint not null check (net >= 0), -- the amount without the tax that is inside it
  tax bigint not null check (tax >= 0),
  total bigint not null check (total > 0), -- what was received or given back
  left_total bigint not null check (left_total between 0 and total), -- not taken up yet
  exchange_rate numeric, -- rupees for one unit, where another currency was received
  issued_on date not null,
  supply_kind text not null,
  supply_treatment text not null,
  place_country text not null,
  place_state text,
  place_code text,
  endorsement text,
  lut_number text,
  law text not null,
  reason text not null, -- of the place; of a refund why it was given back
  seller_party_id uuid not null,
  buyer_party_id uuid not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, registration_id) references registrations,
  foreign key (tenant_id, customer_id) references customers,
  foreign key (tenant_id, wallet_id) references wallets,
  foreign key (tenant_id, grant_id) references wallet_grants,
  foreign key (tenant_id, invoice_id) references invoices,
  foreign key (tenant_id, receipt_id) references vouchers,
  foreign key (tenant_id, seller_party_id) references parties,
  foreign key (tenant_id, buyer_party_id) references parties,
  check (total = net + tax),
  check (kind = 'receipt_voucher' or receipt_id is not null)
);
-- Money that came once is received once, whatever runs twice.
create unique index vouchers_once on vouchers (tenant_id, source_id, grant_id, kind, receipt_id)
  nulls not distinct;
create unique index vouchers_number on vouchers (tenant_id, registration_id, kind, upper(number));
create unique index vouchers_sequence
  on vouchers (tenant_id, registration_id, kind, series, financial_year, sequence);
create index vouchers_customer on vouchers (tenant_id, customer_id, id);
create index vouchers_grant on vouchers (tenant_id, grant_id, id);
create index vouchers_invoice on vouchers (tenant_id, invoice_id);
create index vouchers_issued on vouchers (tenant_id, issued_on);

create table voucher_taxes (
  tenant_id uuid not null default current_tenant(),
  voucher_id uuid not null,
  position smallint not null,
  name text not null,
  rate text not null,
  amount bigint not null check (amount >= 0),
  left_amount bigint not null check (left_amount between 0 and amount), -- not taken up yet
  primary key (tenant_id, voucher_id, position),
  foreign key (tenant_id, voucher_id) references vouchers
);

-- What took up a part of an advance, and its tax: an invoice, a refund, or its end (lapsed).
create table advance_uses (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  voucher_id uuid not null,
  cause text not null check (cause in ('invoice', 'refund', 'lapsed')),
  source_id uuid not null, -- the invoice, the refund voucher, the lapse
  amount bigint not null check (amount > 0),
  taxes bigint[] not null, -- of each of the voucher's taxes, in their order
  used_on date not null,
  returned_on date, -- the invoice is void: it is an advance again
  primary key (tenant_id, id),
  foreign key (tenant_id, voucher_id) references vouchers
);
create index advance_uses_source on advance_uses (tenant_id, source_id);
create index advance_uses_voucher on advance_uses (tenant_id, voucher_id, id);

-- The voucher that a mail is about; it travels with the mail.
alter table mails add column voucher_id uuid;
alter table mails add constraint mails_voucher
  foreign key (tenant_id, voucher_id) references vouchers not valid;
