-- The class of sellers that need not register invoices at a portal, where a registration is of one.
alter table registrations add column e_invoice_exempt_as text
  check (e_invoice_exempt_as in ('sez_unit', 'bank_or_insurer', 'goods_transport',
    'passenger_transport', 'multiplex', 'government'));
