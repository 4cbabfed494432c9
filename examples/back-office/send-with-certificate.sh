#!/bin/sh
# Sends an event with curl, known by a client certificate, and asks how far it is.
# usage: BESURE_URL=https://intake.example BESURE_CA_FILE=authority.crt BESURE_CERTIFICATE_FILE=office.crt BESURE_KEY_FILE=office.key \
#          ./send-with-certificate.sh event.json SOURCE ID
set -eu
event=$1 source=$2 id=$3
ask() {
  curl --cacert "$BESURE_CA_FILE" --cert "$BESURE_CERTIFICATE_FILE" --key "$BESURE_KEY_FILE" --proto '=https' \
    --silent --show-error --fail-with-body --max-time 30 --retry 5 "$@"
}
# A repeat is answered as the first time: sending again after a failure is always right.
ask --header 'Content-Type: application/cloudevents+json' --data-binary "@$event" "$BESURE_URL/v1/events"
echo
ask --get --data-urlencode "source=$source" --data-urlencode "id=$id" "$BESURE_URL/v1/events"
echo
