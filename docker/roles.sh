#!/bin/sh
# First start of the database: the application's role (no UPDATE or DELETE on facts and acts) and the extensions.
set -e
psql -v ON_ERROR_STOP=1 -v password="$APP_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE smarketing_app LOGIN PASSWORD :'password';
ALTER ROLE smarketing_app SET log_min_messages = 'log';
ALTER ROLE smarketing_owner SET log_min_messages = 'log';
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS unaccent;
SQL
