#!/usr/bin/env bash
# Checks that this machine can run the local cluster, changing nothing; reports
# all problems at once. Then installs the Debian packages that are missing.
#
#   preflight.sh up      before `make up`
#   preflight.sh test    before `make test`
#   CONTEXT=name preflight.sh up    for a cluster of your own: no root, Linux or Go needed
set -euo pipefail

mode=${1:-}
if [[ $mode != up && $mode != test ]]; then
  echo "usage: preflight.sh up|test" >&2
  exit 2
fi

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${SPYWATCHER_LOGS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/spywatcher-logs}
minimum_node=20

problems=()
problem() { problems+=("$1"); }
has() { command -v "$1" >/dev/null 2>&1; }

# Programs in /usr/sbin are needed, which is not on every root's PATH.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# Which of the clusters that this machine can have; the same as in instance.ts and layout.ts.
number=0
name=spywatcher-logs
choose_cluster() {
  local value=${LOCAL_CLUSTER:-} letters=bcdefg before
  [[ -z $value ]] && return
  if [[ ! $value =~ ^[b-g]$ ]]; then
    problem "LOCAL_CLUSTER=\"$value\" is no local cluster: leave it out for the first, or set it to one of b, c, d, e, f, g for another beside it."
    return
  fi
  before=${letters%%"$value"*}
  number=$((${#before} + 1))
  name=spywatcher-logs-$value
}
choose_cluster
state=/var/lib/$name
records=/run/$name
user_records=$cache/run
if ((number > 0)); then user_records=$cache/run-$name; fi

report_and_exit_on_problems() {
  ((${#problems[@]} == 0)) && return
  printf 'This machine is not ready; nothing has been changed:\n' >&2
  printf '  - %s\n' "${problems[@]}" >&2
  exit 1
}

# version_below A B: whether version A is older than version B.
version_below() {
  [[ $1 != "$2" && $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]
}

check_node() {
  if ! has node || ! has npm; then
    problem "Node.js or npm is missing: install Node.js $minimum_node or newer, which brings npm (https://nodejs.org)."
    return
  fi
  local version
  version=$(node --version)
  version=${version#v}
  if version_below "$version" "$minimum_node"; then
    problem "Node.js $version is too old: install Node.js $minimum_node or newer."
  fi
}

# A port that our own forwarder holds since an earlier start is not busy.
is_own_forward() {
  local folder pid
  for folder in "$records" "$user_records"; do
    pid=$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$folder/forward-$1.json" 2>/dev/null || true)
    [[ -n $pid ]] && kill -0 "$pid" 2>/dev/null && return
  done
  return 1
}

check_port() {
  local variable=$1 port=$2
  if ! [[ $port =~ ^[0-9]+$ ]] || ((port < 1 || port > 65535)); then
    problem "$variable=$port is not a port number: set it to a number from 1 to 65535."
  elif (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && ! is_own_forward "$port"; then
    problem "Port $port is in use by another program: end it, or choose another port with $variable=<port>."
  fi
}

check_ports() {
  local gateway=${GATEWAY_PORT:-$((3100 + 10 * number))} grafana=${GRAFANA_PORT:-$((3000 + 10 * number))}
  check_port GATEWAY_PORT "$gateway"
  check_port GRAFANA_PORT "$grafana"
  if [[ $gateway == "$grafana" ]]; then
    problem "GATEWAY_PORT and GRAFANA_PORT are both $gateway: give them different numbers."
  fi
}

check_context() {
  if ! has kubectl; then
    problem "kubectl is missing: install it to use the kube context $CONTEXT (https://kubernetes.io/docs/tasks/tools)."
  elif ! kubectl config get-contexts "$CONTEXT" >/dev/null 2>&1; then
    problem "There is no kube context $CONTEXT: choose one that \`kubectl config get-contexts\` lists."
  fi
}

check_go() {
  local required installed
  required=$(sed -n 's/^go \([0-9.]*\)$/\1/p' "$project"/tools/*/go.mod | sort -V | tail -n 1)
  if ! has go; then
    problem "Go is missing: install Go $required or newer (https://go.dev/dl)."
    return
  fi
  installed=$(cd / && GOTOOLCHAIN=local go env GOVERSION)
  installed=${installed#go}
  if version_below "${installed%% *}" "$required"; then
    problem "Go $installed is too old: install Go $required or newer (https://go.dev/dl)."
  fi
}

# free_gib PATH: free space where PATH is, or will be.
free_gib() {
  local folder=$1
  while [[ ! -d $folder ]]; do folder=$(dirname "$folder"); done
  df --output=avail --block-size=1G "$folder" | tail -n 1 | tr -d ' '
}

check_disk() {
  local needed=4 folder folders=("$cache" "$state") free
  # Without a built Loki, nothing has been built: sources and compiler output take most of it.
  if ! compgen -G "$cache/bin/loki-*/loki" >/dev/null; then
    needed=20
    has go && folders+=("$(cd / && go env GOCACHE)" "$(cd / && go env GOMODCACHE)")
  fi
  for folder in "${folders[@]}"; do
    free=$(free_gib "$folder")
    if ((free < needed)); then
      problem "Only $free GiB are free on the disk of $folder: free $needed GiB."
      return
    fi
  done
}

is_running() {
  local pid
  pid=$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$records/namespace.json" 2>/dev/null || true)
  [[ -n $pid ]] && kill -0 "$pid" 2>/dev/null
}

check_memory() {
  local needed=4 free
  is_running && return
  if [[ $mode == test ]]; then needed=6; fi
  free=$(awk '/^MemAvailable:/ { print int($2 / 1024 / 1024) }' /proc/meminfo)
  if ((free < needed)); then
    problem "Only $free GiB of memory are available: end other programs until $needed GiB are, or use a larger machine."
  fi
}

check_other_cluster() {
  if ((number == 0)) && [[ ! -e $state/before.json ]] && [[ -n $(ls -A /var/log/pods 2>/dev/null) ]]; then
    problem "/var/log/pods holds logs of another Kubernetes node on this machine: use that cluster with CONTEXT=<kube context>, or stop it and empty the folder."
  fi
  check_routes "$number"
  # The tests have a second cluster, as bin/verify.js says.
  if [[ $mode == test ]]; then check_routes $((number == 6 ? 5 : 6)); fi
}

# check_routes NUMBER: whether the addresses of that cluster are free.
check_routes() {
  local range=$((213 + $1))
  if has ip && ip -4 route show table all | grep -v "spywatcher$1" | grep -qE "(^| )10\.$range\.[0-9]+\."; then
    problem "This machine already routes part of 10.$range.0.0/16, which the local cluster uses: disconnect the network or VPN that has it."
  fi
}

check_ip() {
  case ${LOCAL_CLUSTER_IP:-ipv4} in
    ipv4) ;;
    ipv6 | dual)
      if [[ ! -e /proc/sys/net/ipv6/conf/all/disable_ipv6 ]]; then
        problem "LOCAL_CLUSTER_IP=$LOCAL_CLUSTER_IP needs IPv6, which the kernel of this machine does not have: leave it out, or use another machine."
      fi
      ;;
    *) problem "LOCAL_CLUSTER_IP=\"$LOCAL_CLUSTER_IP\" is no network: set it to one of ipv4, ipv6, dual, or leave it out." ;;
  esac
}

check_kernel() {
  if has unshare && ! unshare --mount --net --pid --fork true 2>/dev/null; then
    problem "This machine does not let root create namespaces: use a machine or virtual machine, or a container started with --privileged."
  elif [[ ! -w /sys/fs/cgroup ]]; then
    problem "/sys/fs/cgroup is read-only: use a machine or virtual machine, or a container started with --privileged."
  fi
}

# Names the Debian packages whose programs are missing.
missing_packages() {
  local pair
  for pair in runc:runc ip:iproute2 nft:nftables conntrack:conntrack openssl:openssl \
    nsenter:util-linux mount:mount nginx:nginx busybox:busybox-static ldd:libc-bin; do
    has "${pair%%:*}" || echo "${pair#*:}"
  done
  if ! [[ -x /usr/lib/cni/ptp || -x /opt/cni/bin/ptp || -x /usr/libexec/cni/ptp ]]; then
    echo containernetworking-plugins
  fi
  [[ -e /etc/ssl/certs/ca-certificates.crt ]] || echo ca-certificates
  # The programs whose logs the tests collect.
  if [[ $mode == test ]]; then
    [[ -x /usr/lib/postgresql/15/bin/postgres ]] || echo postgresql-15
    has redis-server || echo redis-server
    has pgbouncer || echo pgbouncer
  fi
}

# Packages like nginx start a service when they are installed; this must not happen here.
install_packages() {
  local policy=/usr/sbin/policy-rc.d
  local options=(-qq -o DPkg::Lock::Timeout=300)
  if [[ -e $policy ]]; then mv "$policy" "$policy.spywatcher-logs"; fi
  restore_policy() {
    rm -f "$policy"
    if [[ -e $policy.spywatcher-logs ]]; then mv "$policy.spywatcher-logs" "$policy"; fi
  }
  trap restore_policy EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update "${options[@]}" || echo "The package lists could not be updated; trying with the old ones." >&2
  if ! apt-get install "${options[@]}" --yes --no-remove --no-install-recommends "$@" >/dev/null; then
    echo "The packages could not be installed; run: apt-get install $*" >&2
    exit 1
  fi
  restore_policy
  trap - EXIT
  # With systemd, they would start at the next boot.
  local package
  for package in "$@"; do
    if [[ -d /run/systemd/system ]]; then
      case $package in
        nginx | redis-server | pgbouncer) systemctl disable --quiet "$package" || true ;;
        postgresql-15) systemctl disable --quiet postgresql || true ;;
      esac
    fi
  done
}

check_node
if [[ $mode == up ]]; then check_ports; fi

if [[ $mode == up && -n ${CONTEXT:-} ]]; then
  check_context
  report_and_exit_on_problems
  exit 0
fi

if [[ $(uname -s) != Linux ]]; then
  problem "The local cluster runs on Linux only, and this is $(uname -s): use a cluster you have with CONTEXT=<kube context>."
  report_and_exit_on_problems
fi
if ((EUID != 0)); then
  problem "The local cluster needs root: run the command again with sudo, or use a cluster you have with CONTEXT=<kube context>."
fi
check_go
check_disk
check_memory
check_other_cluster
check_ip
if ((EUID == 0)); then check_kernel; fi

mapfile -t missing < <(missing_packages)
if ((${#missing[@]} > 0)) && ! has apt-get; then
  problem "Some programs are missing: install what Debian has as ${missing[*]}."
fi
report_and_exit_on_problems

if ((${#missing[@]} > 0)); then
  echo "Missing from this machine, to be installed from Debian: ${missing[*]}"
  if [[ -t 0 && -z ${CI:-} ]]; then
    read -r -p 'Install them? [y/N] ' answer
    if [[ ! $answer =~ ^[Yy] ]]; then
      echo "Nothing has been changed. To install them yourself: apt-get install ${missing[*]}" >&2
      exit 1
    fi
  fi
  install_packages "${missing[@]}"
  echo "Installed: ${missing[*]}"
fi
