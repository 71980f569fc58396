#!/bin/sh
# Eight agents' phones in SIPp: register from the port they answer at, then answer; again every 50 minutes.
set -eu

switch=127.0.0.1:${HOTLINE_SIP_PORT:-5060}
cd /sipp
turn=0
while :; do
  port=$((${HOTLINE_AGENTS_PORT:-21000} + turn % 2 * 20))
  run=$(head -c 4 /dev/urandom | od -An -tx4 | tr -d ' ')
  # The file is made anew, with the secret of now, and gone again: SIPp takes passwords from files only.
  umask 077
  { echo SEQUENTIAL; for number in 1001 1002 1003 1004 1005 1006 1007 1008; do
    echo "$number;[authentication username=$number password=$HOTLINE_AGENT_SECRET]"; done; } >/tmp/agents.csv
  sipp -sf agent_registers.xml -nostdin -ci 127.0.0.1 -key run "$run" -cid_str "%u-r$run@%s" -i 127.0.0.2 -p "$port" \
    -m 8 -r 10 -inf /tmp/agents.csv -recv_timeout 5000 "$switch" >/dev/null
  rm /tmp/agents.csv
  sipp -sf agent.xml -nostdin -ci 127.0.0.1 -key run "$run" -cid_str "%u-a$run@%s" -i 127.0.0.2 -p "$port" -mi 127.0.0.2 \
    -mp "$((port + 10))" -rtp_echo -aa -set ring 1200 -set ring_more 3500 -set talk 7000 -set talk_more 16000 \
    -set missed 6 "$switch" >/dev/null &
  phones=$!
  touch /tmp/registered
  i=0
  while [ "$i" -lt 3000 ]; do
    sleep 1
    i=$((i + 1))
    kill -0 "$phones" || exit 1
  done
  kill -USR1 "$phones" # the last calls of this shift end by themselves
  turn=$((turn + 1))
done
