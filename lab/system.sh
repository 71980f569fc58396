#!/bin/sh
# Installs the Debian or Ubuntu packages the demo and the tests call as programs, only those that are missing.
# Does nothing, at once, when all is there.
#
#   lab/system.sh            everything
#   lab/system.sh speech     only these groups: python speech browser database asterisk office
#
# PYTHON   the Python that must be able to make an environment with pip (default python3)
set -eu

say() { printf 'system: %s\n' "$*" >&2; }

# group, the program that proves it is there (alternatives by |), the Debian package
wanted='python module:ensurepip python3-venv
speech espeak-ng espeak-ng
browser chromium|chromium-browser|google-chrome chromium
browser fc-list fontconfig
browser font:NotoSansCJK fonts-noto-cjk
database postgres postgresql
asterisk unshare|nsenter util-linux
asterisk mmdebstrap mmdebstrap
asterisk faketime faketime
office soffice libreoffice-calc-nogui'

have() {
  case $1 in
    module:*) "${PYTHON:-python3}" -c "import ${1#module:}" 2>/dev/null && return 0 ;;
    font:*) fc-list 2>/dev/null | grep -q "${1#font:}" && return 0 ;;
    # Debian keeps the server's programs out of PATH.
    postgres) ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 && return 0 ;;
  esac
  old=$IFS
  IFS='|'
  for program in $1; do
    IFS=$old
    if command -v "$program" >/dev/null 2>&1; then return 0; fi
  done
  IFS=$old
  return 1
}

groups=" ${*:-python speech browser database asterisk office} "
missing=
while read -r group proof package; do
  case $groups in *" $group "*) ;; *) continue ;; esac
  have "$proof" || missing="$missing $package"
done <<LIST
$wanted
LIST

if [ -z "$missing" ]; then
  say 'all programs are there'
  exit 0
fi
command -v apt-get >/dev/null || { say "not a Debian or Ubuntu; please install:$missing"; exit 1; }
as_root=
if [ "$(id -u)" != 0 ]; then
  as_root=sudo
  command -v sudo >/dev/null || { say "needs root or sudo to install:$missing"; exit 1; }
fi
say "installing$missing"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update >&2
for package in $missing; do
  say "  $package"
  # The server of the package would start its own cluster; we start ours where it is needed.
  if [ "$package" = postgresql ] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    $as_root mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$package" >&2
done
say 'done'
