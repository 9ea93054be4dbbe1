-- The life of a subscription: pauses, contracts, trials, and one that begins when it is paid.

alter table subscriptions
  add column pause_on date,          -- the first day without service, of a pause to come or running
  add column resume_on date,         -- when the pause ends by itself
  add column pause_policy text,      -- how its unused days are credited; null: none are
  add column contract_end date,      -- the first day after the contract
  add column cycles integer check (cycles > 0),
  add column waits_for_payment boolean not null default false,
  add column missing_method text check (missing_method in ('cancel', 'pause', 'create_invoice'));

-- Who has had a trial of what: there is no second one unless it is asked for.
create table trials_had (
  tenant_id uuid not null default current_tenant(),
  customer_id uuid not null,
  product_id uuid not null,
  subscription_id uuid not null,
  created_at timestamptz not null,
  primary key (tenant_id, customer_id, product_id),
  foreign key (tenant_id, customer_id) references customers,
  foreign key (tenant_id, product_id) references products
);
insert into trials_had (tenant_id, customer_id, product_id, subscription_id, created_at)
select distinct on (s.tenant_id, s.customer_id, p.product_id)
       s.tenant_id, s.customer_id, p.product_id, s.id, s.created_at
  from subscriptions s
  join subscription_items i on i.tenant_id = s.tenant_id and i.subscription_id = s.id
  join plans p on p.tenant_id = i.tenant_id and p.id = i.plan_id
 where s.trial_end is not null
 order by s.tenant_id, s.customer_id, p.product_id, s.created_at;
