#!/bin/sh
# Runs a program with the secrets of the volume in its environment; what the environment holds already wins.
# `prepare` makes them once, at random: nothing secret is in an image, a compose file or a process list.
set -eu

file=/secrets/hotline.env
if [ -r "$file" ]; then
  while IFS='=' read -r name value; do
    eval "[ -n \"\${$name:-}\" ]" || export "$name=$value"
  done <"$file"
fi
exec "$@"
