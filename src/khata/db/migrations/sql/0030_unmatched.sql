-- Lines of payouts that become known later, lines of the bank that were not what they were matched
-- with, payouts that gateways tell of by themselves, and customers' phones.

-- What was in suspense and is known by now: the fact that its entry books.
alter table settlement_lines add column found_id uuid;

-- The bank sent it back: the day that it is booked back on.
alter table settlements add column failed_on date;

-- Of a line that was taken for another payout before: the fact that its entry books.
alter table bank_transactions add column again_id uuid;

-- A line of the bank was no payout after all, or not this one: it is not matched with it again by
-- itself.
create table bank_unmatches (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,              -- what the mirror entry books
  bank_transaction_id uuid not null,
  settlement_id uuid not null,
  again_id uuid,                 -- of the line, as it was when it was matched
  at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, bank_transaction_id) references bank_transactions,
  foreign key (tenant_id, settlement_id) references settlements
);
create index bank_unmatches_line on bank_unmatches (tenant_id, bank_transaction_id);
create index bank_unmatches_settlement on bank_unmatches (tenant_id, settlement_id);

-- E.164: + and at most 15 digits.
alter table customers add column phone text;

-- A wider check takes the place of the narrower one, which every row has kept.
-- squawk-ignore ban-drop-constraint
alter table gateway_events drop constraint gateway_events_subject_check;
alter table gateway_events add constraint gateway_events_subject_check
  check (subject in ('charge', 'refund', 'method', 'dispute', 'visit', 'notice_told',
    'notice_failed', 'payout', 'failed_payout', 'other'))
  not valid;
-- squawk-ignore constraint-missing-not-valid
alter table gateway_events validate constraint gateway_events_subject_check;
