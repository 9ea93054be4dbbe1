#!/bin/sh
# At the first start of the PostgreSQL container: the three roles on which the wall between tenants
# stands, and the database. The same as in docs/operations.md, "A PostgreSQL of your own".
set -eu
psql --username "${POSTGRES_USER:-postgres}" --dbname postgres --no-psqlrc --quiet \
    --set ON_ERROR_STOP=1 <<'SQL'
\set owner `cat /run/secrets/owner-password`
\set app `cat /run/secrets/app-password`
\set support `cat /run/secrets/support-password`

create role khata_owner   login nosuperuser nobypassrls nocreatedb nocreaterole noreplication
    password :'owner';
create role khata_app     login nosuperuser nobypassrls nocreatedb nocreaterole noreplication
    password :'app';
create role khata_support login nosuperuser nobypassrls nocreatedb nocreaterole noreplication
    password :'support';

alter role khata_owner set lock_timeout = '5s';
alter role khata_owner set idle_in_transaction_session_timeout = '5min';
alter role khata_app set lock_timeout = '10s';
alter role khata_app set statement_timeout = '2min';
alter role khata_app set idle_in_transaction_session_timeout = '5min';
alter role khata_support set default_transaction_read_only = on;
alter role khata_support set statement_timeout = '1min';
alter role khata_support set lock_timeout = '2s';
alter role khata_support set idle_in_transaction_session_timeout = '5min';

create database khata owner khata_owner encoding 'UTF8' template template0;
revoke all on database khata from public;
grant connect on database khata to khata_app, khata_support;
SQL
