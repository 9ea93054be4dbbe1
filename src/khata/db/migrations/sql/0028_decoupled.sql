-- Debits apart from their notices: which notice an attempt goes by, and tries of the gateway's own.

-- The gateway's reference of the notice that the attempt is debited on; null: it tells by itself.
alter table attempts add column notice_reference text;

-- As how many tries of its cycle a debit counts: gateways try some again by themselves.
alter table mandate_debits add column tries integer not null default 1;

-- A wider check takes the place of the narrower one, which every row has kept.
-- squawk-ignore ban-drop-constraint
alter table gateway_events drop constraint gateway_events_subject_check;
alter table gateway_events add constraint gateway_events_subject_check
  check (subject in ('charge', 'refund', 'method', 'dispute', 'visit', 'notice_told',
                     'notice_failed', 'other')) not valid;
-- squawk-ignore constraint-missing-not-valid
alter table gateway_events validate constraint gateway_events_subject_check;
