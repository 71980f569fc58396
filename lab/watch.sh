#!/bin/sh
# Runs one program and obeys whoever holds the other end of our standard input:
# a line KILL, TERM, STOP, CONT, HUP or USR1 is sent to the program as that signal; the end of the input
# (the one who started us asked for it, or was killed) ends the program. So nothing is left behind.
#
#   watch.sh PROGRAM [ARGUMENT…]
set -u

exec 3<&0
"$@" </dev/null 3<&- &
child=$!
(
  while read -r word; do
    case $word in KILL | TERM | STOP | CONT | HUP | USR1) kill -s "$word" "$child" 2>/dev/null ;; esac
  done <&3
  # A stopped program would not hear TERM; one that does not end in five seconds is killed.
  kill -s TERM "$child" 2>/dev/null
  kill -s CONT "$child" 2>/dev/null
  waited=0
  while kill -0 "$child" 2>/dev/null && [ "$waited" -lt 50 ]; do
    sleep 0.1
    waited=$((waited + 1))
  done
  kill -s KILL "$child" 2>/dev/null
) >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$child"
status=$?
kill -s KILL "$watcher" 2>/dev/null
exit "$status"
