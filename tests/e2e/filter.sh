#!/bin/bash
# filter - --filter outside the screen: the list of a report, the events among records, refusals by place; counters never
# move (doc/filter.md).
. "$(dirname "$0")/lib.sh"
need_program

cd "$work" || exit 99
chmod 755 .

# answer CODE PHRASE USER [HEADER]: one response in a log.
answer() {
	printf '2026-11-22 14:05:0%s received from 203.0.113.7:5060\nSIP/2.0 %s %s\n' "$3" "$1" "$2"
	printf 'Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK%s\nFrom: <sip:103%s@example.com>;tag=1\n' "$3" "$3"
	printf 'To: <sip:+44206662762%s@example.com>;tag=2\nCall-ID: %s@example.com\nCSeq: 1 INVITE\n%s' "$3" "$3" "${4:-}"
	printf 'Content-Length: 0\n\n'
}
{
	answer 503 "Service Unavailable" 1 "Reason: Q.850;cause=34
"
	answer 404 "Not Found" 2
	answer 486 "Busy Here" 3
} >calls.log

# run ARG...: out, err, status.
run() {
	timeout $((10 * SLACK)) "$SIPWHY" -F -N "$@" >out 2>err </dev/null
	status=$?
}

# lists NAME CALL-IDS FILTER: the events of the report, by Call-ID.
lists() {
	run --json=report --events -I calls.log --filter "$3"
	got=$(grep -o '"call_id":"[^"]*"' out | tr -dc '0-9\n' | tr '\n' ' ')
	ok "$([ $status -eq 0 ] && [ "$got" = "$2" ]; echo $?)" "$1" "exit $status, listed: $got, wanted: $2
$(cat err)"
}

lists "a code" "1 " 503
lists "a class and its opposite" "2 3 " "4xx"
lists "a cause" "1 " 'reason:"no circuit" q850:34'
lists "the branch of a message that the list does not keep" "2 " "branch:z9hG4bK2"
lists "from the end of the file back" "3 " "since:500ms"
lists "or" "1 3 " "1031 or 486"
lists "blank is all" "1 2 3 " " "
lists "nothing" "" "peer:nobody"

# counters: all of the report but the lists, and how long it took.
counters() {
	jq -S 'del(.track, .events, .events_dropped, .events_filtered, .notices)' out
}
run -I calls.log --json=report
counters >all.json
run -I calls.log --json=report --filter 503
counters >some.json
ok "$([ -s all.json ] && cmp -s all.json some.json; echo $?)" "counters never move" "$(diff all.json some.json | head -4)"
run -I calls.log --filter 503
ok "$(grep -q '(2 that the filter does not mean are not listed)' out; echo $?)" "a filter alone makes a list, and it says what it leaves out" "$(cat out)"

run --json -I calls.log --filter 486
events=$(grep -c '"type":"event"' out)
ticks=$(grep '"type":"bye"' out | grep -c '"events":3')
ok "$([ "$events" = 1 ] && grep '"type":"event"' out | grep -q '3@example.com'; echo $?)" "records: one event" "$events"
ok "$([ "$ticks" = 1 ]; echo $?)" "records: all failures counted" "$(grep '"type":"bye"' out)"

run -I calls.log --filter '503 colour:red'
ok "$([ $status -eq 2 ] && grep -q 'character 5: there is no field "colour"; did you mean code?' err; echo $?)" \
	"a slip is told by its place" "exit $status: $(cat err)"
tap_done
