-- Selling: who sells under which tax registration, what is sold, and to whom.

-- A party as documents show it. Never changed: a new address is a new row, and documents keep theirs.
create table parties (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  facts jsonb not null, -- name, email, country, state, address, tax_id_type, tax_id, gstin, sez
  created_at timestamptz not null,
  primary key (tenant_id, id)
);

create table registrations (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  legal_name text not null,
  country text not null,
  state text,
  tax_id_type text,
  tax_id text,
  address jsonb not null default '{}',
  party_id uuid not null,
  series jsonb not null, -- document type → pattern, such as {"invoice": "INV/{fy}/{n:05}"}
  is_default boolean not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, party_id) references parties
);
create unique index registrations_default on registrations (tenant_id) where is_default;
create unique index registrations_tax_id on registrations (tenant_id, tax_id) where tax_id is not null;

-- Letters of undertaking. No two of a registration hold on one day; who adds one locks its row.
create table luts (
  tenant_id uuid not null default current_tenant(),
  registration_id uuid not null,
  number text not null,
  valid_from date not null,
  valid_to date not null, -- the last day
  primary key (tenant_id, registration_id, valid_from),
  foreign key (tenant_id, registration_id) references registrations,
  check (valid_from <= valid_to)
);

create table products (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  name text not null,
  tax_code text not null,
  description text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  primary key (tenant_id, id)
);

create table plans (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  product_id uuid not null,
  name text not null,
  code text not null,
  interval text not null check (interval in ('day', 'week', 'month', 'year')),
  interval_count integer not null check (interval_count between 1 and 1000),
  trial_days integer not null check (trial_days between 0 and 730),
  tax_behavior text not null check (tax_behavior in ('exclusive', 'inclusive')),
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, product_id) references products
);
create unique index plans_code on plans (tenant_id, code);
create index plans_product on plans (tenant_id, product_id);

-- A price never changes: a change is a new version, and subscriptions keep the one they began with.
create table prices (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  plan_id uuid not null,
  currency text not null,
  model text not null check (model in ('flat', 'per_unit')),
  amount bigint not null check (amount between 0 and 10000000000000),
  version integer not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, plan_id) references plans
);
create unique index prices_version on prices (tenant_id, plan_id, currency, version);

create table customers (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  name text not null,
  email text,
  currency text not null,
  timezone text not null,
  country text not null,
  state text,
  address jsonb not null default '{}', -- line1, line2, city, postal_code
  sez boolean not null default false,
  party_id uuid not null,
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, party_id) references parties
);
create index customers_email on customers (tenant_id, lower(email));

create table tax_ids (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  customer_id uuid not null,
  type text not null,
  value text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers
);
create unique index tax_ids_customer on tax_ids (tenant_id, customer_id, type);

create table payment_methods (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  customer_id uuid not null,
  gateway text not null,
  token text not null, -- the gateway's name for it; never a card number
  is_default boolean not null,
  created_at timestamptz not null,
  detached_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers
);
create unique index payment_methods_default on payment_methods (tenant_id, customer_id) where is_default;
create index payment_methods_customer on payment_methods (tenant_id, customer_id);
