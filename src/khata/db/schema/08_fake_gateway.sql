-- The fake gateway's own memory. It stands for a company of its own, so it is reached through its
-- own connections and transactions and can disagree with us; no wall, for a merchant is no tenant.

create schema fake_gateway;

create table fake_gateway.charges (
  merchant text not null,
  attempt_id uuid not null,
  reference text not null,
  customer text not null,
  token text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  description text not null,
  invoice_number text not null,
  outcome text not null check (outcome in ('succeeded', 'failed', 'pending')),
  fee bigint not null,
  decline_class text,
  decline_code text,
  late_until timestamptz,
  becomes text check (becomes in ('succeeded', 'failed')), -- what it turns into, and when
  becomes_at timestamptz,
  created_at timestamptz not null,
  primary key (merchant, attempt_id),
  check ((becomes is null) = (becomes_at is null))
);
create index charges_invoice on fake_gateway.charges (merchant, customer, token, invoice_number);

-- How often an attempt was sent, also when nothing came of it.
create table fake_gateway.calls (
  merchant text not null,
  attempt_id uuid not null,
  count integer not null,
  primary key (merchant, attempt_id)
);

create table fake_gateway.refunds (
  merchant text not null,
  refund_id uuid not null,
  attempt_id uuid not null,
  reference text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  outcome text not null check (outcome in ('succeeded', 'failed')),
  decline_code text,
  created_at timestamptz not null,
  primary key (merchant, refund_id),
  foreign key (merchant, attempt_id) references fake_gateway.charges
);
create index refunds_charge on fake_gateway.refunds (merchant, attempt_id);

grant usage on schema fake_gateway to khata_app;
grant select, insert, update on all tables in schema fake_gateway to khata_app;
