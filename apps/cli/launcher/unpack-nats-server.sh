#!/bin/sh
# Downloads Debian's package of nats-server and unpacks the program into the folder $1. Nothing gets
# installed in the system and no service is started, so root is needed at most to refresh apt's lists.
set -eu
tools=$1
parts=$(mktemp -d)
trap 'cd / && rm -rf "$parts"' EXIT
trap 'exit 130' INT TERM HUP
# apt drops to a user of its own for downloads, which has to reach the folder.
if [ "$(id -u)" = 0 ] && id _apt >/dev/null 2>&1; then chown _apt "$parts"; fi
cd "$parts"

if ! apt-get download -q nats-server; then
  # No package lists, or lists older than the archive.
  if [ "$(id -u)" = 0 ]; then
    apt-get update -q
  elif command -v sudo >/dev/null; then
    sudo -n apt-get update -q
  fi
  apt-get download -q nats-server
fi
dpkg -x nats-server_*.deb unpacked
mkdir -p "$tools/usr/sbin"
cp unpacked/usr/sbin/nats-server "$tools/usr/sbin/nats-server.part"
# Moved last, so that the program is either whole or not there.
mv "$tools/usr/sbin/nats-server.part" "$tools/usr/sbin/nats-server"
