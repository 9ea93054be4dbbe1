-- Prices: more models, with their terms; prices of a customer's own; versions on the way.

-- What model and amount do not tell: tiers, packages, rates, setup fee, minimum commitment.
-- null: they tell all. Prices never change, and nor does this.
alter table prices add column terms jsonb;
-- A wider check of the same name follows at once.
-- squawk-ignore ban-drop-constraint
alter table prices drop constraint prices_model_check;
alter table prices add constraint prices_model_check check (
  model in ('flat', 'per_unit', 'graduated', 'volume', 'package', 'percentage',
            'graduated_percentage')) not valid;

-- A price of one customer's own, on the days [valid_from, valid_until). Its version counts down
-- from −1, so that nobody who asks for the plan's last version is given it.
alter table prices add column customer_id uuid;
alter table prices add column valid_from date;
alter table prices add column valid_until date;
alter table prices add constraint prices_customer
  foreign key (tenant_id, customer_id) references customers not valid;
alter table prices add constraint prices_own check (
  version > 0 or (customer_id is not null and valid_from is not null)) not valid;
-- There are few prices: making it takes no time.
-- squawk-ignore require-concurrent-index-creation
create index prices_of_customer on prices (tenant_id, customer_id, plan_id, version)
  where customer_id is not null;
