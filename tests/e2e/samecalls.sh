#!/bin/bash
# samecalls - the same calls once as a capture taken on a PBX and once as the Asterisk log of that PBX: the same codes,
# outcomes, KPIs, incidents, events and screens, but for what a log does not tell (the PBX's own address), which reads "-".
. "$(dirname "$0")/lib.sh"
need_program
calllog=$top_builddir/tests/e2e/calllog
[ -x "$calllog" ] || tap_skip_all "tests/e2e/calllog is not built"
cd "$work" || exit 99

"$calllog" pcap 600 >calls.pcap && "$calllog" asterisk 600 >calls.log || tap_skip_all "calllog failed"
gzip -c calls.log >calls.log.gz
# Which side is ours stands in a log; of a capture taken elsewhere somebody has to say so.
printf '[peers]\npbx-demo = pbx 192.0.2.10, 2001:db8:10::10\n' >peers.conf
run() {
	"$SIPWHY" -f peers.conf -N -I "$1" --json=report --events >"$2" 2>"$2.err"
	is "$1 is read" "$?: $(cat "$2.err")" "0: "
}
run calls.pcap capture.json
run calls.log log.json
run calls.log.gz gz.json
is "every line of the log is accounted for" "$(unbalanced log.json)" ""
is "lines are what the log has" "$(jq '.sources[0].frames' log.json)" "$(wc -l <calls.log)"
is "messages are what the log has" "$(jq '.messages.responses' log.json)" "$(grep -c '^SIP/2.0 ' calls.log)"
told() {
	jq -S 'del(.sources, .incidents, .events[].source)' "$1"
}
is "the gzip of it tells the same" "$(diff <(told log.json) <(told gz.json) | head -n 20)" ""

# same NAME JQ: both reports give the same answer.
same() {
	jq -S "$2" capture.json >a.json && jq -S "$2" log.json >b.json && [ -s a.json ]
	ok "$([ -s a.json ] && cmp -s a.json b.json; echo $?)" "same $1" "$(diff a.json b.json | head -20)"
}
same "messages, classes, codes, methods" '{messages, classes, codes, methods, call_ids}'
same "attempts and failures" '{attempts, failures, events_total, recovered, ack_missing}'
same "KPIs" .kpi
same "peers and their figures" '[.peers[] | select(.name != "pbx-demo")]'
# Large numbers of different things are estimates, with another seed in each run.
same "incidents" '[.incidents[] | del(.id, .t, .since, .last, .events)
	| .sentence |= (gsub("about [0-9]+"; "about N") | gsub("pbx-demo"; "-"))]'
same "events, but for the ends" \
	'[.events[] | del(.id, .src, .dst, .path, .said_by, .source, .stamp, .raw_len, .statement)]'
same "hops, but for our own end" '[.events[].path // [] | map({code, seen, end: (.src, .dst)
	| select(test("^(192\\.0\\.2\\.10:|\\[2001:db8:10::10\\]:|-$)") | not)})]'
is "our own end reads - in each event of the log" \
	"$(jq -r '[.events[] | select(.src == "-" or .dst == "-")] | length' log.json)" "$(jq '.events | length' log.json)"
is "the log's own time is told" "$(jq -r '.events[0].stamp' log.json)" \
	"$(jq -r '.events[0].t | sub("T"; " ") | sub("Z$"; "")' log.json)"

# The screens.
command -v tmux >/dev/null || { skip "same screens" "no tmux here"; tap_done; }
show() {
	tm new-session -d -s "$1" -x 140 -y 40 "env -u NO_COLOR LC_ALL=C.UTF-8 TZ=UTC '$SIPWHY' -f peers.conf -I $2"
	wait_for 20 shows "$1" 'END|ended'
}
show capture calls.pcap
ok $? "the capture is on screen" "$(screen capture)"
show log calls.log
ok $? "the log is on screen" "$(screen log)"
# What stands in line 1 and in the list's column of addresses differs by what it is about.
plain() {
	screen "$1" | sed '1d; s/calls\.pcap/calls.log/g; s/ *[0-9,]* frames/ N/; s/ *[0-9,]* packets/ N/; s/ *[0-9,]* lines/ N/; s/lost.*//
		s/about [0-9]* u.*/about N/; s/pbx-demo.*/-/; s/between - .*/between -/; s/by - .*/by -/; s/[[:space:]]*$//'
}
# both NAME KEY SHOWN: on that screen, which says what it is.
both() {
	for key in $2; do
		tm send-keys -t capture "$key"
		tm send-keys -t log "$key"
	done
	settled() {
		plain capture >a.txt
		plain log >b.txt
		grep -q -- "$1" a.txt && cmp -s a.txt b.txt
	}
	wait_for 5 settled "$3"
	ok $? "same screen: $1" "$(diff a.txt b.txt)"
}
both dashboard '' 'CLASS  *TOTAL'
both groups 3 '^ Groups by signature'
both peers 4 '^ Groups by peer'
both alerts 5 '^ Alerts'
tap_done
