-- Schemes of registrations, natures of supplies, a tenant's own rates, exemptions, rupee values.

alter table registrations
  add column scheme text not null default 'regular',             -- composition, sez, oidar
  add column export_route text not null default 'lut_if_valid',  -- lut_required, with_payment
  add column trade_name text,   -- these four: null is the tenant's
  add column bank jsonb,
  add column logo text,
  add column signatory text;

-- What a product is to GST where its code does not say it: nil_rated, exempt, non_gst,
-- reverse_charge. An item that waits keeps what its product was.
alter table products add column tax_class text not null default 'standard';
alter table invoice_items add column tax_class text not null default 'standard';

alter table customers
  add column related_establishment boolean not null default false, -- the seller's own, abroad
  add column deemed_export boolean not null default false,
  add column has_exemptions boolean not null default false;        -- rows in exemptions

alter table invoices
  add column document_kind text not null default 'invoice', -- or bill_of_supply
  add column exchange_rate numeric,                         -- rupees for one unit; set once
  add column exchange_rate_on date,
  add column exchange_rate_source text;

alter table invoice_lines add column tax_nature text not null default 'taxable';

-- Certificates by which a customer is not taxed in a place. Who adds one locks the customer.
create table exemptions (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  customer_id uuid not null,
  country text not null,
  state text,                -- null: all of the country
  kind text not null,
  certificate text not null, -- its number; in India that of the notification
  valid_from date not null,
  valid_to date,             -- the last day; null: nothing ends it
  reason text,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers,
  check (valid_from <= valid_to)
);
create index exemptions_customer on exemptions (tenant_id, customer_id);

-- The tenant's own rates of GST, which win over the table that comes with khata.
create table tax_rates (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  prefix text not null,      -- of HSN or SAC codes
  percent numeric not null,
  cess numeric not null,
  nature text not null,
  valid_from date not null,
  valid_to date,
  note text not null,
  source text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  check (valid_from <= valid_to)
);
create index tax_rates_prefix on tax_rates (tenant_id, prefix);

-- Aggregate turnover of an Indian financial year: how many digits of HSN, whether e-invoices.
create table turnovers (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  financial_year text not null, -- '25-26'; the latest row of a year counts
  amount bigint not null check (amount >= 0), -- paise
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create index turnovers_year on turnovers (tenant_id, financial_year, id);

-- Rupees for one unit of a currency, as published. Invoices keep what they were valued by.
create table exchange_rates (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  currency text not null,
  quoted_on date not null,
  rate numeric not null check (rate > 0),
  source text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index exchange_rates_day on exchange_rates (tenant_id, currency, quoted_on);

-- Which registration issues where none is named: the first rule that fits, else the default.
create table registration_rules (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  registration_id uuid not null,
  product_id uuid,           -- null: whatever is sold
  country text,              -- of the customer; null: wherever it is
  state text,
  valid_from date not null,
  valid_to date,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, registration_id) references registrations,
  foreign key (tenant_id, product_id) references products,
  check (valid_from <= valid_to)
);
create index registration_rules_registration on registration_rules (tenant_id, registration_id);
create index registration_rules_product on registration_rules (tenant_id, product_id)
  where product_id is not null;
