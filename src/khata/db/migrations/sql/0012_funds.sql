-- Funds: coupons, wallets and credit balances; what lowers an invoice, and what pays it first.

-- What a customer has in credit. The row is what two who spend at once wait for.
create table credit_balances (
  tenant_id uuid not null default current_tenant(),
  customer_id uuid not null,
  currency text not null,
  amount bigint not null check (amount >= 0),
  primary key (tenant_id, customer_id, currency),
  foreign key (tenant_id, customer_id) references customers
);

-- Each change of a credit balance: what came is above zero, what was spent is below.
create table credit_entries (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  customer_id uuid not null,
  currency text not null,
  amount bigint not null check (amount <> 0),
  cause text not null, -- credit_note, invoice, …
  source_id uuid not null, -- the credit note, the invoice
  balance bigint not null check (balance >= 0), -- after it
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id, currency) references credit_balances
);
create unique index credit_entries_once on credit_entries (tenant_id, source_id, cause);
create index credit_entries_customer on credit_entries (tenant_id, customer_id, id);

-- A coupon's terms never change; only that it may be redeemed no more.
create table coupons (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  code text not null,
  name text not null, -- as invoices say it
  scope text not null check (scope in ('line', 'invoice')), -- line coupons are taken first
  percent text, -- a decimal, in percent
  amount bigint check (amount > 0),
  currency text, -- of the amount and of the minimum
  duration text not null check (duration in ('once', 'repeating', 'forever')),
  months smallint check (months > 0), -- how long a repeating one lasts, in months
  cycles smallint check (cycles > 0),  -- … or in periods that it made cheaper
  max_redemptions integer check (max_redemptions > 0),
  max_per_customer integer check (max_per_customer > 0),
  expires_on date, -- the last day of the tenant's calendar on which it may be redeemed
  minimum bigint check (minimum > 0), -- what the charges of an invoice must come to
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  archived_at timestamptz,
  primary key (tenant_id, id),
  check ((percent is null) <> (amount is null))
);
create unique index coupons_code on coupons (tenant_id, upper(code));

-- The plans that a coupon applies to; all, where it has none.
create table coupon_plans (
  tenant_id uuid not null default current_tenant(),
  coupon_id uuid not null,
  plan_id uuid not null,
  primary key (tenant_id, coupon_id, plan_id),
  foreign key (tenant_id, coupon_id) references coupons,
  foreign key (tenant_id, plan_id) references plans
);

-- A coupon that was redeemed: for one subscription, or for all of a customer's.
create table discounts (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  coupon_id uuid not null,
  customer_id uuid not null,
  subscription_id uuid,
  from_on date not null,  -- for what begins on this day or after
  until_on date,          -- … and before this one
  uses_left smallint check (uses_left >= 0), -- null: any number
  created_at timestamptz not null,
  ended_at timestamptz,
  ended_by text check (ended_by in ('used', 'lapsed', 'removed')),
  primary key (tenant_id, id),
  foreign key (tenant_id, coupon_id) references coupons,
  foreign key (tenant_id, customer_id) references customers,
  foreign key (tenant_id, subscription_id) references subscriptions,
  check ((ended_at is null) = (ended_by is null))
);
create unique index discounts_of_subscription on discounts (tenant_id, subscription_id, coupon_id)
  where ended_at is null and subscription_id is not null;
create unique index discounts_of_customer on discounts (tenant_id, customer_id, coupon_id)
  where ended_at is null and subscription_id is null;
create index discounts_coupon on discounts (tenant_id, coupon_id, customer_id);
create index discounts_customer on discounts (tenant_id, customer_id, id);

-- What each coupon took off each line.
create table line_discounts (
  tenant_id uuid not null default current_tenant(),
  invoice_id uuid not null,
  line_position smallint not null,
  position smallint not null, -- the order in which they were taken
  discount_id uuid not null,
  coupon_id uuid not null,
  name text not null,
  percent text,
  amount bigint not null check (amount >= 0), -- before tax
  off_price bigint not null check (off_price > 0), -- off the price, with the tax that is inside it
  primary key (tenant_id, invoice_id, line_position, position),
  foreign key (tenant_id, invoice_id) references invoices deferrable initially deferred,
  foreign key (tenant_id, discount_id) references discounts,
  foreign key (tenant_id, coupon_id) references coupons
);

