-- Sales tax and taxes elsewhere: where a seller is registered to collect them, and what a tenant has
-- confirmed of sales tax in the states of the USA.

create table nexuses (
  tenant_id uuid not null default current_tenant(),
  registration_id uuid not null,
  country text not null,       -- ISO 3166-1
  state text not null,         -- ISO 3166-2 without the country; '' where it is the country's tax
  number text not null,        -- of the permit
  scheme text not null check (scheme in ('regular', 'simplified')),
  valid_from date not null,
  valid_to date,               -- the last day; null: no end is known
  primary key (tenant_id, registration_id, country, state, valid_from),
  foreign key (tenant_id, registration_id) references registrations,
  check (valid_to is null or valid_from <= valid_to)
);

-- Without a row that fits, a sale into a state with nexus is refused.
create table tax_confirmations (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  state text not null,
  postal_prefix text not null, -- '' : all of the state
  used_by text not null check (used_by in ('anyone', 'business', 'consumer')),
  taxable_percent int not null check (taxable_percent between 0 and 100),
  jurisdictions jsonb not null, -- [{name, percent}], percent as a decimal text
  valid_from date not null,
  valid_to date,
  source text not null,        -- where it was looked up
  confirmed_by text not null,  -- who says so
  created_at timestamptz not null,
  primary key (tenant_id, id),
  check (valid_to is null or valid_from <= valid_to)
);
create index tax_confirmations_state on tax_confirmations (tenant_id, state);
