#!/bin/sh
# Makes the cluster on the first start and serves it on 127.0.0.1:${HOTLINE_POSTGRES_PORT:-5432}.
set -eu

data=/var/lib/postgresql/data
programs=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
as() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }

chown postgres:postgres "$data"
if [ ! -s "$data/PG_VERSION" ]; then
  umask 077
  printf '%s\n' "${HOTLINE_POSTGRES_PASSWORD:?}" >/tmp/password
  chown postgres /tmp/password
  as "$programs/initdb" -D "$data" -U hotline --pwfile=/tmp/password --auth=scram-sha-256 -E UTF8 --locale=C.UTF-8
  rm /tmp/password
fi
exec setpriv --reuid=postgres --regid=postgres --init-groups "$programs/postgres" -D "$data" \
  -c listen_addresses=127.0.0.1 -c port="${HOTLINE_POSTGRES_PORT:-5432}" -c unix_socket_directories=/tmp
