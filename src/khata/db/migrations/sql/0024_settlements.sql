-- Settlements: what gateways paid out, line by line; the bank's statement; fees as they were told;
-- and what stands in clearing, by gateway account.

-- A payout of an account: booked once, or set aside where its lines do not add up to it.
create table settlements (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  account_id uuid not null,
  reference text not null,       -- the gateway's id of it
  amount bigint not null,        -- paid out; negative: drawn from the bank
  currency text not null,
  paid_at timestamptz not null,
  paid_on date not null,         -- … in the tenant's zone: the day it is booked on
  bank_reference text,           -- what the bank names it by: a UTR
  is_itemised boolean not null,  -- false: the gateway pays out of a balance and names no payments
  status text not null check (status in ('booked', 'quarantined')),
  agreement text not null check (agreement in ('agrees', 'differs')),
  findings jsonb not null default '[]',
  arrived_on date,               -- the bank's day, once its line is known
  arrived_by text check (arrived_by in ('reference', 'amount_and_day', 'person')),
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references gateway_accounts
);
create unique index settlements_once on settlements (tenant_id, account_id, reference);
create index settlements_paid on settlements (tenant_id, account_id, paid_at);
create index settlements_transit on settlements (tenant_id, paid_on)
  where arrived_on is null and status = 'booked';

create table settlement_lines (
  tenant_id uuid not null default current_tenant(),
  settlement_id uuid not null,
  position integer not null,
  reference text not null,       -- the gateway's id of the line
  kind text not null check (kind in ('payment', 'refund', 'dispute', 'fee', 'adjustment')),
  of_reference text,             -- … and of the payment, refund or dispute
  gross bigint not null,
  fee bigint not null,           -- without tax
  tax bigint not null,           -- on the fee
  charged bigint,                -- where another currency was charged than is paid out
  charged_currency text,
  happened_at timestamptz,
  words text not null,
  verdict text not null check (verdict in ('matched', 'amount_differs', 'currency_differs',
    'not_booked', 'settled_before', 'unknown_here', 'own')),
  attempt_id uuid,
  refund_id uuid,
  primary key (tenant_id, settlement_id, position),
  foreign key (tenant_id, settlement_id) references settlements,
  foreign key (tenant_id, attempt_id) references attempts,
  foreign key (tenant_id, refund_id) references refunds
);
create index settlement_lines_attempt on settlement_lines (tenant_id, attempt_id)
  where attempt_id is not null;
create index settlement_lines_refund on settlement_lines (tenant_id, refund_id)
  where refund_id is not null;

-- When an account's payouts are asked for again, and from when on.
create table settlement_fetches (
  tenant_id uuid not null default current_tenant(),
  account_id uuid not null,
  since timestamptz not null,    -- payouts from here on are asked for next time
  next_try_at timestamptz,
  tries integer not null default 0,
  ran_at timestamptz,
  found integer,                 -- how many payouts the last answer had
  primary key (tenant_id, account_id),
  foreign key (tenant_id, account_id) references gateway_accounts
);
create index settlement_fetches_due on settlement_fetches (tenant_id, next_try_at)
  where next_try_at is not null;

-- Lines of the bank's statement, once each by the caller's own id.
create table bank_transactions (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  own_id text not null,
  account text not null,         -- the tenant's name for the bank account
  booked_on date not null,
  amount bigint not null check (amount <> 0), -- what came in is positive
  currency text not null,
  reference text not null,
  narration text not null,
  settlement_id uuid,            -- the payout that it is
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, settlement_id) references settlements
);
create unique index bank_transactions_once on bank_transactions (tenant_id, account, own_id);
create unique index bank_transactions_settlement on bank_transactions (tenant_id, settlement_id)
  where settlement_id is not null;
create index bank_transactions_left on bank_transactions (tenant_id, booked_on)
  where settlement_id is null;

-- What a gateway keeps of a payment, as it was told later than the payment, or better.
create table attempt_fees (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  attempt_id uuid not null,
  fee bigint not null check (fee >= 0), -- in all, without tax
  tax bigint not null check (tax >= 0), -- in all, on the fee
  told_by text not null check (told_by in ('gateway', 'settlement')),
  at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, attempt_id) references attempts
);
create index attempt_fees_attempt on attempt_fees (tenant_id, attempt_id, id);

