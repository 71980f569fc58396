#!/bin/sh
# A gentle stream of callers in SIPp, until the container ends.
set -eu

cd /sipp
run=$(head -c 4 /dev/urandom | od -An -tx4 | tr -d ' ')
exec sipp -sf caller.xml -nostdin -ci 127.0.0.1 -key run "$run" -cid_str "%u-c$run@%s" -i 127.0.0.1 -mi 127.0.0.1 \
  -mp "${HOTLINE_CALLERS_MEDIA_PORT:-21100}" -s 96956 -inf callers.csv -aa -r 1 -rp 2900 -l 24 \
  "127.0.0.1:${HOTLINE_SIP_PORT:-5060}" >/dev/null
