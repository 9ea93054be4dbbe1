-- Which day's rate a line bears where the rate of GST changes around its invoice, and by which
-- clause of section 14; null: no change.
alter table invoice_lines add column rate_decision jsonb;
