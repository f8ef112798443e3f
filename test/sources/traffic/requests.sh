# What browsers, bots and an attacker ask of the backend through nginx. wget's failures are what is asked for.
nginx=http://nginx:8080
get() { timeout 5 wget -q -O /dev/null "$@"; }

# A ready pod is not yet one that its Service's name leads to.
until get --header 'User-Agent: kube-probe/1.36' $nginx/health; do sleep 0.2; done
get $nginx/api/guilds/7
get --header 'X-Request-Id: abc123' $nginx/api/guilds/7
get --header 'X-Request-Id: abc123' $nginx/api/fail
get "$nginx/api/guilds/7?token=hunter2-in-the-query"
get --header 'Referer: https://example.org/?access_token=hunter2-in-the-referer' $nginx/api/guilds/1
get --header 'Content-Type: application/json' --post-data '{"userId":"user-7","password":"hunter2-wrong"}' $nginx/login
get --header 'Content-Type: application/json' --post-data '{"userId":"user-7","password":"hunter2-again"}' $nginx/login
for search in 1 2 3 4 5; do get "$nginx/api/search?name=$search"; done
get "$nginx/missing.html?password=hunter2-of-a-scanner"
get "$nginx/static/missing.png?token=hunter2-in-the-error-log"
get $nginx/api/missing
get $nginx/nowhere/at-all
get $nginx/loop
get --header 'User-Agent: kube-probe/1.36' $nginx/health
get $nginx/api/slow
timeout 0.3 wget -q -O /dev/null $nginx/api/slow
exit 0
