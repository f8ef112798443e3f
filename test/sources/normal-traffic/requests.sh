# What browsers and a few bots ask of the backend through nginx on a normal day: of 100 requests about two are wrong, one is
# slow, and less than one fails. Each of these for ever, once in so many seconds.
nginx=http://nginx:8080
every() {
  pause=$1
  shift
  while :; do
    sleep "$pause"
    "$@" >/dev/null 2>&1
  done &
}
get() { timeout 5 wget -q -O - "$@"; }
post() { get --header 'Content-Type: application/json' --post-data "$2" "$nginx$1"; }
login() { post /login "{\"userId\":\"$1\",\"password\":\"$2\"}"; }
frontend() {
  post /api/logs "{\"release\":\"1.4.0\",\"entries\":[{\"level\":\"$1\",\"message\":\"$2\",\"url\":\"https://spywatcher.example/guilds/7\"}]}"
}
searches() { for word in ann ben cat dan; do get "$nginx/api/search?name=$word"; done; }

until get --header 'User-Agent: kube-probe/1.36' $nginx/health >/dev/null; do sleep 0.2; done
every 0.5 get $nginx/api/guilds/7
every 0.8 get $nginx/api/guilds/12
every 10 get --header 'User-Agent: kube-probe/1.36' $nginx/health
every 11 login user-1 example
every 13 login user-2 example
every 17 frontend warn 'Image of guild 7 took 4 s'
every 19 get $nginx/api/missing
every 59 get $nginx/static/missing.png
every 53 frontend error 'TypeError: Cannot read properties of undefined'
every 67 get $nginx/api/profile # holds secrets, which the logger takes out
every 71 login user-3 hunter2-wrong
every 101 login user-4 hunter2-wrong
every 73 searches # more than the backend allows
every 47 get $nginx/api/slow
every 83 timeout 0.3 wget -q -O - $nginx/api/slow # hangs up
every 89 get $nginx/api/fail
every 131 get "$nginx/wp-login.php?password=hunter2-of-a-scanner"
every 137 get --header 'Referer: https://example.org/?access_token=hunter2-in-the-referer' $nginx/api/guilds/1
every 311 get $nginx/nowhere/at-all
wait
