# What makes Redis log: evictions, a save, an attack.
# A ready pod is not yet one that its Service's name leads to.
until redis-cli -h redis PING | grep -q PONG; do sleep 0.2; done
redis-cli -h redis -a hunter2-wrong ping
i=0
value=$(printf '%08192d' 0)
while [ $i -lt 400 ]; do
  i=$((i + 1))
  echo "SET key-$i $value"
done | redis-cli -h redis >/dev/null
redis-cli -h redis BGSAVE
redis-cli -h redis INFO stats | grep evicted_keys
printf 'POST / HTTP/1.1\r\nHost: localhost\r\n\r\n' | timeout 2 nc redis 6379
exit 0
