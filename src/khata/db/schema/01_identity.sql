-- Identity: the businesses that use khata, the people who sign in, and the keys that speak for them.
-- accounts, users and sessions stand before the wall: they say which tenant a person may enter.

create table accounts (
  id uuid primary key,
  business_name text not null,
  created_at timestamptz not null
);

create table users (
  id uuid primary key,
  account_id uuid not null references accounts,
  email text not null,
  password_hash text not null,
  created_at timestamptz not null
);
create unique index users_email on users (lower(email));
create index users_account on users (account_id);

create table sessions (
  token_hash bytea primary key,
  user_id uuid not null references users on delete cascade,
  tenant_id uuid not null, -- the mode the person is looking at
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index sessions_user on sessions (user_id);

-- Tries to sign in, by address and by e-mail: too many in a window and the door stays shut.
create table sign_in_tries (
  subject bytea primary key, -- a hash: whom a stranger guesses at is not kept
  tries integer not null,
  window_ends_at timestamptz not null
);

-- A tenant is a business in one mode. Its own row is behind the wall too.
create table tenants (
  tenant_id uuid primary key,
  account_id uuid not null references accounts,
  livemode boolean not null,
  name text not null,
  email text not null,
  country text not null,
  state text,
  timezone text not null,
  currency text not null,
  policies jsonb not null default '{}', -- rounding of totals, dunning, terms; see core/policies.py
  branding jsonb not null default '{}', -- address, logo, bank details, UPI: what documents show
  next_close_at timestamptz not null,   -- when the month before is closed and recognised
  created_at timestamptz not null
);
create index tenants_account on tenants (account_id);

create table api_keys (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  hash bytea not null,
  prefix text not null,
  last4 text not null,
  created_at timestamptz not null,
  revoked_at timestamptz,
  primary key (tenant_id, id)
);
create unique index api_keys_hash on api_keys (tenant_id, hash);
create index api_keys_lookup on api_keys (hash);

create table idempotency_keys (
  tenant_id uuid not null default current_tenant(),
  key text not null,
  endpoint text not null, -- method and path
  fingerprint bytea not null,
  object_id uuid not null, -- what the request makes; an answer lost in a crash is told again from it
  status integer,
  body text,
  created_at timestamptz not null,
  primary key (tenant_id, key, endpoint)
);
create index idempotency_keys_age on idempotency_keys (tenant_id, created_at);
