-- Who became registered under GST: from which day, by a certificate of which day, and in the place
-- of which registration without a number.
alter table registrations
  add column effective_on date,
  add column certificate_on date,
  add column succeeds uuid;
alter table registrations add constraint registrations_succeeds
  foreign key (tenant_id, succeeds) references registrations not valid;

-- The revised invoice that took the place of this one; null: none did.
alter table invoices add column revised_by uuid;
