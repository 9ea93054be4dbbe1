-- Webhooks: where a tenant's news is sent, and what became of each delivery.
select;
