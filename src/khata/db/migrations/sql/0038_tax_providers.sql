-- Providers of sales tax: who is asked, and what was answered about which sale.

create table tax_providers (
  tenant_id uuid not null default current_tenant(),
  provider text not null check (provider in ('stripe_tax', 'taxjar')),
  base_url text not null,
  credentials bytea not null,  -- sealed
  product_code text not null,  -- the provider's own, of what the tenant sells
  version integer not null,
  chosen_at timestamptz not null,
  primary key (tenant_id)
);

create table tax_quotes (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  basket_key text not null,    -- SHA-256 of the basket
  basket jsonb not null,       -- all that the provider is told
  provider text not null,
  asked_on date not null,      -- the day of the sale
  subscription_ids uuid[] not null,  -- those that wait for it, parked
  state text not null check (state in ('wanted', 'quoted', 'refused', 'used', 'recorded',
    'unrecorded')),
  reference text,              -- the provider's id of its calculation
  answer jsonb,                -- taxes by line, and reasons
  expires_at timestamptz,
  invoice_id uuid,             -- the one that bears it
  recorded_as text,            -- the provider's id of the sale that it was told of
  tries integer not null default 0,
  next_try_at timestamptz,
  error_code text,
  error text,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references invoices,
  check (state in ('wanted', 'refused') or answer is not null),
  check (invoice_id is not null or state not in ('used', 'recorded', 'unrecorded'))
);
create unique index tax_quotes_basket on tax_quotes (tenant_id, basket_key)
  where invoice_id is null;
create unique index tax_quotes_invoice on tax_quotes (tenant_id, invoice_id)
  where invoice_id is not null;
create index tax_quotes_due on tax_quotes (tenant_id, next_try_at) where next_try_at is not null;
create index tax_quotes_kept on tax_quotes (tenant_id, asked_on) where state = 'quoted';

-- Credit notes that a provider is told of.
create table tax_reversals (
  tenant_id uuid not null default current_tenant(),
  credit_note_id uuid not null,
  quote_id uuid not null,
  state text not null check (state in ('wanted', 'recorded', 'unrecorded')),
  recorded_as text,
  tries integer not null default 0,
  next_try_at timestamptz,
  error text,
  created_at timestamptz not null,
  primary key (tenant_id, credit_note_id),
  foreign key (tenant_id, credit_note_id) references credit_notes,
  foreign key (tenant_id, quote_id) references tax_quotes
);
create index tax_reversals_due on tax_reversals (tenant_id, next_try_at)
  where next_try_at is not null;

-- As before, and what a provider of sales tax is to be asked or told.
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
        ('e_invoices', (select min(next_try_at) from e_invoices
                         where tenant_id = of_tenant and next_try_at is not null)),
        ('tax_quotes', least((select min(next_try_at) from tax_quotes
                               where tenant_id = of_tenant and next_try_at is not null),
                             (select min(next_try_at) from tax_reversals
                               where tenant_id = of_tenant and next_try_at is not null))),
        ('mails', d.mails)) v (kind, at)
     where v.at is not null;
  end;
