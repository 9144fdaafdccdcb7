#!/bin/bash
# messages - the raw messages of failed calls are in a stream of records where they are asked for: each belongs to an event or a good
# call that was told before it, and a refused call is there from its INVITE to its ACK.
. "$(dirname "$0")/lib.sh"
need_program
need jq

"$SIPWHY" --demo -N --json --duration 2 >"$work/without"
is "without --messages there are none" "$? $(grep -cE '^\{"type":"(message|good)"' "$work/without")" "0 0"

"$SIPWHY" --demo -N --json --messages --duration 2 >"$work/with"
is "with --messages there are some, and good calls" \
	"$? $(jq -s '(map(select(.type == "message")) | length > 100) and any(.type == "good")' "$work/with")" "0 true"
is "each message is of something that was told before it" "$(jq -n 'reduce inputs as $r ({told: {}, lost: 0};
	if $r.type == "event" or $r.type == "good" then .told[$r.id | tostring] = true
	elif $r.type == "message" and (.told[$r.of | tostring] | not) then .lost += 1 else . end) | .lost' "$work/with")" 0
# What each refused call looks like on the wire, its end left out where the demo's time ended first.
is "a call refused with 503 is whole" "$(jq -rn '[inputs] | (map(select(.type == "event" and .code == 503 and .method == "INVITE") | .id)) as $ids
	| map(select(.type == "message" and .raw and (.of as $of | any($ids[]; . == $of))))
	| group_by(.of) | map(sort_by(.at) | map(if .code then .code else (.raw | split(" ")[0]) end | tostring) | join(" "))
	| any(. == "INVITE 100 503 ACK")' "$work/with")" true
tap_done
