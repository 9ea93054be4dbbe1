-- Changes: what a line was made of, credit notes against lines, and what is scheduled to change.

-- A line says what it is for and how its amount was made; older lines are plain fees.
alter table invoice_lines add column kind text not null default 'fee';
alter table invoice_lines add column priced bigint; -- before discounts, as priced
alter table invoice_lines add column priced_quantity numeric; -- where quantity × unit is not all
alter table invoice_lines add column discount bigint not null default 0; -- before tax
alter table invoice_lines add column basis jsonb; -- inputs, rule, fraction of the amount
alter table invoice_lines add column credited bigint not null default 0; -- by credit notes, net
alter table line_taxes add column credited bigint not null default 0;
alter table invoices add column amount_credited bigint not null default 0; -- what notes took off it
alter table invoices add constraint invoices_credited
  check (amount_credited >= 0 and amount_paid + amount_credited <= total) not valid;
alter table invoice_lines add constraint invoice_lines_credited
  check (credited between 0 and amount) not valid;
alter table line_taxes add constraint line_taxes_credited
  check (credited between 0 and amount) not valid;

-- How the unused days are measured that an end in mid-period credits; null: none are.
alter table subscriptions add column cancel_policy text;

-- A credit note takes back a part of one issued invoice; it is never changed.
create table credit_notes (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  invoice_id uuid not null,
  registration_id uuid not null,
  customer_id uuid not null,
  subscription_id uuid,
  series text not null,
  financial_year text not null,
  sequence bigint not null,
  number text not null,
  currency text not null,
  subtotal bigint not null,
  tax bigint not null,
  round_off bigint not null,
  total bigint not null,
  to_invoice bigint not null, -- lowered what was owed
  to_balance bigint not null, -- became the customer's credit
  to_refund bigint not null, -- goes back the way it came
  outside bigint not null, -- settled where khata does not see it
  reason text not null,
  cause text not null, -- change, cancel, pause, manual, usage
  issued_on date not null,
  seller_party_id uuid not null,
  buyer_party_id uuid not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references invoices,
  foreign key (tenant_id, registration_id) references registrations,
  foreign key (tenant_id, customer_id) references customers,
  check (total = subtotal + tax + round_off),
  check (total = to_invoice + to_balance + to_refund + outside),
  check (total >= 0)
);
create unique index credit_notes_number on credit_notes (tenant_id, registration_id, upper(number));
create unique index credit_notes_sequence
  on credit_notes (tenant_id, registration_id, series, financial_year, sequence);
create index credit_notes_invoice on credit_notes (tenant_id, invoice_id, id);
create index credit_notes_customer on credit_notes (tenant_id, customer_id, id);
create index credit_notes_subscription on credit_notes (tenant_id, subscription_id, id);

create table credit_note_lines (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  credit_note_id uuid not null,
  position smallint not null,
  invoice_id uuid not null,
  line_position smallint not null, -- the line of the invoice that it takes from
  description text not null,
  tax_code text not null,
  amount bigint not null check (amount >= 0), -- before tax
  period_start date not null, -- of what is taken back
  period_end date not null,
  takes_days boolean not null, -- not only money: these days were not used, and are taken back once
  recognized_until date not null, -- what was deferred is no longer earned, day by day
  basis jsonb,
  primary key (tenant_id, id),
  foreign key (tenant_id, credit_note_id) references credit_notes,
  foreign key (tenant_id, invoice_id) references invoices
);
create unique index credit_note_lines_position
  on credit_note_lines (tenant_id, credit_note_id, position);
create index credit_note_lines_of on credit_note_lines (tenant_id, invoice_id, line_position);
create index credit_note_lines_unrecognized on credit_note_lines (tenant_id, recognized_until)
  where recognized_until < period_end;

create table credit_note_taxes (
  tenant_id uuid not null default current_tenant(),
  credit_note_id uuid not null,
  line_position smallint not null,
  position smallint not null,
  name text not null,
  rate text not null,
  taxable bigint not null,
  amount bigint not null check (amount >= 0),
  primary key (tenant_id, credit_note_id, line_position, position),
  foreign key (tenant_id, credit_note_id) references credit_notes
);

-- What each closed month took back of each line of a note.
create table credit_recognitions (
  tenant_id uuid not null default current_tenant(),
  credit_note_line_id uuid not null,
  month_end date not null,
  amount bigint not null,
  entry_id uuid,
  primary key (tenant_id, credit_note_line_id, month_end),
  foreign key (tenant_id, credit_note_line_id) references credit_note_lines,
  foreign key (tenant_id, entry_id) references entries
);

