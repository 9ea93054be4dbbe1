-- Disputes of the fake gateway, and the accounts that stand in for gateways without any.

-- The fake gateway's own memory of what payers complain about; no wall, as a merchant is no tenant.
create table fake_gateway.disputes (
  merchant text not null,
  attempt_id uuid not null,
  reference text not null unique,
  opened_at timestamptz not null,
  due_by timestamptz not null,
  answered_at timestamptz,
  decision text check (decision in ('won', 'lost')),
  decided_at timestamptz,        -- from then on it holds; before, a bank looks at it
  primary key (merchant, attempt_id),
  foreign key (merchant, attempt_id) references fake_gateway.charges,
  check ((decision is null) = (decided_at is null))
);
create index disputes_opened on fake_gateway.disputes (opened_at);
grant select, insert, update on fake_gateway.disputes to khata_app;

-- A dispute belongs to a gateway account. A gateway that needs none has one all the same for that,
-- which nobody sees and nothing is charged by.
alter table gateway_accounts add column is_stand_in boolean not null default false;
