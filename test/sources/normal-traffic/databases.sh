# The databases on a normal day: short transactions through PgBouncer, now and then a slow one, an error, a wrong password.
# Each of these for ever, once in so many seconds. Its failures are what is asked for.
every() {
  pause=$1
  shift
  while :; do
    sleep "$pause"
    "$@" >/dev/null 2>&1
  done &
}
sql() { psql --no-psqlrc -q -c "$1"; }
directly() { PGHOST=postgres PGPORT=5432 "$@"; }
wrong_password() { PGPASSWORD=hunter2-wrong psql -c 'SELECT 1'; }

reached() { until pg_isready -q -h "$1" -p "$2"; do sleep 0.2; done; }
reached postgres 5432
reached pgbouncer 6432

export PGHOST=pgbouncer PGPORT=6432 PGUSER=postgres PGDATABASE=postgres
sql "CREATE TABLE guilds (id integer PRIMARY KEY, name text NOT NULL, members integer NOT NULL)"
sql "INSERT INTO guilds SELECT n, 'guild ' || n, 0 FROM generate_series(1, 1000) AS n"

every 1 sql 'UPDATE guilds SET members = members + 1 WHERE id = 1 + floor(random() * 1000)'
every 2 sql 'SELECT sum(members) FROM guilds'
every 7 sql 'SELECT pg_sleep(0.15)' # logged as longer than 100 ms
every 61 sql 'SELECT pg_sleep(1.2)' # slow
every 97 sql 'SELECT * FROM missing_table'
every 113 sql "INSERT INTO guilds VALUES (1, 'twice', 0)"
every 127 sql 'SELECT no_such_column FROM guilds'
every 149 directly sql 'SELECT 1'
every 211 wrong_password
every 223 directly wrong_password
every 307 psql -d nowhere -c 'SELECT 1'
every 331 directly sql 'CHECKPOINT'
wait
