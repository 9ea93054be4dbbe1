-- Payments: the will to collect an invoice, and each call to a gateway for it.

create table payments (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  invoice_id uuid not null,
  customer_id uuid not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  status text not null check (status in
    ('scheduled', 'processing', 'succeeded', 'given_up', 'canceled')),
  decline_count integer not null default 0, -- failures that count towards the policy
  last_decline_code text,
  next_attempt_at timestamptz,
  -- While an attempt of the customer's own is open: what the payment is again if that fails.
  returns_to text check (returns_to in ('scheduled', 'given_up', 'canceled')),
  returns_at timestamptz,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references invoices,
  foreign key (tenant_id, customer_id) references customers
);
create unique index payments_invoice on payments (tenant_id, invoice_id)
  where status in ('scheduled', 'processing');
create index payments_of_invoice on payments (tenant_id, invoice_id, id);
create index payments_due on payments (tenant_id, next_attempt_at, id) where next_attempt_at is not null;
create index payments_customer on payments (tenant_id, customer_id, id);
create index payments_status on payments (tenant_id, status, id);

create table attempts (
  tenant_id uuid not null default current_tenant(),
  id uuid not null, -- the idempotency key at the gateway
  payment_id uuid not null,
  invoice_id uuid not null,
  payment_method_id uuid,
  gateway text not null,
  token text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  number integer not null,
  cause text not null default 'schedule' check (cause in ('schedule', 'customer')),
  status text not null check (status in ('sending', 'pending', 'unknown', 'succeeded', 'failed')),
  decline_class text,
  decline_code text,
  gateway_reference text,
  fee bigint not null default 0,
  maybe_sent boolean not null default true, -- false only after the gateway was certainly not reached
  ask_at timestamptz, -- when the gateway is asked what became of it
  asks integer not null default 0,
  late_until timestamptz, -- a failure that may still turn into a success is looked at until then
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, payment_id) references payments,
  foreign key (tenant_id, invoice_id) references invoices,
  foreign key (tenant_id, payment_method_id) references payment_methods,
  check ((status in ('succeeded', 'failed')) = (finished_at is not null))
);
-- One open attempt for an invoice: a rule that no race can break.
create unique index attempts_open on attempts (tenant_id, invoice_id)
  where status in ('sending', 'pending', 'unknown');
create unique index attempts_number on attempts (tenant_id, payment_id, number);
create unique index attempts_reference on attempts (tenant_id, gateway, gateway_reference)
  where gateway_reference is not null;
create index attempts_ask on attempts (tenant_id, ask_at, id) where ask_at is not null;
create index attempts_invoice on attempts (tenant_id, invoice_id, id);

-- Each change of an attempt, and who said so: the answer itself, a look-up, a webhook, a person.
create table attempt_moves (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  attempt_id uuid not null,
  from_status text, -- null: it began so, as money does that came directly
  to_status text not null,
  said_by text not null check (said_by in ('sync', 'sweep', 'webhook', 'human')),
  gateway_reference text,
  at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, attempt_id) references attempts
);
create index attempt_moves_attempt on attempt_moves (tenant_id, attempt_id, id);

create table refunds (
  tenant_id uuid not null default current_tenant(),
  id uuid not null, -- the idempotency key at the gateway
  attempt_id uuid not null,
  invoice_id uuid not null,
  gateway text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  reason text not null,
  number smallint not null default 1, -- one that the gateway refused may be tried again as the next
  status text not null check (status in ('sending', 'succeeded', 'failed')),
  gateway_reference text,
  ask_at timestamptz,
  asks integer not null default 0,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, attempt_id) references attempts,
  foreign key (tenant_id, invoice_id) references invoices
);
create unique index refunds_attempt on refunds (tenant_id, attempt_id, reason, number);
-- Of several tries to give the same money back, one at a time, and one that succeeds.
create unique index refunds_once on refunds (tenant_id, attempt_id, reason)
  where status in ('sending', 'succeeded');
create index refunds_invoice on refunds (tenant_id, invoice_id);
create index refunds_ask on refunds (tenant_id, ask_at) where ask_at is not null;
