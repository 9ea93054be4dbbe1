-- Entitlements: what plans give, and what each customer has of it, in one row.

create table features (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  code text not null,
  name text not null,
  type text not null check (type in ('switch', 'limit', 'metered')),
  unit text,
  combine text not null check (combine in ('max', 'sum')), -- several limits of one customer
  meter text, -- the code of the meter that counts a metered one
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index features_code on features (tenant_id, code);

create table plan_entitlements (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  plan_id uuid not null,
  feature_id uuid not null,
  value jsonb not null, -- true, false, a whole number, or "unlimited"
  per_unit boolean not null, -- times the quantity of the item
  while_paused boolean not null, -- kept while the subscription is paused
  guards_use boolean not null, -- a change that leaves less than is in use is refused
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, plan_id) references plans,
  foreign key (tenant_id, feature_id) references features
);
create unique index plan_entitlements_once on plan_entitlements (tenant_id, plan_id, feature_id);
create index plan_entitlements_feature on plan_entitlements (tenant_id, feature_id);

-- Written in the transaction of whatever changes it, by who holds the customer's row.
create table customer_entitlements (
  tenant_id uuid not null default current_tenant(),
  customer_id uuid not null,
  version bigint not null, -- of `held`; it does not count what is reported as used
  held jsonb not null, -- the feature's code → type, value, unit, meter, subscriptions
  used jsonb not null default '{}', -- the feature's code → how much of it is in use
  changed_at timestamptz,
  primary key (tenant_id, customer_id),
  foreign key (tenant_id, customer_id) references customers
);
