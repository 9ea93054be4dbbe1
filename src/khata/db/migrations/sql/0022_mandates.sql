-- Mandates: standing permissions to debit, what payers were told before each debit, and its cycle.

create table mandates (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  customer_id uuid not null,
  payment_method_id uuid,        -- null: nobody has confirmed it, or what was kept of it is deleted
  kind text not null check (kind in ('card', 'upi', 'emandate')),
  max_amount bigint not null check (max_amount > 0),
  currency text not null,
  frequency text not null,
  start_on date not null,        -- cycles are counted from it
  end_on date,
  is_fixed boolean not null default false,
  category text not null,
  status text not null check (status in
    ('created', 'pending_authorisation', 'active', 'paused', 'revoked', 'expired', 'completed',
     'rejected')),
  reference text,                -- the rail's number of it: UMN, UMRN
  consent_text text,             -- the words that the payer was shown, and agreed to …
  consent_at timestamptz,
  consent_address text,          -- … from where
  consent_user_agent text,
  look_at timestamptz,           -- its end is to be told of, or has come
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers,
  foreign key (tenant_id, payment_method_id) references payment_methods,
  check ((consent_text is null) = (consent_at is null))
);
create unique index mandates_method on mandates (tenant_id, payment_method_id)
  where payment_method_id is not null;
create index mandates_customer on mandates (tenant_id, customer_id, id);
create index mandates_status on mandates (tenant_id, status, id);
create index mandates_look on mandates (tenant_id, look_at, id) where look_at is not null;

-- Each change of a mandate, and who told it.
create table mandate_moves (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  mandate_id uuid not null,
  from_status text,              -- null: it began so
  to_status text not null,
  told_by text not null check (told_by in ('gateway', 'customer', 'seller', 'schedule')),
  cause text not null,
  at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, mandate_id) references mandates
);
create index mandate_moves_mandate on mandate_moves (tenant_id, mandate_id, id);

-- What the payer was told before a debit. Another amount is another notice.
create table debit_notices (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  mandate_id uuid not null,
  payment_id uuid not null,
  invoice_id uuid not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  cycle_on date,                 -- the first day of its cycle; null: as presented
  told_by text not null check (told_by in ('gateway', 'request')),
  told_at timestamptz,           -- null: the gateway was asked to tell, and has not said that it did
  debit_at timestamptz not null, -- when the money is to move
  reference text,                -- the gateway's
  opted_out_at timestamptz,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, mandate_id) references mandates,
  foreign key (tenant_id, payment_id) references payments,
  foreign key (tenant_id, invoice_id) references invoices
);
create index debit_notices_mandate on debit_notices (tenant_id, mandate_id, id);
create index debit_notices_payment on debit_notices (tenant_id, payment_id, id);
create index debit_notices_invoice on debit_notices (tenant_id, invoice_id);

-- The attempts that were made by a mandate, and in which of its cycles.
create table mandate_debits (
  tenant_id uuid not null default current_tenant(),
  attempt_id uuid not null,
  mandate_id uuid not null,
  invoice_id uuid not null,
  notice_id uuid,                -- null: the rail asks for none
  cycle_on date,
  debit_at timestamptz not null,
  primary key (tenant_id, attempt_id),
  foreign key (tenant_id, attempt_id) references attempts,
  foreign key (tenant_id, mandate_id) references mandates,
  foreign key (tenant_id, invoice_id) references invoices,
  foreign key (tenant_id, notice_id) references debit_notices
);
create index mandate_debits_mandate on mandate_debits (tenant_id, mandate_id, attempt_id);
create index mandate_debits_invoice on mandate_debits (tenant_id, invoice_id);
create index mandate_debits_notice on mandate_debits (tenant_id, notice_id);

-- The payer does not want to be debited in one cycle, or for one invoice; the mandate stands.
create table mandate_opt_outs (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  mandate_id uuid not null,
  cycle_on date,
  invoice_id uuid,
  told_by text not null check (told_by in ('gateway', 'customer', 'seller', 'schedule')),
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, mandate_id) references mandates,
  foreign key (tenant_id, invoice_id) references invoices,
  check (cycle_on is not null or invoice_id is not null)
);
create index mandate_opt_outs_mandate on mandate_opt_outs (tenant_id, mandate_id, id);
create index mandate_opt_outs_invoice on mandate_opt_outs (tenant_id, invoice_id);

-- As before, and mandates whose end is to be told of, or has come.
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
        ('mails', d.mails)) v (kind, at)
     where v.at is not null;
  end;
