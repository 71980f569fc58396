#!/bin/sh
# Builds and runs docker/compose.yaml with Podman, watches calls reach the queues, takes everything down again.
# For a Debian without a Docker daemon and without systemd; needs root, and installs podman, buildah and runc.
# Where no registry is reachable, the base images are made out of Debian's packages.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
say() { printf 'podman   %s\n' "$*"; }

for program in podman buildah runc mmdebstrap; do
  command -v "$program" >/dev/null && continue
  say "installing $program"
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$program" >/dev/null
done

HOTLINE_ENGINE=${HOTLINE_ENGINE:-podman --runtime runc --cgroup-manager cgroupfs --storage-driver vfs}
HOTLINE_RUN_OPTIONS=${HOTLINE_RUN_OPTIONS:---ulimit nofile=1024:1024 --ulimit nproc=1000:1000}
export HOTLINE_ENGINE HOTLINE_RUN_OPTIONS

base() { # suite, full name of the image
  $HOTLINE_ENGINE image exists "$2" && return
  say "base image $2"
  $HOTLINE_ENGINE pull -q "$2" >/dev/null 2>&1 && return
  say "  no registry: made of Debian's packages"
  tar=$(mktemp --suffix=.tar)
  mmdebstrap --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' "$1" "$tar" >/dev/null 2>&1
  $HOTLINE_ENGINE import -q "$tar" "$2" >/dev/null
  rm "$tar"
}
base sid docker.io/library/debian:sid-slim
base bookworm docker.io/library/debian:bookworm-slim

cd "$here"
exec "${PYTHON:-.venv/bin/python}" -m lab.compose "$@"