-- What is to change, or has changed, of a subscription's terms. `wish` is what was asked for.
create table scheduled_changes (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  subscription_id uuid not null,
  kind text not null, -- items, pause, resume, anchor, …
  status text not null check (status in ('scheduled', 'applied', 'canceled', 'failed')),
  effective_on date not null, -- in the customer's calendar
  wish jsonb not null,
  outcome jsonb, -- what it came to: the items before and after, credit and charge
  failure text,
  actor text not null,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, subscription_id) references subscriptions
);
create index scheduled_changes_waiting
  on scheduled_changes (tenant_id, subscription_id, effective_on, id) where status = 'scheduled';
create index scheduled_changes_of on scheduled_changes (tenant_id, subscription_id, id);

-- What waits for the next invoice of a customer, or of one subscription.
create table invoice_items (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  customer_id uuid not null,
  subscription_id uuid, -- null: the customer's next invoice, whichever it is
  currency text not null,
  tax_behavior text not null check (tax_behavior in ('exclusive', 'inclusive')),
  kind text not null,
  description text not null,
  tax_code text not null,
  quantity bigint not null,
  unit_amount bigint not null,
  priced_quantity numeric,
  amount bigint not null check (amount >= 0),
  period_start date not null,
  period_end date not null,
  full_start date not null,
  full_end date not null,
  item_id uuid,
  price_id uuid,
  plan_id uuid,
  basis jsonb,
  credits jsonb, -- a credit that waits with it: the line it takes from, and how much
  invoice_id uuid, -- the invoice that it stands on, once it does
  created_at timestamptz not null,
  withdrawn_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers,
  foreign key (tenant_id, subscription_id) references subscriptions
);
create index invoice_items_waiting on invoice_items (tenant_id, customer_id, id)
  where invoice_id is null and withdrawn_at is null;
create index invoice_items_subscription on invoice_items (tenant_id, subscription_id, id);

-- What is owed is less what credit notes took off. The sums by day follow.
create or replace function sum_new_invoices() returns trigger language plpgsql as $$
begin
  insert into invoice_days as d
      (tenant_id, issued_on, due_on, currency, slot, count, net, open_count, owed)
    select tenant_id, issued_on, due_on, currency, own_slot(tenant_id),
           sum(sign * counts), sum(sign * counts * net), sum(sign * owes),
           sum(sign * owes * owed)
      from (
        select i.tenant_id, i.issued_on, i.due_on, i.currency, i.sign,
               i.subtotal - i.discount as net,
               i.total - i.amount_paid - i.amount_credited as owed,
               (i.status not in ('draft', 'void'))::integer as counts,
               (i.status = 'open')::integer as owes
          from (select *, 1 as sign from added) i) c
     group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (tenant_id, issued_on, due_on, currency, slot)
    do update set count = d.count + excluded.count, net = d.net + excluded.net,
      open_count = d.open_count + excluded.open_count, owed = d.owed + excluded.owed;
  return null;
end $$;

create or replace function sum_changed_invoices() returns trigger language plpgsql as $$
begin
  insert into invoice_days as d
      (tenant_id, issued_on, due_on, currency, slot, count, net, open_count, owed)
    select tenant_id, issued_on, due_on, currency, own_slot(tenant_id),
           sum(sign * counts), sum(sign * counts * net), sum(sign * owes),
           sum(sign * owes * owed)
      from (
        select i.tenant_id, i.issued_on, i.due_on, i.currency, i.sign,
               i.subtotal - i.discount as net,
               i.total - i.amount_paid - i.amount_credited as owed,
               (i.status not in ('draft', 'void'))::integer as counts,
               (i.status = 'open')::integer as owes
          from (select *, 1 as sign from added union all select *, -1 from removed) i) c
     group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (tenant_id, issued_on, due_on, currency, slot)
    do update set count = d.count + excluded.count, net = d.net + excluded.net,
      open_count = d.open_count + excluded.open_count, owed = d.owed + excluded.owed;
  return null;
end $$;

-- What an invoice still owes by its own row, against what the books have as receivable for it: by
-- its own entry, its payments' and its credit notes'.
create or replace function books_off(of_tenant uuid, of_invoice uuid) returns numeric
  language sql stable
  begin atomic
    select abs(
      (select case when i.status in ('open', 'paid')
                then i.total - i.amount_paid - i.amount_credited else 0 end
         from invoices i where i.tenant_id = of_tenant and i.id = of_invoice)
      - coalesce((
          select sum(case 'receivable' when p.debit then p.amount when p.credit then -p.amount
                     else 0 end)
            from (select of_invoice as source_id
                  union all
                  select a.id from attempts a
                   where a.tenant_id = of_tenant and a.invoice_id = of_invoice
                  union all
                  select n.id from credit_notes n
                   where n.tenant_id = of_tenant and n.invoice_id = of_invoice) about
            join entries e on e.tenant_id = of_tenant and e.source_id = about.source_id
            join postings p on p.tenant_id = of_tenant and p.entry_id = e.id), 0));
  end;
