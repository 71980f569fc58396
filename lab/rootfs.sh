#!/bin/sh
# Builds the root folder with a real Asterisk 22 and SIPp out of Debian's packages, once, into a cache.
# Prints progress on stderr and, as its only line on stdout, the finished folder.
#
#   lab/rootfs.sh            build if missing
#   lab/rootfs.sh --path     only say where it is or would be
#
# HOTLINE_CACHE   where to keep it (default ~/.cache/hotline)
# HOTLINE_MIRROR  a Debian mirror (default: mmdebstrap's own)
set -eu

# Part of the key: raise it when the build itself changes.
version=1
packages=asterisk,asterisk-core-sounds-en-gsm,asterisk-moh-opsound-wav,sip-tester
# Unstable carries the newest; when it cannot be installed that day testing has the same version.
suites='sid testing'

cache=${HOTLINE_CACHE:-${HOME:?HOME is not set}/.cache/hotline}
key=$(printf '%s %s %s' "$version" "$packages" "$(uname -m)" | sha256sum | cut -c1-12)
root=$cache/asterisk-root-$key

say() { printf 'rootfs: %s\n' "$*" >&2; }

if [ "${1:-}" = --path ]; then
  printf '%s\n' "$root"
  exit 0
fi
if [ -d "$root" ]; then
  printf '%s\n' "$root"
  exit 0
fi

as_root=
if [ "$(id -u)" != 0 ]; then
  as_root=sudo
  command -v sudo >/dev/null || { say 'needs root or sudo to build a Debian root folder'; exit 1; }
fi

mkdir -p "$cache"
exec 9>"$cache/asterisk-root.lock"
if ! flock -n 9; then
  say 'another build is running, waiting for it'
  flock 9
fi
if [ -d "$root" ]; then # the other build made it
  printf '%s\n' "$root"
  exit 0
fi

for program in mmdebstrap; do
  command -v "$program" >/dev/null && continue
  command -v apt-get >/dev/null || { say "$program is missing and this is not a Debian: install it first"; exit 1; }
  say "installing $program"
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update >&2
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$program" >&2
done

# Leftovers of builds that were killed; the lock says nobody is building now.
$as_root rm -rf "$cache"/asterisk-root-building.*
building=$cache/asterisk-root-building.$$
log=$cache/asterisk-root.log
trap '$as_root rm -rf "$building"' EXIT
trap 'exit 130' INT TERM

for suite in $suites; do
  say "building from Debian $suite (about 30 s, 410 MB), log in $log"
  # shellcheck disable=SC2086  # HOTLINE_MIRROR is one word or none
  if $as_root mmdebstrap --variant=minbase --include="$packages" \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
    "$suite" "$building" ${HOTLINE_MIRROR:-} >"$log" 2>&1; then
    # Readable by everybody: instances run as another user and never write here.
    $as_root chmod 755 "$building"
    $as_root mv -T "$building" "$root"
    say "ready: $root"
    printf '%s\n' "$root"
    exit 0
  fi
  say "Debian $suite could not be installed: $(grep -E '^E:' "$log" | head -n 1 || true)"
  $as_root rm -rf "$building"
done
say "no suite could be installed; the whole story is in $log"
exit 1
