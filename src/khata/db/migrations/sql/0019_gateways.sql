-- Gateways: a tenant's accounts with them, which account takes what, and what they tell by themselves.

create table gateway_accounts (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  gateway text not null,
  name text not null,
  base_url text,                 -- null: the vendor's own; else a stand-in that the operator allows
  reference text,                -- the gateway's id of the account
  livemode boolean not null,
  status text not null check (status in ('active', 'disabled')),
  credentials bytea not null,    -- sealed
  webhook_secrets bytea,         -- sealed: the newest first, the one before it until its end
  version integer not null,      -- grows with every change of the credentials
  verified_at timestamptz not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index gateway_accounts_name on gateway_accounts (tenant_id, name);

-- Rules in order: the first that fits names the account.
create table gateway_routes (
  tenant_id uuid not null default current_tenant(),
  position smallint not null,
  account_id uuid not null,
  currency text,
  country text,
  kind text,
  primary key (tenant_id, position),
  foreign key (tenant_id, account_id) references gateway_accounts
);
create index gateway_routes_account on gateway_routes (tenant_id, account_id);

-- What gateways told by themselves, verified: each event once, however often it comes.
create table gateway_events (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  account_id uuid not null,
  event_id text not null,        -- the gateway's
  type text not null,
  subject text not null check (subject in ('charge', 'refund', 'method', 'dispute', 'other')),
  ours uuid,                     -- the attempt or refund that it names, by our id
  reference text,                -- … and the gateway's id of what it is about
  charge text,                   -- of a refund or dispute: the gateway's id of the payment
  amount bigint,
  currency text,
  told_at timestamptz,           -- when the gateway says that it happened
  received_at timestamptz not null,
  body bytea not null,           -- as it came
  status text not null check (status in ('waiting', 'applied', 'set_aside', 'dead')),
  outcome text,                  -- what came of it, in words
  tries integer not null default 0,
  next_try_at timestamptz,       -- while it waits
  deliveries integer not null default 1,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references gateway_accounts
);
create unique index gateway_events_once on gateway_events (tenant_id, account_id, event_id);
create index gateway_events_due on gateway_events (tenant_id, next_try_at) where next_try_at is not null;
create index gateway_events_status on gateway_events (tenant_id, status, id);

-- A day of an account beside the gateway's list: due at next_try_at, and then what was found.
create table reconciliations (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  account_id uuid not null,
  day date not null,             -- in the tenant's zone
  status text not null check (status in ('due', 'agrees', 'differs')),
  payments integer,              -- how many the gateway listed
  findings jsonb not null default '[]',
  next_try_at timestamptz,
  tries integer not null default 0,
  ran_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references gateway_accounts
);
create unique index reconciliations_day on reconciliations (tenant_id, account_id, day);
create index reconciliations_due on reconciliations (tenant_id, next_try_at) where next_try_at is not null;

alter table payment_methods
  add column gateway_account_id uuid,             -- null: a gateway that needs no account
  add column kind text not null default 'card',
  add column holder text,                         -- the gateway's id of the customer
  add column brand text,
  add column last4 text,
  add column expiry_month smallint,
  add column expiry_year smallint,
  add column issuer_country text,
  add column facts jsonb not null default '{}';   -- what the gateway wants back with each charge

-- Frozen with the attempt, so that it is the same to the letter however often it is sent.
alter table attempts
  add column gateway_account_id uuid,
  add column method_kind text not null default 'card',
  add column holder text,
  add column method_facts jsonb not null default '{}';

-- Whose account a webhook came for: told before anybody has signed anything, and nothing more.
create function tenant_of_gateway_account(account uuid)
  returns uuid
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  begin atomic
    select a.tenant_id from gateway_accounts a where a.id = account;
  end;

-- As before, and what gateways told that was not applied yet.
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
        ('told', (select min(next_try_at) from gateway_events
                   where tenant_id = of_tenant and next_try_at is not null)),
        ('reconcile', (select min(next_try_at) from reconciliations
                        where tenant_id = of_tenant and next_try_at is not null)),
        ('mails', d.mails)) v (kind, at)
     where v.at is not null;
  end;
