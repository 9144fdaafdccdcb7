#!/bin/bash
# hep - a real Kamailio shows its traffic to us as HEP 2 and 3 over UDP, HEP 3 over TCP, and plain copies with and without
# X-Siptrace headers, while SIPp calls it: codes, phrases, ends, times and counts are SIPp's own.  Then packets made here: two
# agents and a capture see one message, a key is asked for, TLS, a flood, strangers, an engine that dies.
. "$(dirname "$0")/lib.sh"
need_program
hepsend=$top_builddir/tests/e2e/hepsend
[ -x "$hepsend" ] || tap_skip_all "tests/e2e/hepsend is not built"
isolate "$@"
cd "$work" || exit 99
here=$top_srcdir/tests/e2e/sipp
each=5
codes='404 480 486 503 603 200'
{
	echo SEQUENTIAL
	for i in $(seq "$each"); do
		for c in $codes; do echo "$c;"; done
	done
} >calls.csv
calls=$((each * 6))

udp_bound() {
	[ "$(free_udp_port "$1")" != "$1" ]
}
listens() { # listens udp|tcp PORT
	if [ "$1" = udp ]; then udp_bound "$2"; else
		awk -v p="$(printf ':%04X' "$2")" 'substr($2, length($2) - 4) == p && $4 == "0A" { f = 1 } END { exit !f }' /proc/net/tcp
	fi
}
j() {
	jq -c "$1" report.json
}
# start CARRIER PORT ARG...: the program, as a user who may do nothing when we are root.
start() {
	start_carrier=$1
	start_port=$2
	shift 2
	"$@" --json=report --events >report.json 2>report.err &
	pid=$!
	background $pid
	wait_for 10 listens "$start_carrier" "$start_port"
}
as_nobody=
[ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null || as_nobody="setpriv --reuid=nobody --regid=nogroup --clear-groups"
finish() { # finish NAME PORT
	wait_for 10 heard $pid "$2"
	kill -INT $pid
	wait $pid
	is "$1: ends with 0" "$?: $(cat report.err)" "0: "
	is "$1: all is accounted for" "$(unbalanced report.json)" ""
}

# kamailio PORT TRACE TRACING: one that answers, and shows what it sees.
kamailio_start() {
	sed -e "s|^TRACE\$|$2|" -e "s|^\tTRACING\$|\t$3|" "$here/mirror.cfg" >kamailio.cfg
	rm -rf run
	mkdir run
	timeout $((120 * SLACK)) kamailio -f kamailio.cfg -l "udp:127.0.0.1:$1" -l "tcp:127.0.0.1:$1" -DD -E -w "$work" -Y "$work/run" -m 32 -M 4 \
		>kamailio.log 2>&1 &
	kamailio=$!
	background $kamailio
	wait_for 10 udp_bound "$1"
}
# It may answer before it shows that answer.
kamailio_end() {
	wait_for 10 quiet
	kill "$kamailio" && wait "$kamailio" 2>/dev/null
}
# call PORT CALLER: SIPp calls, and writes down each message with its time.
call() {
	rm -f short.csv
	timeout $((60 * SLACK)) sipp -sf "$here/uac.xml" -inf calls.csv -i 127.0.0.1 -p "$2" "127.0.0.1:$1" -m "$calls" -r 30 -nostdin \
		-trace_shortmsg -shortmessage_file short.csv >sipp.out 2>&1
}
# What SIPp knows: answers it got, by code; the failed calls.
truth_codes() {
	awk -F '\t' '$4 == "R" { split($7, w, " "); n[w[2]]++ } END { for (c in n) print c, n[c] }' short.csv | sort |
		jq -Rcn '[inputs | split(" ") | { (.[0]): (.[1] | tonumber) }] | add'
}
failed="[5,5,5,5,5]"
# late: seconds that the event farthest from SIPp's own time of that answer is off it.
late() {
	awk -F '\t' '$4 == "R" && $7 !~ /^SIP\/2.0 [12]/ { print $5, $3 }' short.csv >times
	jq -r '.events[] | .call_id + " " + ((.t[0:19] + "Z" | fromdateiso8601) + (.t[19:26] | tonumber) | tostring)' report.json |
		awk 'NR == FNR { t[$1] = $2; next } { d = $2 - t[$1]; if (d < 0) d = -d; if (d > most) most = d } END { print most + 0 }' times -
}

# mirrored NAME CARRIER TRACE TRACING SIDES: Kamailio, SIPp and we.  SIDES: true when the mirror tells both ends.
port=$(free_udp_port 15260)
mirrored() {
	port=$(free_udp_port $((port + 3)))
	caller=$((port + 1))
	mirror=$((port + 2))
	if ! start "$2" $mirror $as_nobody "$SIPWHY" -N -L "$2:127.0.0.1:$mirror"; then
		ok 1 "$1: it listens" "$(cat report.err)"
		return
	fi
	why=$(packet_sockets $pid)
	[ -z "$why" ] && [ $((0x$(status_of $pid CapEff))) -eq 0 ]
	ok $? "$1: neither a capture device nor a right is needed" "$why"
	kamailio_start "$port" "${3//MIRROR/$mirror}" "$4"
	ok $? "$1: Kamailio is up" "$(tail -n 5 kamailio.log)"
	call "$port" "$caller"
	is "$1: SIPp made $calls calls" "$?" 0
	kamailio_end
	finish "$1" "$mirror"
	is "$1: answers by code are SIPp's" "$(j .codes)" "$(truth_codes)"
	is "$1: each failed call is one" "$(j '.failures | to_entries | map(.value)')" "$failed"
	is "$1: attempts" "$(j '.attempts.INVITE | [.total, .ok, .failed]')" "[$calls,$each,$((calls - each))]"
	is "$1: phrases" "$(j '[.events[] | [.code, .phrase]] | unique')" \
		'[[404,"Not Found"],[480,"Gone fishing"],[486,"Busy Here"],[503,"Service Unavailable"],[603,"Decline"]]'
	is "$1: transport" "$(j '[.events[].transport] | unique')" '["udp"]'
	if "$5"; then
		is "$1: the ends are those of the call, not ours" "$(j '[.events[] | [.src, .dst]] | unique')" "[[\"127.0.0.1:$port\",\"127.0.0.1:$caller\"]]"
	else
		is "$1: no end is ours" "$(j "[.events[] | .src, .dst | select(endswith(\":$mirror\"))]")" '[]'
	fi
	late=$(late)
	ok "$(awk -v l="$late" -v most="$SLACK" 'BEGIN { exit !(l < most) }'; echo $?)" "$1: times are those of the messages" "$late s off"
}
hep='modparam("siptrace", "trace_mode", 1)\nmodparam("siptrace", "hep_mode_on", 1)\nmodparam("siptrace", "hep_capture_id", 234)\n'
to='modparam("siptrace", "duplicate_uri", "sip:127.0.0.1:MIRROR'
if command -v kamailio >/dev/null && command -v sipp >/dev/null && [ -n "$(find /usr/lib -name siptrace.so 2>/dev/null | head -1)" ]; then
	mirrored "HEP 3" udp "${hep}modparam(\"siptrace\", \"hep_version\", 3)\n$to\")" ';' true
	is "HEP 3: the agent is shown" "$(j '[.events[].tap] | unique')" '["234"]'
	is "HEP 3: every packet is one" "$(j '.sources[0] | [.frames, .verdicts.sip] | unique | length')" 1
	mirrored "HEP 2" udp "${hep}modparam(\"siptrace\", \"hep_version\", 2)\n$to\")" ';' true
	is "HEP 2: the agent is shown" "$(j '[.events[].tap] | unique')" '["234"]'
	mirrored "HEP 3 over TCP" tcp "${hep}modparam(\"siptrace\", \"hep_version\", 3)\n$to;transport=tcp\")" ';' true
	mirrored "copies with X-Siptrace" udp \
		"modparam(\"siptrace\", \"xheaders_write\", 1)\nmodparam(\"siptrace\", \"trace_flag\", 22)\n$to\")" 'setflag(22); sip_trace();' true
	is "copies: who sent them is shown" "$(j '[.events[].tap | split(":")[0]] | unique')" '["127.0.0.1"]'
	mirrored "plain copies" udp "modparam(\"siptrace\", \"trace_mode\", 4)\n$to\")" ';' false
	mirrored "plain copies over TCP" tcp "modparam(\"siptrace\", \"trace_mode\", 4)\n$to;transport=tcp\")" ';' false
	# Two mirrors and a capture of the same: one message each, seen thrice.  The second agent is a relay of ours.
	if can_capture && [ "$SIPWHY_E2E_ISOLATED" = yes ]; then
		port=$(free_udp_port $((port + 3)))
		caller=$((port + 1))
		mirror=$((port + 2))
		start udp $mirror "$SIPWHY" -N -d lo -L "udp:127.0.0.1:$mirror"
		wait_for 5 capturing $pid
		"$SIPWHY" -N -d lo -H "udp:127.0.0.1:$mirror" --hep-id 7 >relay.out 2>&1 &
		relay=$!
		background $relay
		wait_for 5 capturing $relay
		kamailio_start "$port" "${hep}modparam(\"siptrace\", \"hep_version\", 3)\n${to//MIRROR/$mirror}\")" ';'
		call "$port" "$caller"
		is "mirror and capture: SIPp made $calls calls" "$?" 0
		kamailio_end
		wait_for 10 heard "$relay" "$mirror"
		kill -INT "$relay" && wait "$relay"
		finish "two mirrors and a capture" "$mirror"
		is "two mirrors and a capture: each failed call is one" "$(j '.failures | to_entries | map(.value)')" "$failed"
		is "two mirrors and a capture: each message was seen thrice" \
			"$(j '[.messages.copies * 3 == .messages.total * 2, .messages.retransmissions]')" "[true,0]"
		is "two mirrors and a capture: so was each answer" "$(j '[.events[].copies] | unique')" '[2]'
		is "two mirrors and a capture: HEP on the wire is left alone" "$(j '.sources[0].hep_left == .sources[1].frames')" true
	else
		skip "two mirrors and a capture" "no right to capture on a lo of our own"
	fi
else
	skip "Kamailio and SIPp" "they are not here"
fi

# Two agents see each message.
port=$(free_udp_port $((port + 3)))
start udp "$port" $as_nobody "$SIPWHY" -N -L "udp:$port" -L "tcp:$port" --tzsp "udp:$((port + 1))"
ok $? "three listeners at once" "$(cat report.err)"
"$hepsend" udp "$port" 20 200 2 2>sent
finish "two agents" "$port"
is "two agents: one message, seen twice" "$(j '[.messages.total, .messages.copies, .failures."486"]') $(cat sent)" '[80,40,20] 80'
is "two agents: the first one is told" "$(j '[.events[] | [.tap, .copies]] | unique')" '[["edge-1",1]]'
is "two agents: sources" "$(j '[.sources[] | [.kind, .frames]]')" '[["mirror",80],["mirror",0],["tzsp",0]]'

# Frames in TZSP.
start udp "$port" $as_nobody "$SIPWHY" -N --tzsp "udp:$port"
"$hepsend" tzsp "$port" 20 200 2>/dev/null
finish "TZSP" "$port"
is "TZSP: all of it" "$(j '[.messages.total, .failures."486", .sources[0].kind, .sources[0].frames]')" '[40,20,"tzsp",40]'
is "TZSP: the ends are those of the call" "$(j '[.events[] | [.src, .dst]] | unique')" '[["198.51.100.7:5060","192.0.2.1:5060"]]'

# A key, of a file that nobody else reads.
printf 'tell-me\n' >key
chmod 600 key
start udp "$port" "$SIPWHY" -N -L "udp:127.0.0.1:$port" --hep-key key
"$hepsend" udp "$port" 5 200 1 tell-me 2>/dev/null
"$hepsend" udp "$port" 7 200 1 tell-mf 2>/dev/null
"$hepsend" udp "$port" 9 200 2>/dev/null
finish "key" "$port"
is "key: with it alone" "$(j '[.messages.total, .sources[0].drops.key, .sources[0].verdicts.dropped]')" '[10,32,32]'
chmod 644 key
"$SIPWHY" -N -L "udp:127.0.0.1:$port" --hep-key key --duration 1 >out 2>&1
is "key: a file that others read is refused" "$? $(grep -c 'can be read or changed by others: chmod 600' out)" "1 1"

# TLS, with a certificate of ours; a stranger who brings none is turned away where one is asked for.
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.pem -days 2 -subj /CN=pbx >/dev/null 2>&1
	start tcp "$port" "$SIPWHY" -N -L "tls:127.0.0.1:$port" --tls-cert tls.pem --tls-key tls.key
	ok $? "TLS: it listens" "$(cat report.err)"
	{ "$hepsend" - 0 30 2>/dev/null; sleep 1; } | openssl s_client -connect "127.0.0.1:$port" -quiet -no_ign_eof >/dev/null 2>&1
	"$hepsend" tcp "$port" 3 2>/dev/null
	finish "TLS" "$port"
	is "TLS: all of it" "$(j '[.messages.total, .failures."486", .sources[0].receiver.connected]')" '[60,30,2]'
	start tcp "$port" "$SIPWHY" -N -L "tls:127.0.0.1:$port" --tls-cert tls.pem --tls-key tls.key --tls-ca tls.pem
	{ "$hepsend" - 0 30 2>/dev/null; sleep 1; } | openssl s_client -connect "127.0.0.1:$port" -quiet -no_ign_eof >/dev/null 2>&1
	{ "$hepsend" - 0 10 2>/dev/null; sleep 1; } |
		openssl s_client -connect "127.0.0.1:$port" -cert tls.pem -key tls.key -quiet -no_ign_eof >/dev/null 2>&1
	finish "TLS with certificates" "$port"
	is "TLS with certificates: who has none is turned away" "$(j '[.messages.total, .sources[0].receiver.closed > 0]')" '[20,true]'
else
	skip "TLS" "no openssl here"
fi

# More than can be read from a small buffer: read and dropped are what was sent, to the last one.
start udp "$port" $as_nobody "$SIPWHY" -N -L "udp:127.0.0.1:$port" -B 1
ok $? "flood: it listens" "$(cat report.err)"
kill -STOP $pid
"$hepsend" udp "$port" 20000 2>sent
kill -CONT $pid
"$hepsend" udp "$port" 20000 2>>sent
finish "flood" "$port"
is "flood: read and dropped are what was sent" "$(j '.sources[0] | .frames + .drops.kernel')" "$(awk '{ n += $1 } END { print n }' sent)"
ok "$(j '.sources[0] | .drops.kernel > 0 and .buffer <= 1048576 and .buffer > 0' | grep -q true; echo $?)" \
	"flood: drops and the buffer that was granted are told" "$(j '.sources[0]')"

# Strangers.
"$SIPWHY" -N -L "udp:0.0.0.0:$port" --duration 1 >out 2>&1
is "a listener on every address wants to know who may send" "$? $(grep -c -- '--allow' out)" "1 1"
start udp "$port" "$SIPWHY" -N -L "udp:0.0.0.0:$port" --allow 192.0.2.0/24
"$hepsend" udp "$port" 5 200 2>/dev/null
finish "strangers" "$port"
is "strangers: all are turned away, and counted" "$(j '[.sources[0].frames, .sources[0].receiver.refused]')" '[0,10]'

# On the screen; and an engine that dies has a successor that listens again.
if command -v tmux >/dev/null; then
	tm new-session -d -s s -x 140 -y 40 "env -u NO_COLOR LC_ALL=C.UTF-8 '$SIPWHY' -F -L udp:127.0.0.1:$port"
	wait_for 10 listens udp "$port" && wait_for 10 shows s LIVE
	"$hepsend" udp "$port" 10 200 2>/dev/null
	tm send-keys -t s 6
	wait_for 5 shows s "udp:127.0.0.1:$port +mirror +ok +20 "
	ok $? "the screen tells the listener's figures" "$(screen s)"
	wait_for 5 shows s 'Buffer +[0-9,]+ [KM]iB in the kernel'
	ok $? "the screen tells the buffer that was granted" "$(screen s)"
	supervisor=$(tm display-message -p -t s '#{pane_pid}')
	engine=$(engine_of "$supervisor")
	kill -KILL "$engine"
	new_engine() {
		[ -n "$(engine_of "$supervisor")" ] && [ "$(engine_of "$supervisor")" != "$engine" ] && listens udp "$port"
	}
	wait_for 10 new_engine
	ok $? "another engine listens there again" "$(screen s)"
	"$hepsend" udp "$port" 10 200 2>/dev/null
	wait_for 5 shows s "udp:127.0.0.1:$port +mirror +ok +40 "
	ok $? "and its figures go on" "$(screen s)"
	tm send-keys -t s 2
	wait_for 5 shows s 'Events +sort time.* 486 '
	tm send-keys -t s Enter
	wait_for 5 shows s 'Event [0-9]+ of'
	tm send-keys -t s End
	wait_for 5 shows s 'Seen by +edge-1'
	ok $? "an event tells who saw it" "$(screen s)"
else
	skip "the screen" "no tmux here"
fi
tap_done
