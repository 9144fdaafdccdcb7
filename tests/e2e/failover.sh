#!/bin/bash
# failover - SIPp calls through Kamailio to a trunk that answers 404, 486, 403 with a phrase and 503 with a Reason, some of
# them taken over by a second trunk, all seen on lo at both hops: the events are exactly the calls that failed, each once, and
# those that the second trunk saved are marked.
. "$(dirname "$0")/lib.sh"
need_program
need sipp
need kamailio
can_capture || tap_skip_all "no right to capture on lo (run as root)"
isolate "$@"

here=$top_srcdir/tests/e2e/sipp
cd "$work" || exit 99
proxy=$(free_udp_port 15160)
trunk1=$(free_udp_port $((proxy + 1)))
trunk2=$(free_udp_port $((trunk1 + 1)))
caller=$(free_udp_port $((trunk2 + 1)))

# Numbers: the first digit 7 has a second choice; the next three are the answer of the first trunk.
numbers='4040001 4860001 4030001 5030001 7503001 2000001'
each=10
{
	echo SEQUENTIAL
	for i in $(seq "$each"); do
		for n in $numbers; do echo "$n;"; done
	done
} >calls.csv
calls=$((each * 6))

# answer CODE PHRASE [HEADER]: one branch of the called side.
answer() {
	cat <<EOF
  <label id="say$1"/>
  <send retrans="500"><![CDATA[
SIP/2.0 $1 $2
[last_Via:]
[last_From:]
[last_To:];tag=[pid]-called-[call_number]
[last_Call-ID:]
[last_CSeq:]
${3:+$3
}Server: Trunk 1
Content-Length: 0

]]></send>
  <recv request="ACK" next="end"/>
EOF
}
{
	sed -n '1,/<scenario/p' "$here/uas.xml"
	echo '<recv request="INVITE"><action>'
	for c in 404 486 403 503; do
		echo "<ereg regexp=\"^INVITE sip:7?$c\" search_in=\"msg\" assign_to=\"is$c\"/>"
	done
	echo '</action></recv>'
	for c in 404 486 403 503; do echo "<nop next=\"say$c\" test=\"is$c\"/>"; done
	# A call that is answered, with the route back through the proxy.
	sed -n '/180 Ringing/,/label id="say404"/p' "$here/uas.xml" |
		sed '1i <send><![CDATA[' | sed 's/SIP\/2.0 180/SIP\/2.0 180/; s/\[last_CSeq:\]/[last_CSeq:]\n      [last_Record-Route:]/; /label id="say404"/d'
	answer 404 'Not Found' 'Reason: Q.850;cause=1;text="Unallocated"'
	answer 486 'Busy Here'
	answer 403 'Insufficient funds'
	answer 503 'Service Unavailable' 'Reason: Q.850;cause=34;text="No circuit available"'
	echo '<label id="end"/></scenario>'
} >trunk.xml
# The second trunk answers everything.
sed 's/\^INVITE sip:7?[0-9]*/^NOBODY/' trunk.xml >trunk2.xml
sed "s/TRUNK1/$trunk1/; s/TRUNK2/$trunk2/" "$here/proxy.cfg" >proxy.cfg
mkdir run
timeout $((120 * SLACK)) kamailio -f proxy.cfg -l "udp:127.0.0.1:$proxy" -DD -E -w "$work" -Y "$work/run" -m 32 -M 4 >proxy.log 2>&1 &
background $!

"$SIPWHY" -d lo -N --json=report --events >report.json 2>err &
program=$!
background $program
if ! wait_for 5 capturing $program; then
	ok 1 "the program listens on lo" "$(cat err)"
	tap_done
fi
for t in 1 2; do
	port=$((t == 1 ? trunk1 : trunk2))
	timeout $((60 * SLACK)) sipp -sf "$([ $t = 1 ] && echo trunk.xml || echo trunk2.xml)" -i 127.0.0.1 -p "$port" -nostdin >"trunk$t.out" 2>&1 &
	background $!
done
udp_open() {
	for udp_open_p; do
		[ "$(free_udp_port "$udp_open_p")" != "$udp_open_p" ] || return 1
	done
}
wait_for 5 udp_open "$proxy" "$trunk1" "$trunk2"
ok $? "proxy and trunks are up" "$(tail -n 5 proxy.log)"
timeout $((60 * SLACK)) sipp -sf "$here/proxied.xml" -inf calls.csv -i 127.0.0.1 -p "$caller" "127.0.0.1:$proxy" -m "$calls" -r 20 -nostdin >caller.out 2>&1
is "SIPp made $calls calls" "$?" 0
wait_for 10 quiet && wait_for 10 asleep $program
kill -INT $program
wait $program
is "the program ends with 0" "$?" 0

j() {
	jq -c "$1" report.json
}
is "60 attempts: 20 answered, 40 failed" \
	"$(j '.attempts.INVITE | [.total, .ok, .failed, .cancelled, .challenged, .no_response, .open]')" "[$calls,20,40,0,0,0,0]"
# Kamailio makes 500 of a 503 (RFC 3261 16.7).
is "failures by the caller's code" "$(j '.failures')" '{"403":10,"404":10,"486":10,"500":10}'
is "an event for each failed call, once" \
	"$(j '[.events[] | select(.recovered != true) | .call_id] | [length, (unique | length)]')" '[40,40]'
is "503 of the trunk stands behind the 500" \
	"$(j '[.events[] | select(.code == 500) | [.said_code, .q850]] | unique')" '[[503,34]]'
is "who said no is the trunk" "$(j '[.events[] | select(.recovered != true) | .said_by] | unique')" "[\"127.0.0.1:$trunk1\"]"
is "both hops in the path" "$(j '[.events[] | select(.recovered != true) | .path | length] | unique')" '[2]'
is "the ten that the second trunk took are marked" \
	"$(j '[.events[] | select(.recovered == true) | [.code, .outcome, .q850]] | [length, unique]')" '[10,[[503,"ok",34]]]'
is "403 keeps its phrase" "$(j '[.events[] | select(.code == 403) | .phrase] | unique')" '["Insufficient funds"]'
is "403 is explained by it" "$(j '[.events[] | select(.code == 403) | .explain | startswith("phrase:")] | unique')" '[true]'
is "all answered calls were completed" "$(j '[.kpi.scr, .kpi.asr]')" '[33.33,33.33]'
why=$(unbalanced report.json)
ok "$([ -z "$why" ]; echo $?)" "every frame is accounted for" "$why"
[ -z "$FAILOVER_KEEP" ] || cp report.json proxy.log caller.out trunk*.out "$FAILOVER_KEEP"
tap_done
