-- Disputes, and what customers withhold as TDS.

-- A payer's bank takes money back, or asks about it. What stands here is what the gateway said
-- when it was asked last; the sums are what the books hold of it.
create table disputes (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  account_id uuid not null,
  gateway text not null,
  reference text not null,       -- the gateway's
  attempt_id uuid not null,
  payment_id uuid not null,
  invoice_id uuid not null,
  customer_id uuid not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  reason text not null,          -- the gateway's word for it
  phase text,                    -- inquiry, chargeback, pre_arbitration …
  status text not null check (status in
    ('warning_needs_response', 'warning_under_review', 'needs_response', 'under_review',
     'won', 'lost', 'closed')),
  due_by timestamptz,            -- the last moment for evidence
  above bigint not null default 0,  -- what is disputed beyond what is left after refunds
  held bigint not null default 0,   -- taken by the gateway, and nobody has won it yet
  lost bigint not null default 0,   -- taken for good
  fee bigint not null default 0,
  warned smallint not null default 0, -- how many warnings before due_by were told
  accepted_at timestamptz,
  evidence_sent_at timestamptz,
  next_look_at timestamptz,      -- when the gateway is asked again, or a warning is due
  opened_at timestamptz not null, -- when the gateway says that it began
  closed_at timestamptz,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references gateway_accounts,
  foreign key (tenant_id, attempt_id) references attempts,
  foreign key (tenant_id, payment_id) references payments,
  foreign key (tenant_id, invoice_id) references invoices,
  foreign key (tenant_id, customer_id) references customers
);
create unique index disputes_once on disputes (tenant_id, account_id, reference);
create index disputes_due on disputes (tenant_id, next_look_at) where next_look_at is not null;
create index disputes_status on disputes (tenant_id, status, id);
create index disputes_payment on disputes (tenant_id, payment_id);
create index disputes_attempt on disputes (tenant_id, attempt_id);

create table dispute_moves (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  dispute_id uuid not null,
  from_status text,              -- null: it began so
  to_status text not null,
  said_by text not null check (said_by in ('sync', 'sweep', 'webhook', 'human')),
  at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, dispute_id) references disputes
);
create index dispute_moves_dispute on dispute_moves (tenant_id, dispute_id, id);

-- Money that a dispute moved: each row is booked as one entry.
create table dispute_money (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  dispute_id uuid not null,
  kind text not null check (kind in ('withdrawn', 'reinstated', 'lost', 'regained', 'fee',
    'fee_returned')),
  amount bigint not null check (amount > 0),
  at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, dispute_id) references disputes
);
create index dispute_money_dispute on dispute_money (tenant_id, dispute_id, id);

-- What the seller says for itself: a text or a file, kept here and then sent.
create table dispute_evidence (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  dispute_id uuid not null,
  kind text not null check (kind in ('text', 'file')),
  topic text not null,
  text text,
  filename text,
  media_type text,
  size integer,
  file_key text,
  sent_at timestamptz,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, dispute_id) references disputes
);
create index dispute_evidence_dispute on dispute_evidence (tenant_id, dispute_id, id);

-- Tax that a customer withheld from what was paid: the state owes it to the seller.
create table tds_receivables (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  invoice_id uuid not null,
  customer_id uuid not null,
  payment_id uuid,               -- null: told without money
  amount bigint not null check (amount > 0),
  currency text not null,
  section text,
  rate text,                     -- a decimal, in percent
  deducted_on date not null,
  financial_year text not null,  -- 2026-27
  quarter smallint not null check (quarter between 1 and 4),
  certificate_due_on date not null,
  status text not null check (status in ('awaited', 'short', 'certified', 'written_off')),
  certificate_number text,
  certificate_on date,
  certificate_amount bigint check (certificate_amount > 0),
  written_off bigint not null default 0,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references invoices,
  foreign key (tenant_id, customer_id) references customers,
  foreign key (tenant_id, payment_id) references payments
);
create index tds_receivables_invoice on tds_receivables (tenant_id, invoice_id);
create index tds_receivables_payment on tds_receivables (tenant_id, payment_id);
create index tds_receivables_quarter on tds_receivables
  (tenant_id, financial_year, quarter, status, id);
create index tds_receivables_due on tds_receivables (tenant_id, certificate_due_on)
  where status in ('awaited', 'short');

-- As before, and disputes to be asked about or warned of.
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
        ('mails', d.mails)) v (kind, at)
     where v.at is not null;
  end;
