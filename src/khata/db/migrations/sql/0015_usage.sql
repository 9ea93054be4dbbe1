-- Usage: meters, the events they count, sums by the hour, and the stretches that are charged.

create table meters (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  code text not null,
  name text not null,
  aggregation text not null check (aggregation in
    ('sum', 'count', 'unique', 'max', 'latest', 'weighted_sum')),
  field text,                         -- the property that is counted; null: the event's value
  filters jsonb not null default '[]', -- [{"property", "one_of": [text, …]}, …]
  resets boolean not null,            -- whether each period begins at nothing
  created_at timestamptz not null,
  archived_at timestamptz,
  primary key (tenant_id, id)
);
create unique index meters_code on meters (tenant_id, code);

-- Written once and kept, so that a transaction id stands for one event for ever. Only that an
-- event is void is noted later: a correction is another event.
create table usage_events (
  tenant_id uuid not null default current_tenant(),
  transaction_id text not null,
  customer_id uuid not null,
  meter_id uuid not null,
  at timestamptz not null,
  value numeric,                      -- as it was sent
  properties jsonb not null default '{}',
  counted boolean not null,           -- whether it passed the filters of the meter
  measure numeric not null,           -- what the meter counts of it
  key text,                           -- … and where that is how many different ones there are
  position bigint not null,           -- the order of arrival, which decides ties
  received_at timestamptz not null,
  voided_at timestamptz,
  primary key (tenant_id, transaction_id),
  foreign key (tenant_id, customer_id) references customers,
  foreign key (tenant_id, meter_id) references meters
);
create index usage_events_counted on usage_events (tenant_id, customer_id, meter_id, at, position)
  where counted and voided_at is null;

-- For lists, newest first: of all that arrived, and of one customer.
create unique index usage_events_arrived on usage_events (tenant_id, position);
create index usage_events_customer on usage_events (tenant_id, customer_id, position);

-- Batches of events are numbered over all tenants: only which of two came first is asked of it.
create sequence usage_batches;

-- What a customer's events of one hour (UTC) come to: so no period has to read them all.
create table usage_windows (
  tenant_id uuid not null default current_tenant(),
  customer_id uuid not null,
  meter_id uuid not null,
  begins_at timestamptz not null,
  events bigint not null,
  total numeric not null,
  most numeric not null,
  -- Of a weighted sum: from the first event to the last, value × seconds, and the level after it.
  first_at timestamptz,
  last_at timestamptz,
  held numeric,
  level numeric,
  primary key (tenant_id, customer_id, meter_id, begins_at),
  foreign key (tenant_id, customer_id) references customers,
  foreign key (tenant_id, meter_id) references meters
) with (fillfactor = 70); -- a row is written again with each batch of its hour, on its own page

-- The different values that a meter of what is unique has seen in an hour, and how often.
create table usage_distinct (
  tenant_id uuid not null default current_tenant(),
  customer_id uuid not null,
  meter_id uuid not null,
  begins_at timestamptz not null,
  key text not null,
  events bigint not null,
  primary key (tenant_id, customer_id, meter_id, begins_at, key),
  foreign key (tenant_id, customer_id) references customers,
  foreign key (tenant_id, meter_id) references meters
);

-- A stretch of time for which an item's usage is charged at one price. What late events change of
-- one that is over is charged or credited later, until it is settled.
create table usage_periods (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  subscription_id uuid not null,
  customer_id uuid not null,          -- whose usage
  item_id uuid not null,              -- of the subscription, then
  plan_id uuid not null,
  price_id uuid not null,
  meter_id uuid not null,
  begins_at timestamptz not null,
  ends_at timestamptz,                -- null: it runs
  period_start date not null,         -- its first day, in the customer's zone
  period_end date,                    -- the first day after it, once it is over
  full_start date,                    -- … and the period that the price is for
  full_end date,
  minimum bigint not null default 0,  -- what these days have to bring, in minor units
  billed bigint not null default 0,   -- what invoices charged of it, before discounts and tax
  quantity numeric not null default 0, -- as it was last billed
  settled boolean not null default false,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, subscription_id) references subscriptions,
  foreign key (tenant_id, customer_id) references customers,
  foreign key (tenant_id, plan_id) references plans,
  foreign key (tenant_id, price_id) references prices,
  foreign key (tenant_id, meter_id) references meters,
  check (begins_at <= ends_at)
);
create index usage_periods_open on usage_periods (tenant_id, subscription_id) where not settled;
create unique index usage_periods_running on usage_periods (tenant_id, item_id, price_id)
  where ends_at is null;

-- Subscriptions whose customer used something since their threshold was last looked at.
create table usage_marks (
  tenant_id uuid not null default current_tenant(),
  subscription_id uuid not null,
  marked_at timestamptz not null,
  primary key (tenant_id, subscription_id),
  foreign key (tenant_id, subscription_id) references subscriptions
);
create index usage_marks_next on usage_marks (tenant_id, marked_at);

alter table subscriptions
  add column metered boolean not null default false, -- whether usage of it was ever charged
  add column usage_threshold bigint check (usage_threshold > 0); -- minor units: bills early

-- As before, and usage that may have come to a threshold.
create or replace function kinds_due(of_tenant uuid)
  returns table (kind text, at timestamptz)
  language sql stable
  begin atomic
    select v.kind, v.at
      from due_times(of_tenant) d
      cross join lateral (values
        ('close', d.close), ('billing', d.billing), ('events', d.events), ('asks', d.asks),
        ('payments', d.payments), ('refunds', d.refunds), ('reminders', d.reminders),
        ('documents', (select min(next_try_at) from renderings
                        where tenant_id = of_tenant and next_try_at is not null)),
        ('expiries', (select min(expires_at) from wallet_grants
                       where tenant_id = of_tenant and expires_at is not null
                         and expired_at is null)),
        ('usage', (select min(marked_at) from usage_marks where tenant_id = of_tenant)),
        ('mails', d.mails)) v (kind, at)
     where v.at is not null;
  end;

