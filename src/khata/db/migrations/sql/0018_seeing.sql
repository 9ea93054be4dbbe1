-- Credit notes are documents: kept as files beside the invoices that they credit, and mailed.

-- `version` of a note's file is its public id: a note never changes, so there is one of each.
alter table documents add column credit_note_id uuid;
alter table documents add constraint documents_credit_note
  foreign key (tenant_id, credit_note_id) references credit_notes not valid;
-- A wider check of the same name follows at once.
-- squawk-ignore ban-drop-constraint
alter table documents drop constraint documents_kind_check;
alter table documents add constraint documents_kind_check check (
  kind in ('invoice', 'credit_note')) not valid;

-- The credit note that a mail is about; it travels with the mail.
alter table mails add column credit_note_id uuid;
alter table mails add constraint mails_credit_note
  foreign key (tenant_id, credit_note_id) references credit_notes not valid;
