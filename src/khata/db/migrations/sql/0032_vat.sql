-- VAT: the numbers a seller accounts for it under, checks of customers' numbers, and evidence of
-- where customers are.

create table vat_registrations (
  tenant_id uuid not null default current_tenant(),
  registration_id uuid not null,
  country text not null,       -- who gave the number, ISO 3166-1
  number text not null,
  scheme text not null check (scheme in ('local', 'union_oss', 'non_union_oss')),
  valid_from date not null,
  valid_to date,               -- the last day; null: no end is known
  primary key (tenant_id, registration_id, country, scheme, valid_from),
  foreign key (tenant_id, registration_id) references registrations,
  check (valid_to is null or valid_from <= valid_to)
);

-- Every answer of a register about a customer's number, also that there was none.
create table tax_id_checks (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  customer_id uuid not null,
  type text not null,
  value text not null,
  outcome text not null check (outcome in ('valid', 'invalid', 'unavailable')),
  register text not null,      -- vies, hmrc; pretend in test mode
  checked_on date not null,    -- of the tenant's calendar
  checked_at timestamptz not null,
  consultation_number text,    -- the register's own proof that it was asked
  name text,
  address text,
  detail text,                 -- why it was unavailable
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers
);
create index tax_id_checks_customer on tax_id_checks (tenant_id, customer_id, value, checked_at);

create table location_evidence (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  customer_id uuid not null,
  type text not null check (type in ('billing_address', 'ip', 'bank', 'card', 'sim', 'phone', 'other')),
  country text not null,
  captured_at timestamptz not null,
  source text,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers
);
create index location_evidence_customer on location_evidence (tenant_id, customer_id, captured_at);

-- The tax of another state than India on the same sale, as it was decided.
alter table invoices add column levy jsonb;

-- As before, and tax numbers whose registers are to be asked.
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
        ('disputes', (select min(next_look_at) from disputes
                       where tenant_id = of_tenant and next_look_at is not null)),
        ('forgettings', (select min(next_try_at) from forgettings
                          where tenant_id = of_tenant and next_try_at is not null)),
        ('tax_ids', (select min(check_due_at) from tax_ids
                      where tenant_id = of_tenant and check_due_at is not null)),
        ('mails', d.mails)) v (kind, at)
     where v.at is not null;
  end;
