#!/bin/sh
# Every answer that a back office can get, one after the other, from a network that is up; then one event on its way to `complete`.
# Ends with status 1 at the first answer that is not as it says here.
# usage: ./besure up && examples/back-office/walk-through.sh [RUN_JSON]
set -eu
here=$(dirname -- "$0")
run=${1:-$here/../../.besure/run.json}
[ -r "$run" ] || { echo "nothing is up: there is no $run" >&2; exit 66; }

# --- where the services are, and what opens them ---------------------------------------------------------

http_of() { # organisation, service
  awk -v organisation="\"$1\"" -v service="\"$2\"" '
    { gsub(/^ +|,$/, "") }
    $1 == "\"name\":" { name = $2 }
    $1 == "\"organisation\":" { of = $2 }
    $1 == "\"http\":" && name == service && of == organisation { gsub(/"/, "", $2); print $2; exit }' "$run"
}
token_file_of() { # organisation
  sed -n "/\"tokens\"/,/}/ s/^ *\"$1\": \"\(.*\)\",\{0,1\}\$/\1/p" "$run"
}
intake=$(http_of alpha intake)
exchange=$(http_of exchange intake)
tokens=$(dirname -- "$(token_file_of alpha)")/tokens.json

work=$(mktemp -d)
add_token() { # token, its rights as members of JSON: known to the services about a second later, without a restart
  sum=$(printf %s "$1" | sha256sum | cut -d ' ' -f 1)
  sed "1 s|^\[|[ { \"sha256\": \"$sum\", $2 },|" "$tokens" >"$work/tokens"
  replace_tokens "$work/tokens"
}
replace_tokens() { # In one step: nobody reads half of it.
  cp -p "$tokens" "$tokens.new" && cat "$1" >"$tokens.new" && mv "$tokens.new" "$tokens"
}
tidy() {
  [ ! -e "$work/tokens.before" ] || replace_tokens "$work/tokens.before"
  rm -r "$work"
}
trap tidy EXIT
trap 'exit 130' INT TERM HUP
cp "$tokens" "$work/tokens.before"

# --- asking, and looking at the answer -------------------------------------------------------------------

ask() { # token or nothing, arguments of curl: sets status; the answer is in $work/head and $work/body
  # The token comes by standard input of its own, so that it does not show in the list of processes.
  bearer=$1
  shift
  [ -z "$bearer" ] || printf 'header = "Authorization: Bearer %s"\n' "$bearer" >"$work/curl"
  [ -n "$bearer" ] || : >"$work/curl"
  status=$(curl --config "$work/curl" --silent --show-error --max-time 60 --output "$work/body" \
    --dump-header "$work/head" --write-out '%{http_code}' "$@")
}
send() { # token, file with the event, further arguments of curl
  bearer=$1 body=$2
  shift 2
  ask "$bearer" --header 'Content-Type: application/cloudevents+json' --data-binary "@$body" "$@" "$intake/v1/events"
}
differs() {
  printf 'FAIL %s: expected %s, got %s\n' "$what" "$1" "$status" >&2
  cat "$work/head" "$work/body" >&2
  exit 1
}
has_header() { tr -d '\r' <"$work/head" | grep -qix "$1"; }
says() { grep -qF "$1" "$work/body"; }
is_accepted() { # what was asked
  what=$1
  { [ "$status" = 202 ] && says '"status":"accepted"'; } || differs '202 accepted'
}
is_refused() { # what was asked, status, code, field or nothing
  what=$1
  [ "$status" = "$2" ] || differs "$2"
  has_header 'content-type: application/problem+json' || differs 'application/problem+json'
  says "\"type\":\"urn:besure:problem:$3\"" || differs "the code $3"
  [ -z "${4:-}" ] || says "\"field\":\"$4\"" || differs "the field $4"
  [ -z "${4:-}" ] || says '"rule":"' || differs 'a rule'
  printf '%s  %s\n     %s\n' "$2" "$what" "$(cat "$work/body")"
}

# --- the walk --------------------------------------------------------------------------------------------

token=$(cat "$(token_file_of alpha)")
id=walk-$(date -u +%Y%m%dT%H%M%SZ)-$$
source=/examples/back-office
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
# The example with an id and a message of this walk, and the time of now.
sed -e "s/letter-2026-001/$id/" -e "s/\"time\": \"[^\"]*\"/\"time\": \"$now\"/" "$here/event.json" >"$work/event"

send "$token" "$work/event"
is_accepted 'an event'
! has_header 'idempotent-replay: true' || differs 'an answer to something new'
printf '202  an event\n     %s\n' "$(cat "$work/body")"

send "$token" "$work/event"
is_accepted 'the same again'
has_header 'idempotent-replay: true' || differs 'Idempotent-Replay: true'
printf '202  the same again, with Idempotent-Replay: true\n'

sed 's/"size": 1/"size": 2/' "$work/event" >"$work/other"
send "$token" "$work/other"
is_refused 'the same id for something else' 409 id-reused id

sed "s/\"id\": \"$id\",/\"id\": \"$id-2\",/" "$work/other" >"$work/contradiction"
send "$token" "$work/contradiction"
is_refused 'something else about the same message' 409 already-stated data.message

send '' "$work/event"
is_refused 'without a token' 401 unauthenticated
send besure_nobody-has-this-one "$work/event"
is_refused 'with a token that nobody has' 401 unauthenticated

reader=besure_$(od -An -N 32 -tx1 /dev/urandom | tr -d ' \n')
add_token "$reader" '"sources": ["*"], "scopes": ["events:read"]'
tries=0
while send "$reader" "$work/event" && [ "$status" = 401 ] && [ $tries -lt 30 ]; do
  tries=$((tries + 1))
  sleep 1
done
is_refused 'with a token that may only look' 403 forbidden
other=besure_$(od -An -N 32 -tx1 /dev/urandom | tr -d ' \n')
add_token "$other" '"sources": ["/somebody/else"], "scopes": ["events:write"]'
tries=0
while send "$other" "$work/event" && [ "$status" = 401 ] && [ $tries -lt 30 ]; do
  tries=$((tries + 1))
  sleep 1
done
is_refused 'with the token of another source' 403 source-not-allowed source

printf '{"specversion":"1.0",' >"$work/cut"
send "$token" "$work/cut"
is_refused 'half a text' 400 malformed

head -c 2000000 /dev/zero | tr '\0' ' ' >"$work/large"
send "$token" "$work/large"
is_refused 'two megabytes' 413 too-large

ask "$token" --header 'Content-Type: text/plain' --data-binary "@$work/event" "$intake/v1/events"
is_refused 'another media type' 415 unsupported-media-type

sed 's/"size": 1/"size": 1, "colour": "red"/' "$work/event" >"$work/unknown"
send "$token" "$work/unknown"
is_refused 'an unknown member' 422 invalid data.document.colour
sed -e "s/\"id\": \"$id\",/\"id\": \"$id-3\",/" -e "s/\"time\": \"[^\"]*\"/\"time\": \"2999-01-01T00:00:00Z\"/" \
  "$work/event" >"$work/future"
send "$token" "$work/future"
is_refused 'a time in the future' 422 time-in-future time
sed -e "s/\"id\": \"$id\",/\"id\": \"$id-4\",/" -e 's/document\.sent\.v1/document.received.v1/' "$work/event" >"$work/side"
send "$token" "$work/side"
is_refused 'what the other side has to state' 422 not-ours-to-state type

# The exchange's own back office records the same event: only what both say is countersigned.
ask "$(cat "$(token_file_of exchange)")" --header 'Content-Type: application/cloudevents+json' \
  --data-binary "@$work/event" "$exchange/v1/events"
is_accepted 'the record of the exchange'

what='the way to complete'
seen=
until_then=$(($(date +%s) + 300))
while [ "$seen" != complete ]; do
  ask "$token" --get --data-urlencode "source=$source" --data-urlencode "id=$id" "$intake/v1/events"
  [ "$status" = 200 ] || differs 200
  state=$(sed -n 's/.*"state":"\([a-z-]*\)".*/\1/p' "$work/body")
  if [ "$state" != "$seen" ]; then
    printf '200  %s  %s\n' "$(date -u +%H:%M:%S)" "$(cat "$work/body")"
    seen=$state
  fi
  [ "$(date +%s)" -lt "$until_then" ] || differs complete
  sleep 1
done
says '"disputed":false' || differs 'undisputed'
echo 'all as it should be'
