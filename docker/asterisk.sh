#!/bin/sh
# Asterisk on the rendered configuration. PJSIP asks DNS for this machine's own name on every call unless /etc/hosts
# has it: 5 s each, and calls fail above ten a second.
set -eu

name=$(hostname)
grep -qw "$name" /etc/hosts || printf '127.0.0.1 %s\n' "$name" >>/etc/hosts
mkdir -p /var/log/asterisk/cel-custom # Debian's package has it not, and without it no channel event is written
chown -R asterisk:asterisk /var/lib/asterisk /var/log/asterisk /var/spool/asterisk
exec asterisk -U asterisk -G asterisk -f -n
