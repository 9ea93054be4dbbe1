-- Payers: a customer whose invoices another customer of the same tenant pays, and one invoice for
-- several subscriptions of a payer.

alter table customers add column payer_id uuid; -- null: pays for itself
alter table customers add constraint customers_payer
  foreign key (tenant_id, payer_id) references customers not valid;
alter table customers add constraint customers_payer_is_another
  check (payer_id <> id) not valid;
-- No customer has a payer yet: the index is empty, and making it reads the table once.
-- squawk-ignore require-concurrent-index-creation
create index customers_of_payer on customers (tenant_id, payer_id) where payer_id is not null;

-- Whether one invoice bills all that falls due together of what a customer pays for.
alter table customers add column invoice_together boolean not null default false;

-- Which subscriptions an invoice bills, where it bills several: each with the period it opens. The
-- invoice itself names the first of them, and a line says of which it is.
create table invoice_subscriptions (
  tenant_id uuid not null default current_tenant(),
  invoice_id uuid not null,
  subscription_id uuid not null,
  period_start date not null,
  period_end date not null,
  primary key (tenant_id, invoice_id, subscription_id),
  -- Checked at commit: the invoice's own row, with its number, is written last.
  foreign key (tenant_id, invoice_id) references invoices deferrable initially deferred,
  foreign key (tenant_id, subscription_id) references subscriptions,
  check (period_start < period_end)
);
-- A period of a subscription is billed once, for ever, whatever runs twice.
create unique index invoice_subscriptions_period
  on invoice_subscriptions (tenant_id, subscription_id, period_start);

alter table invoice_lines add column subscription_id uuid; -- null: the invoice's own
