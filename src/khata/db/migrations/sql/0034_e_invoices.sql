-- E-invoices: connections to portals, and what becomes of each document there.

create table irp_connections (
  tenant_id uuid not null default current_tenant(),
  registration_id uuid not null,
  provider text not null check (provider in ('nic')),
  base_url text not null,
  credentials bytea not null,  -- sealed
  portal_key text not null,    -- by which logins are sealed, PEM
  signing_keys jsonb not null, -- those that the portal signs with, PEM
  voluntary boolean not null,
  exempt_as text,
  valid_from date not null,    -- documents of this day and later are sent
  version integer not null,
  trouble text,                -- why nothing is sent by it, until it is connected anew
  created_at timestamptz not null,
  primary key (tenant_id, registration_id),
  foreign key (tenant_id, registration_id) references registrations
);

create table e_invoices (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  kind text not null check (kind in ('invoice', 'credit_note')),
  invoice_id uuid not null,    -- of a note, the one that it credits
  credit_note_id uuid,
  registration_id uuid not null,
  state text not null check (state in ('not_applicable', 'pending', 'submitted', 'retrying',
    'generated', 'failed', 'manual', 'cancelled')),
  irn text,
  ack_number text,
  ack_at timestamptz,
  signed_invoice text,
  signed_qr text,
  by_hand boolean not null default false,  -- the number was taken at the portal, and typed in
  tries integer not null default 0,
  next_try_at timestamptz,
  error_code text,
  error text,
  last_day date,               -- the last on which the portal takes it; null: it sets none
  held_until timestamptz,      -- mails that attach it wait until then
  cancel_reason text check (cancel_reason in ('duplicate', 'mistake', 'order_cancelled', 'other')),
  cancel_remark text,
  cancelled_at timestamptz,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references invoices,
  foreign key (tenant_id, credit_note_id) references credit_notes,
  foreign key (tenant_id, registration_id) references registrations,
  check (kind = 'invoice' or credit_note_id is not null),
  check (state not in ('generated', 'cancelled') or irn is not null)
);
create unique index e_invoices_invoice on e_invoices (tenant_id, invoice_id)
  where kind = 'invoice';
create unique index e_invoices_credit_note on e_invoices (tenant_id, credit_note_id)
  where kind = 'credit_note';
create index e_invoices_due on e_invoices (tenant_id, next_try_at) where next_try_at is not null;

-- As before, and documents to be registered at a portal.
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
        ('mails', d.mails)) v (kind, at)
     where v.at is not null;
  end;
