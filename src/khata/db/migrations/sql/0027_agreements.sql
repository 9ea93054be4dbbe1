-- Mandates that their payers register at our own page, and ways to pay that gateways are to forget.

-- Which mandate the payer goes to agree to, and the words that they were shown.
alter table visits
  add column mandate_id uuid,
  add column consent jsonb;

-- Nothing that goes on needs it since a subscription ended: it is withdrawn once nothing is owed.
alter table mandates add column is_idle boolean not null default false;

-- A way to pay that has ended here, and that its gateway is to delete, too.
create table forgettings (
  tenant_id uuid not null default current_tenant(),
  payment_method_id uuid not null,
  gateway text not null,
  gateway_account_id uuid not null,
  token text,                    -- null: the gateway has forgotten it, and so have we
  holder text,
  tries integer not null default 0,
  next_try_at timestamptz,       -- null: done
  done_at timestamptz,
  created_at timestamptz not null,
  primary key (tenant_id, payment_method_id),
  foreign key (tenant_id, payment_method_id) references payment_methods,
  check ((done_at is null) = (token is not null))
);
create index forgettings_due on forgettings (tenant_id, next_try_at)
  where next_try_at is not null;

-- A payment whose debit waits, as its gateway takes one of a customer at a time.
create table spacings (
  tenant_id uuid not null default current_tenant(),
  payment_id uuid not null,
  until_at timestamptz not null,
  created_at timestamptz not null,
  primary key (tenant_id, payment_id),
  foreign key (tenant_id, payment_id) references payments
);

-- As before, and what gateways are to forget.
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
        ('mails', d.mails)) v (kind, at)
     where v.at is not null;
  end;
