#!/bin/sh
# Runs one program in the shared root folder without ever writing to it. Call it as root through
#   unshare --mount --propagation private --pid --fork --kill-child inside.sh ROOT DIR USER PROGRAM [ARGUMENT…]
#
# The new root is a tmpfs that exists in this mount namespace only: ROOT/usr is bound into it read-only, /etc is a
# copy, everything Asterisk writes is bound from DIR. When the last process ends the kernel removes namespace and
# mounts; as the first process of a process namespace we take everything started here with us.
#
# DIR/etc, lib, log, spool, run   become /etc/asterisk, /var/lib/asterisk, /var/log/asterisk, …
# DIR/binds                       more folders, a line each: "ro /host/path" or "rw /host/path", same path inside
# USER                            name:group inside ROOT, or numbers, that must own what is written
set -eu

root=$1 dir=$2 user=$3
shift 3
here=$(dirname "$0")
new=$dir/root

mkdir -p "$new"
mount -t tmpfs -o mode=755,size=64m hotline "$new"

for entry in "$root"/*; do
  name=${entry##*/}
  case $name in
    dev | proc | sys | run | tmp | var | etc | home | root | mnt | media | srv | boot) continue ;;
  esac
  if [ -L "$entry" ]; then
    cp -P "$entry" "$new/$name"
  elif [ -d "$entry" ]; then
    mkdir "$new/$name"
    mount --bind "$entry" "$new/$name"
    mount -o remount,bind,ro "$new/$name"
  fi
done

mkdir -p "$new/dev" "$new/proc" "$new/sys" "$new/run/asterisk" "$new/tmp" "$new/root" "$new/var/lib/asterisk" \
  "$new/var/log/asterisk" "$new/var/spool/asterisk" "$new/var/cache/asterisk" "$new/var/tmp" "$new/etc"
chmod 1777 "$new/tmp" "$new/var/tmp"
ln -s /run "$new/var/run"
mount --rbind /dev "$new/dev"
mount -t proc proc "$new/proc"

(cd "$root/etc" && tar -cf - --exclude=./asterisk .) | tar -xf - -C "$new/etc"
mkdir -p "$new/etc/asterisk"
# PJSIP asks DNS for this machine's own name on every call unless the name is here: 5 s each, calls fail above 10/s.
printf '127.0.0.1 localhost %s\n' "$(hostname)" >"$new/etc/hosts"
# Loopback only: a lookup of anything else fails at once.
printf 'options timeout:1 attempts:1\n' >"$new/etc/resolv.conf"

mkdir -p "$dir/etc" "$dir/lib" "$dir/log" "$dir/spool" "$dir/run"
mount --bind "$dir/etc" "$new/etc/asterisk"
mount --bind "$dir/lib" "$new/var/lib/asterisk"
mount --bind "$dir/log" "$new/var/log/asterisk"
mount --bind "$dir/spool" "$new/var/spool/asterisk"
mount --bind "$dir/run" "$new/run/asterisk"

while read -r mode path; do
  mkdir -p "$new$path"
  mount --bind "$path" "$new$path"
  if [ "$mode" = ro ]; then
    mount -o remount,bind,ro "$new$path"
  else
    chroot "$new" chown "$user" "$path"
  fi
done <"$dir/binds"
chroot "$new" chown -R "$user" /var/lib/asterisk /var/log/asterisk /var/spool/asterisk /var/cache/asterisk \
  /run/asterisk

exec sh "$here/watch.sh" chroot "$new" "$@"
