# What makes PostgreSQL and PgBouncer log. psql goes on after an error; its failures are what is asked for.
# A ready pod is not yet one that its Service's name leads to.
reached() { until pg_isready -q -h "$1" -p "$2"; do sleep 0.2; done; }
reached postgres 5432
reached pgbouncer 6432

export PGHOST=postgres PGUSER=postgres PGDATABASE=postgres
psql --no-psqlrc -q -f /etc/sources/activity.sql
psql --no-psqlrc -q -f /etc/sources/deadlock-first.sql &
psql --no-psqlrc -q -f /etc/sources/deadlock-second.sql
wait
PGPASSWORD=hunter2-wrong psql -c 'SELECT 1'
psql -U ghost -c 'SELECT 1'
psql -d nowhere -c 'SELECT 1'

export PGHOST=pgbouncer PGPORT=6432
psql -c 'SELECT 1'
PGPASSWORD=hunter2-wrong psql -c 'SELECT 1'
psql -d no_such_database -c 'SELECT 1'
psql -d nowhere -c 'SELECT 1'
psql -d unreachable -c 'SELECT 1'
exit 0
