#!/bin/sh
# Sends an event with curl, and asks how far it is.
# usage: BESURE_URL=http://localhost:8080 BESURE_TOKEN_FILE=token ./send.sh event.json SOURCE ID
set -eu
event=$1 source=$2 id=$3
# The token comes from a file by standard input, so that it does not show in the list of processes.
ask() {
  printf 'header = "Authorization: Bearer %s"\n' "$(cat "$BESURE_TOKEN_FILE")" |
    curl --config - --silent --show-error --fail-with-body --max-time 30 --retry 5 "$@"
}
# A repeat is answered as the first time: sending again after a failure is always right.
ask --header 'Content-Type: application/cloudevents+json' --data-binary "@$event" "$BESURE_URL/v1/events"
echo
ask --get --data-urlencode "source=$source" --data-urlencode "id=$id" "$BESURE_URL/v1/events"
echo
