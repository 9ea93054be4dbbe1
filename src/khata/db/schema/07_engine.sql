-- Engine: what has happened and waits to be reacted to, what ran, what is set aside, and the clocks.

create table events (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  type text not null, -- invoice.finalized, payment.failed, …
  subject_id uuid not null,
  facts jsonb not null,
  at timestamptz not null,
  reacted_at timestamptz,
  primary key (tenant_id, id)
);
create index events_waiting on events (tenant_id, at, id) where reacted_at is null;
create index events_subject on events (tenant_id, subject_id, id);

create table billing_runs (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  as_of date not null,
  status text not null check (status in ('running', 'completed', 'interrupted')),
  invoices bigint not null default 0,
  parked bigint not null default 0,
  cause text not null, -- scheduler, api, cli, clock
  created_at timestamptz not null,
  finished_at timestamptz,
  backend integer not null default pg_backend_pid(), -- whose connection wrote its last batch
  primary key (tenant_id, id)
);
create index billing_runs_running on billing_runs (tenant_id) where status = 'running';

-- Work set aside with its reason until a person looks.
create table parked (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  kind text not null check (kind in
    ('subscription', 'payment', 'attempt', 'refund', 'reminder', 'mail', 'event')),
  subject_id uuid not null,
  code text not null,
  reason text not null,
  resume_at timestamptz, -- the moment its work was due, given back when it is released
  at timestamptz not null,
  released_at timestamptz,
  released_by text check (released_by in ('person', 'end')), -- 'end': there was nothing left to do
  primary key (tenant_id, id)
);
create unique index parked_subject on parked (tenant_id, kind, subject_id) where released_at is null;

-- What a customer is to be reminded of, and when next.
create table reminders (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  kind text not null check (kind in ('overdue', 'trial_ending')),
  invoice_id uuid, -- the one that is overdue
  subscription_id uuid, -- the one on trial, or the one that the invoice bills
  next_at timestamptz, -- null: done with
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references invoices,
  foreign key (tenant_id, subscription_id) references subscriptions,
  check (kind <> 'overdue' or invoice_id is not null),
  check (kind <> 'trial_ending' or subscription_id is not null)
);
create unique index reminders_overdue on reminders (tenant_id, invoice_id)
  where kind = 'overdue';
create unique index reminders_trial on reminders (tenant_id, subscription_id)
  where kind = 'trial_ending';
create index reminders_due on reminders (tenant_id, next_at, id) where next_at is not null;

create table test_clocks (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  frozen_time timestamptz not null,
  status text not null check (status in ('ready', 'advancing')),
  target_time timestamptz,
  created_at timestamptz not null,
  primary key (tenant_id)
);

-- One row for each day on which a customer's MRR changed: what it was before and after the day.
-- MRR on a day is the sum of all changes up to it; movements are told apart when they are read.
create table mrr_days (
  tenant_id uuid not null default current_tenant(),
  customer_id uuid not null,
  currency text not null,
  day date not null,
  before bigint not null,
  after bigint not null,
  reason text not null, -- why it last changed that day: started, voluntary, involuntary, paused, …
  primary key (tenant_id, customer_id, currency, day),
  foreign key (tenant_id, customer_id) references customers
);
create index mrr_days_day on mrr_days (tenant_id, day) include (currency, before, after);
