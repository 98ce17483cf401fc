#!/usr/bin/env bash
# Makes or refreshes .venv from a hashed lock: prepare.sh runtime|development|bench|browser. Does nothing when all is fresh.
set -euo pipefail
cd "$(dirname "$0")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

say() { printf '%s\n' "$*" >&2; }
fail() { say "Cannot go on: $*"; exit 1; }
may_install() { [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; }
apt_install() {
  say "Installing $* with apt; this happens once."
  local ours=no
  if [[ ! -e /usr/sbin/policy-rc.d ]]; then printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d; ours=yes; fi
  local code=0
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null 2>&1 || code=$?
  if [[ $ours == yes ]]; then rm -f /usr/sbin/policy-rc.d; fi
  return "$code"
}

python() { # the first interpreter that is new enough
  local candidate
  for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then command -v "$candidate"; return; fi
  done
  return 1
}

environment() {
  if [[ -x .venv/bin/python ]] && .venv/bin/python -c 'import pip' 2>/dev/null; then return; fi
  local interpreter
  interpreter=$(python) || fail "Python 3.11 or newer is needed and not on this machine; install it (on Debian: apt-get install python3 python3-venv)."
  if ! "$interpreter" -c 'import ensurepip, venv' 2>/dev/null; then
    may_install && apt_install python3-venv || fail "$interpreter cannot make virtual environments; install its venv package (on Debian: apt-get install python3-venv)."
  fi
  say "Making .venv with $("$interpreter" --version)."
  rm -rf .venv
  "$interpreter" -m venv .venv
}

install() { # install NAME LOCK: unless that lock, unchanged, was installed here before
  local name=$1 lock=$2 wanted
  wanted=$(cat "$lock" pyproject.toml deploy/prepare.sh | sha256sum; pwd -P)
  if [[ -f .venv/installed-$name && $(<".venv/installed-$name") == "$wanted" ]]; then return; fi
  environment
  say "Installing what $lock lists."
  .venv/bin/python -m pip install --quiet --require-hashes -r "$lock" || fail "not everything in $lock could be installed; the lines above say why."
  local said
  said=$(.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable . 2>&1) || { say "$said"; fail "the project itself could not be installed; the lines above say why."; }
  printf '%s\n' "$wanted" >".venv/installed-$name"
}

case ${1:-} in
  runtime) install runtime requirements.lock ;;
  development) install development requirements-dev.lock ;;
  bench) install bench requirements-bench.lock ;;
  browser)
    if [[ ! -x /usr/bin/chromium-headless-shell ]]; then
      may_install && apt_install chromium-headless-shell fonts-dejavu-core || fail "the browser tests need Chromium without its windows; install it (on Debian: apt-get install chromium-headless-shell)."
    fi ;;
  *) fail "say which: runtime, development, bench or browser" ;;
esac
