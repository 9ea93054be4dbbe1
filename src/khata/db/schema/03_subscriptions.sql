-- Subscriptions: standing agreements, what they are made of, and every change of their state.

create table subscriptions (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  customer_id uuid not null,
  registration_id uuid not null,
  status text not null check (status in
    ('incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled')),
  collection_method text not null check (collection_method in ('charge_automatically', 'send_invoice')),
  days_until_due integer not null check (days_until_due between 0 and 365),
  currency text not null,
  timezone text not null, -- the customer's zone, in which the edges of periods are midnights
  interval text not null check (interval in ('day', 'week', 'month', 'year')),
  interval_count integer not null check (interval_count between 1 and 1000),
  tax_behavior text not null check (tax_behavior in ('exclusive', 'inclusive')),
  start_on date not null,
  billing_anchor date not null,
  trial_end date, -- the first day that is paid for
  period_start date,
  period_end date,
  next_billing_at timestamptz, -- when the next thing is due: start, end of trial, renewal or end
  cancel_on date,              -- the first day without service
  cancel_reason text,
  canceled_at timestamptz,     -- when it was asked for
  ended_on date,
  payment_method_id uuid,
  billed_on date, -- with billed_count: a bound against our own bugs
  billed_count smallint not null default 0,
  mrr bigint not null default 0, -- minor units a month, before tax, while it counts
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers,
  foreign key (tenant_id, registration_id) references registrations,
  foreign key (tenant_id, payment_method_id) references payment_methods,
  check ((period_start is null) = (period_end is null) and period_start < period_end)
);
create index subscriptions_due on subscriptions (tenant_id, next_billing_at, id)
  where next_billing_at is not null;
create index subscriptions_customer on subscriptions (tenant_id, customer_id);
create index subscriptions_status on subscriptions (tenant_id, status, id);

create table subscription_items (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  subscription_id uuid not null,
  position smallint not null,
  plan_id uuid not null,
  price_id uuid not null,
  quantity bigint not null check (quantity between 0 and 1000000000),
  primary key (tenant_id, id),
  foreign key (tenant_id, subscription_id) references subscriptions,
  foreign key (tenant_id, plan_id) references plans,
  foreign key (tenant_id, price_id) references prices
);
create unique index subscription_items_position on subscription_items (tenant_id, subscription_id, position);

-- Every change of state, with its cause and who asked: what the history page tells.
create table moves (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  subscription_id uuid not null,
  from_status text,
  to_status text not null,
  cause text not null,
  actor text not null,
  at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, subscription_id) references subscriptions
);
create index moves_subscription on moves (tenant_id, subscription_id, id);
