-- When a credit note became void: its IRN was cancelled within a day. It keeps its number and what
-- it says, and takes nothing back any more; null: it stands.
alter table credit_notes add column voided_at timestamptz;

-- When it was told that the portal will soon take the document no more; null: it was not.
alter table e_invoices add column warned_at timestamptz;
