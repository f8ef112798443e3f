# Redis on a normal day: reads and writes, evictions because it is full, a save now and then, a wrong password.
# Each of these for ever, once in so many seconds.
every() {
  pause=$1
  shift
  while :; do
    sleep "$pause"
    "$@" >/dev/null 2>&1
  done &
}
value=$(printf '%08192d' 0)
write() {
  written=$((written + 1))
  redis-cli -h redis SET "key-$written" "$value"
}

until redis-cli -h redis PING | grep -q PONG; do sleep 0.2; done
every 0.7 write
every 1.3 redis-cli -h redis GET key-1
every 120 redis-cli -h redis BGSAVE
every 239 redis-cli -h redis -a hunter2-wrong PING
wait
