# A whole signet in one folder: sandbox, SoftHSM token with a key, agent, git repository. Sourced by ./quickstart.
#
# Nothing outside the folder is read or written: HOME, the XDG folders and git's and SoftHSM's configuration lie in it.
# DIR/env points a shell at it, DIR/stop ends it, DIR/*.pid name its two processes.

household=
household_token=desk
household_san=maintainer@example.org

household_make() {  # DIR
  mkdir -p "$1"
  if [ -n "$(ls -A "$1")" ]; then
    echo "$1 is not empty; choose a new folder, or end and remove the one that is there: $1/stop; rm -r $1" >&2
    return 2
  fi
  chmod 700 "$1"
  household=$(cd "$1" && pwd -P)
}

household_make_temporary() { household=$(mktemp -d "${TMPDIR:-/tmp}/signet-quickstart.XXXXXX"); }

household_key() { cat "$household/key"; }

household_write_environment() {  # BIN
  mkdir -m 700 "$household/home"
  {
    echo "# Points a shell at this folder's signet; to be sourced."
    printf 'export SIGNET_CONFIG=%q\n' "$household/config.toml"
    printf 'export SIGNET_SOCK=%q\n' "$household/run/agent.sock"
    printf 'export SIGNET_TRUSTED_ROOT=%q\n' "$household/sandbox/trusted_root.json"
    printf 'export SIGNET_IDENTITY=%q\n' "$household_san"
    sed -n '/^export SIGNET_ISSUER=/p' "$household/sandbox/env"
    printf 'export PATH=%q:"$PATH"\n' "$1"
  } >"$household/env"
}

household_isolate() {
  local variable
  for variable in $(compgen -v | grep -E '^(GIT|SIGNET|XDG)_' || true); do unset "$variable"; done
  export HOME=$household/home GIT_CONFIG_NOSYSTEM=1 SOFTHSM2_CONF=$household/softhsm2.conf
}

# household_run NAME COMMAND…: in the background, until it says that it is ready.
household_run() {
  local name=$1 ready
  shift
  ready=$household/$name.ready
  rm -f "$ready"
  mkfifo "$ready"
  setsid "$@" --ready-fd 9 9>"$ready" >>"$household/$name.log" 2>&1 </dev/null &
  echo $! >"$household/$name.pid"
  # A process that dies closes the pipe without a word.
  if ! IFS= read -r -t 30 <"$ready"; then
    cat "$household/$name.log" >&2
    echo "$name did not start" >&2
    return 3
  fi
  rm -f "$ready"
}

household_write_stop() {
  cat >"$household/stop" <<'STOP'
#!/bin/sh
# Ends the agent and the sandbox of this folder, and waits until they are gone.
cd "$(dirname "$0")" || exit 3
status=0
for name in agent sandbox; do
  [ -f "$name.pid" ] || continue
  pid=$(cat "$name.pid")
  # The number may be somebody else's by now.
  case "$(readlink "/proc/$pid/exe" 2>/dev/null || tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)" in
    *signet-$name*) kill "$pid" ;;
    *) rm -f "$name.pid"; continue ;;
  esac
  # The agent finishes what is at work: up to twenty seconds, and a few more.
  tries=0
  while kill -0 "$pid" 2>/dev/null && [ $tries -lt 300 ]; do sleep 0.1; tries=$((tries + 1)); done
  if kill -0 "$pid" 2>/dev/null; then
    echo "signet-$name (process $pid) does not end" >&2
    status=3
  else
    rm -f "$name.pid"
  fi
done
exit $status
STOP
  chmod 700 "$household/stop"
}

household_start_agent() { household_run agent signet-agent --socket "$household/run/agent.sock" --state-dir "$household/state"; }

household_configure_token() {
  mkdir -m 700 "$household/tokens"
  echo "directories.tokendir = $household/tokens" >"$SOFTHSM2_CONF"
  (umask 077; od -An -N4 -tu4 /dev/urandom | tr -d ' \n' >"$household/pin")
  softhsm2-util --init-token --free --label "$household_token" --pin "$(cat "$household/pin")" --so-pin "$(cat "$household/pin")" >/dev/null
  cat >"$household/config.toml" <<TOML
# Made by ./quickstart. The reference: docs/configuration.md
[instance.sandbox]
trusted_root = "sandbox/trusted_root.json"
signing_config = "sandbox/signing_config.v0.2.json"
sandbox = true

[module.softhsm]
path = "/usr/lib/softhsm/libsofthsm2.so"
env = { SOFTHSM2_CONF = "$SOFTHSM2_CONF" }

[token.$household_token]
module = "softhsm"
label = "$household_token"
pin = { source = "file", path = "pin" }
TOML
}

# An identity pins its key, so the key comes first: the agent is started twice.
household_configure_identity() {
  local key
  key=$(signet key generate --token "$household_token" --label maintainer --json)
  sed 's/.*"fingerprint":"\([^"]*\)".*/\1/' <<<"$key" >"$household/key"
  cat >>"$household/config.toml" <<TOML

[identity.maintainer]
instance = "sandbox"
key = "$(sed 's/.*"uri":"\([^"]*\)".*/\1/' <<<"$key")"
public_key = "$(household_key)"
san = "$household_san"
issuer = "$SIGNET_ISSUER"
use = ["git", "statement", "blob"]
token = { file = "id-token" }

[verify]
allowed = [ { san = "$household_san", issuer = "$SIGNET_ISSUER", instance = "sandbox" } ]
TOML
  signet-sandbox token --dir "$household/sandbox" --email "$household_san" --lifetime 24h --out "$household/id-token"
}

household_make_repository() {
  git init -q -b main "$household/repo"
  git -C "$household/repo" config user.name "The Maintainer"
  git -C "$household/repo" config user.email "$household_san"
  git -C "$household/repo" config gpg.format x509
  git -C "$household/repo" config gpg.x509.program signet-git
}

household_start() {  # BIN
  household_isolate
  PATH=$1:$PATH
  household_write_stop
  household_run sandbox signet-sandbox serve --dir "$household/sandbox"
  household_write_environment "$1"
  source "$household/env"
  household_configure_token
  household_start_agent
  household_configure_identity
  household_stop_one agent
  household_start_agent
  household_make_repository
}

household_stop_one() {  # NAME
  [ -f "$household/$1.pid" ] || return 0
  local pid
  pid=$(cat "$household/$1.pid")
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  rm -f "$household/$1.pid"
}

# With a folder to keep and all well, everything stays; else nothing does but, after a failure, the logs on the screen.
household_end_on_exit() {  # KEEP
  local status=$?
  trap - EXIT
  if [ -z "$household" ]; then return $status; fi
  if [ $status -eq 0 ] && [ -n "$1" ]; then return; fi
  if [ $status -ne 0 ]; then
    for log in "$household"/*.log; do
      [ -s "$log" ] || continue
      echo "--- ${log##*/}" >&2
      tail -n 20 "$log" >&2
    done
  fi
  cd /
  household_stop_one agent
  household_stop_one sandbox
  if [ -z "$1" ]; then rm -rf "$household"; fi
  exit $status
}