-- Whose clearing account an entry moves; null: of a gateway that needs no account, or none.
alter table entries add column gateway_account_id uuid;

-- What stands in clearing by gateway account, kept as it grows like posting_days.
create table clearing_days (
  tenant_id uuid not null default current_tenant(),
  account_id uuid not null,
  currency text not null,
  booked_on date not null,
  slot smallint not null,
  debits bigint not null,
  credits bigint not null,
  primary key (tenant_id, account_id, currency, booked_on, slot)
) with (fillfactor = 60);

create function sum_clearing() returns trigger language plpgsql as $$
begin
  if not exists (select from added where debit = 'gateway_clearing' or credit = 'gateway_clearing')
  then
    return null; -- a billing run posts thousands at once, and none of them here
  end if;
  insert into clearing_days as d
      (tenant_id, account_id, currency, booked_on, slot, debits, credits)
    select tenant_id, account_id, currency, booked_on, own_slot(tenant_id),
           coalesce(sum(amount) filter (where is_debit), 0),
           coalesce(sum(amount) filter (where not is_debit), 0)
      from (
        select a.tenant_id, a.currency, a.booked_on, a.amount, a.debit = 'gateway_clearing' is_debit,
               (select e.gateway_account_id from entries e
                 where e.tenant_id = a.tenant_id and e.id = a.entry_id) as account_id
          from added a
         where a.debit = 'gateway_clearing' or a.credit = 'gateway_clearing') p
     where account_id is not null
     group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (tenant_id, account_id, currency, booked_on, slot)
    do update set debits = d.debits + excluded.debits, credits = d.credits + excluded.credits;
  return null;
end $$;

create trigger clearing_is_summed after insert on postings
  referencing new table as added for each statement execute function sum_clearing();

-- What accounts there are have taken and given back so far, tenant by tenant.
do $$
declare
  of_tenant uuid;
begin
  for of_tenant in select tenant_id from tenants loop
    perform set_config('khata.tenant', of_tenant::text, true);
    insert into clearing_days (account_id, currency, booked_on, slot, debits, credits)
      select a.gateway_account_id, p.currency, p.booked_on, 0,
             coalesce(sum(p.amount) filter (where p.debit = 'gateway_clearing'), 0),
             coalesce(sum(p.amount) filter (where p.credit = 'gateway_clearing'), 0)
        from attempts a
        left join refunds r on r.tenant_id = a.tenant_id and r.attempt_id = a.id
        join lateral (values (a.id, 'payment_received'), (r.id, 'refund_made'),
                             (r.id, 'refund_failed_after_all')) s (id, kind) on s.id is not null
        join entries e on e.tenant_id = a.tenant_id and e.source_id = s.id and e.kind = s.kind
        join postings p on p.tenant_id = e.tenant_id and p.entry_id = e.id
       where a.tenant_id = of_tenant and a.gateway_account_id is not null
         and 'gateway_clearing' in (p.debit, p.credit)
       group by 1, 2, 3;
    -- Payouts of live accounts are asked for from their first day on.
    insert into settlement_fetches (account_id, since, next_try_at)
      select id, created_at, created_at from gateway_accounts
       where tenant_id = of_tenant and livemode;
  end loop;
  perform set_config('khata.tenant', '', true);
end $$;

-- A wider check takes the place of the narrower one; the table is small, and locked for a moment.
-- squawk-ignore ban-drop-constraint
alter table parked drop constraint parked_kind_check;
alter table parked add constraint parked_kind_check check (kind in
  ('subscription', 'payment', 'attempt', 'refund', 'reconciliation', 'settlement', 'reminder',
   'mail', 'event', 'document', 'job'))
  not valid;
-- squawk-ignore constraint-missing-not-valid
alter table parked validate constraint parked_kind_check;

-- As before, and the payouts that are to be asked for.
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
        ('visits', (select min(ask_at) from visits
                     where tenant_id = of_tenant and ask_at is not null)),
        ('mandates', (select min(look_at) from mandates
                       where tenant_id = of_tenant and look_at is not null)),
        ('dunning', (select min(next_step_at) from dunning_campaigns
                      where tenant_id = of_tenant and next_step_at is not null)),
        ('settlements', (select min(next_try_at) from settlement_fetches
                          where tenant_id = of_tenant and next_try_at is not null)),
        ('mails', d.mails)) v (kind, at)
     where v.at is not null;
  end;