-- A wallet holds a customer's prepaid money and what was granted; its row is what two who spend
-- at once wait for.
create table wallets (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  customer_id uuid not null,
  currency text not null,
  name text not null,
  priority smallint not null check (priority between 0 and 100), -- lower is spent first
  balance bigint not null default 0 check (balance >= 0), -- what is left of all its grants
  recharge_below bigint check (recharge_below > 0), -- below this it is topped up by itself …
  recharge_amount bigint check (recharge_amount > 0), -- … with this
  metadata jsonb not null default '{}',
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers,
  check ((recharge_below is null) = (recharge_amount is null))
);
create index wallets_customer on wallets (tenant_id, customer_id, id);

-- What came into a wallet, and what is left of it.
create table wallet_grants (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  wallet_id uuid not null,
  kind text not null check (kind in ('paid', 'granted')),
  amount bigint not null check (amount > 0),
  remaining bigint not null check (remaining between 0 and amount),
  priority smallint not null check (priority between 0 and 100), -- lower is spent first
  expires_at timestamptz, -- no longer spent from this instant
  name text,
  created_at timestamptz not null,
  expired_at timestamptz, -- what was left then is gone
  primary key (tenant_id, id),
  foreign key (tenant_id, wallet_id) references wallets
);
create index wallet_grants_wallet on wallet_grants (tenant_id, wallet_id, id);
create index wallet_grants_left on wallet_grants (tenant_id, wallet_id) where remaining > 0;
create index wallet_grants_expiring on wallet_grants (tenant_id, expires_at)
  where expires_at is not null and expired_at is null;

-- Each change of a wallet: what came is above zero, what was spent or expired is below.
create table wallet_entries (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  wallet_id uuid not null,
  grant_id uuid not null,
  amount bigint not null check (amount <> 0),
  cause text not null, -- top_up, grant, invoice, invoice_voided, credit_note, expired
  source_id uuid not null, -- the invoice, the credit note, or the grant itself
  grant_remaining bigint not null check (grant_remaining >= 0), -- after it
  balance bigint not null check (balance >= 0), -- of the wallet, after it
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, wallet_id) references wallets,
  foreign key (tenant_id, grant_id) references wallet_grants
);
create unique index wallet_entries_once on wallet_entries (tenant_id, grant_id, source_id, cause);
create index wallet_entries_wallet on wallet_entries (tenant_id, wallet_id, id);

-- What is to come into a wallet: granted at once, or by an invoice that fills it when it is paid.
create table wallet_top_ups (
  tenant_id uuid not null default current_tenant(),
  id uuid not null, -- becomes the grant's
  wallet_id uuid not null,
  invoice_id uuid, -- null: nothing is paid for it
  kind text not null check (kind in ('paid', 'granted')),
  amount bigint not null check (amount > 0),
  priority smallint not null,
  expires_at timestamptz,
  name text,
  cause text not null check (cause in ('asked', 'recharge')),
  status text not null check (status in ('waiting', 'filled', 'withdrawn')),
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, wallet_id) references wallets,
  foreign key (tenant_id, invoice_id) references invoices deferrable initially deferred,
  check (kind = 'granted' or invoice_id is not null)
);
create unique index wallet_top_ups_invoice on wallet_top_ups (tenant_id, invoice_id)
  where invoice_id is not null;
create index wallet_top_ups_wallet on wallet_top_ups (tenant_id, wallet_id, id);
-- A wallet recharges itself once at a time: a rule that no race can break.
create unique index wallet_top_ups_recharging on wallet_top_ups (tenant_id, wallet_id)
  where status = 'waiting' and cause = 'recharge';

-- What paid an invoice before any gateway was asked, and what of it went back.
create table invoice_settlements (
  tenant_id uuid not null default current_tenant(),
  invoice_id uuid not null,
  position smallint not null,
  source text not null check (source in ('credit', 'wallet')),
  wallet_id uuid,
  grant_id uuid,
  amount bigint not null check (amount > 0),
  returned bigint not null default 0 check (returned between 0 and amount),
  created_at timestamptz not null,
  primary key (tenant_id, invoice_id, position),
  foreign key (tenant_id, invoice_id) references invoices deferrable initially deferred,
  foreign key (tenant_id, wallet_id) references wallets,
  foreign key (tenant_id, grant_id) references wallet_grants,
  check ((source = 'wallet') = (wallet_id is not null and grant_id is not null))
);

-- As before, and what expires in wallets.
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
        ('mails', d.mails)) v (kind, at)
     where v.at is not null;
  end;
