-- Dunning: policies that plans name, the campaign of each invoice that failed, and its steps.

create table dunning_policies (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  name text not null,
  version integer not null,       -- the newest
  created_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index dunning_policies_name on dunning_policies (tenant_id, name);

-- Never changed: a campaign goes on by the version under which it began.
create table dunning_policy_versions (
  tenant_id uuid not null default current_tenant(),
  policy_id uuid not null,
  version integer not null,
  terms jsonb not null,           -- see core/dunning_terms.py
  created_at timestamptz not null,
  primary key (tenant_id, policy_id, version),
  foreign key (tenant_id, policy_id) references dunning_policies
);

alter table plans add column dunning_policy_id uuid;   -- null: the tenant's own policies

-- One for each invoice whose first try failed: how it began, what is due of it next, how it ended.
create table dunning_campaigns (
  tenant_id uuid not null default current_tenant(),
  invoice_id uuid not null,
  payment_id uuid not null,
  customer_id uuid not null,
  currency text not null,
  amount bigint not null,         -- what was owed at the first failure
  began_at timestamptz not null,
  decline_class text not null,    -- of the first failure
  decline_code text not null,
  gateway text,                   -- null: there was nobody to call
  payment_method_id uuid,
  policy_id uuid,                 -- null: the tenant's own policies, as they are when asked
  policy_version integer,
  tries integer not null,
  last_class text not null,       -- of the latest failure
  announces_at timestamptz,       -- when the customer is told of the try to come
  warns_at timestamptz,           -- … and that service will stop
  access_ends_at timestamptz,     -- the end of the grace, while it has not come
  stops_at timestamptz,           -- when service stops, as far as is known
  is_last_try_over boolean not null default false, -- the end waits for the grace alone
  next_step_at timestamptz,       -- the first of the three above
  link_used_at timestamptz,       -- when the customer last paid on the invoice's page
  ended_at timestamptz,
  outcome text check (outcome in ('recovered', 'given_up', 'closed')),
  recovered_at timestamptz,       -- also after it was given up
  recovered_amount bigint not null default 0,
  recovered_by text check (recovered_by in ('retry', 'new_method', 'link', 'by_hand')),
  recovered_try integer,
  primary key (tenant_id, invoice_id),
  foreign key (tenant_id, invoice_id) references invoices,
  foreign key (tenant_id, payment_id) references payments
);
create index dunning_campaigns_began on dunning_campaigns (tenant_id, began_at);
create index dunning_campaigns_payment on dunning_campaigns (tenant_id, payment_id);
create index dunning_campaigns_due on dunning_campaigns (tenant_id, next_step_at)
  where next_step_at is not null;

-- What happened in a campaign, for ever; its facts are words and ids, never a card's.
create table dunning_steps (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  invoice_id uuid not null,
  step text not null,
  at timestamptz not null,
  facts jsonb not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references dunning_campaigns
);
create index dunning_steps_invoice on dunning_steps (tenant_id, invoice_id, id);

-- What failed before this release, so that its figures begin with the shop and not with the release.
-- The wall holds for the owner too; inside this migration, which nobody else can look into, it must
-- read every tenant's payments.
alter table payments no force row level security;
alter table attempts no force row level security;
insert into dunning_campaigns (tenant_id, invoice_id, payment_id, customer_id, currency, amount,
  began_at, decline_class, decline_code, gateway, payment_method_id, tries, last_class, ended_at, outcome,
  recovered_at, recovered_amount, recovered_by, recovered_try)
select distinct on (p.tenant_id, p.invoice_id)
       p.tenant_id, p.invoice_id, p.id, p.customer_id, p.currency, p.amount,
       coalesce(f.finished_at, p.created_at), coalesce(f.decline_class, 'customer_action'),
       coalesce(f.decline_code, p.last_decline_code, 'no_payment_method'), f.gateway,
       f.payment_method_id, greatest(p.decline_count, 1),
       coalesce(f.decline_class, 'customer_action'),
       case when s.id is not null or p.status in ('given_up', 'canceled')
            then coalesce(s.finished_at, p.finished_at, p.created_at) end,
       case when s.id is not null then 'recovered' when p.status = 'given_up' then 'given_up'
            when p.status = 'canceled' then 'closed' end,
       s.finished_at, coalesce(s.amount, 0),
       case when s.id is null then null when s.cause = 'customer' then 'by_hand'
            when s.payment_method_id is distinct from f.payment_method_id then 'new_method'
            else 'retry' end,
       s.number
  from payments p
  left join attempts f on f.tenant_id = p.tenant_id and f.payment_id = p.id
    and f.number = 1 and f.status = 'failed'
  left join lateral (
    select a.id, a.finished_at, a.amount, a.cause, a.payment_method_id, a.number from attempts a
     where a.tenant_id = p.tenant_id and a.invoice_id = p.invoice_id and a.status = 'succeeded'
     order by a.id limit 1) s on true
 where (f.id is not null and f.decline_class is distinct from 'gateway_down')
    or (p.decline_count > 0 and f.id is null)
 order by p.tenant_id, p.invoice_id, p.id;
alter table attempts force row level security;
alter table payments force row level security;

-- As before, and the steps of campaigns.
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
        ('mails', d.mails)) v (kind, at)
     where v.at is not null;
  end;
