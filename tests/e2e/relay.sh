#!/bin/bash
# relay - what is seen goes on to a HOMER as HEP (-H): to a second sipwhy, which must count the same; over udp, tcp and tls; with
# a collector that is away, comes late, is killed and started again, or reads nothing; never back to ourselves.
. "$(dirname "$0")/lib.sh"
need_program
isolate "$@"
cd "$work" || exit 99
captures=$SIPWHY_SHARED/samples/captures
codes=$captures/made/all_codes.pcap
[ -r "$codes" ] || tap_skip_all "no samples at $captures"
port=$(free_udp_port 19060)
tap_port=$((port + 1))

# collect NAME WHERE [OPTION...]: a second sipwhy that listens.
collect() {
	name=$1
	shift
	"$SIPWHY" -N --json=report -L "$@" >"$name.json" 2>"$name.err" &
	pid=$!
	background $pid
	wait_for 10 listening "$port" || ok 1 "$name: it listens" "$(cat "$name.err")"
}
# listening PORT: somebody has it, udp or tcp.
listening() {
	awk -v p="$(printf ':%04X' "$1")" 'FNR > 1 && substr($2, length($2) - 4) == p && ($4 == "07" || $4 == "0A") { f = 1 } END { exit !f }' \
		/proc/net/udp /proc/net/udp6 /proc/net/tcp /proc/net/tcp6
}
# finish NAME PID: INT, once it has read what is there.
finish() {
	wait_for 10 heard "$2" "$port"
	kill -INT "$2"
	wait "$2"
	is "$1: ends with 0" "$?" 0
}
counted() { # counted FILE: messages without copies, and codes
	jq -c '[.messages.total - .messages.copies, .codes]' "$1"
}
sent() {
	jq -c '.hep_send | [.messages, .sent, ([.drops[]] | add)]' "$1"
}

# Over each carrier and family: what is counted here is counted there.
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 -subj /CN=localhost \
		-addext 'subjectAltName=IP:127.0.0.1,DNS:localhost' 2>/dev/null
	openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -days 30 -subj /CN=other 2>/dev/null
	chmod 600 key.pem
fi
for where in "udp:127.0.0.1:$port" "udp:[::1]:$port" "tcp:127.0.0.1:$port" "tcp:[::1]:$port" "tls:127.0.0.1:$port"; do
	case $where in
	*::1*) [ -e /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6 || { skip "$where" "no IPv6 here"; continue; } ;;
	tls:*) [ -s cert.pem ] || { skip "$where" "no openssl here"; continue; } ;;
	esac
	case $where in
	tls:*) collect there "$where" --tls-cert cert.pem --tls-key key.pem ;;
	*) collect there "$where" ;;
	esac
	case $where in
	tls:*) set -- --hep-ca cert.pem ;;
	*) set -- ;;
	esac
	"$SIPWHY" -N -I "$codes" -H "$where" "$@" --json=report >here.json 2>here.err
	is "$where: the sender ends with 0" "$? $(cat here.err)" "0 "
	finish "$where" $pid
	is "$where: all 85 are sent" "$(sent here.json)" '[85,85,0]'
	is "$where: they count the same there" "$(counted there.json)" "$(counted here.json)"
	is "$where: all is accounted for there" "$(unbalanced there.json)" ""
done

# Copies are sent once: of a capture that holds each packet twice half goes.
if [ -r "$captures/made/any_duplicates.pcap" ]; then
	collect there "udp:127.0.0.1:$port"
	"$SIPWHY" -N -I "$captures/made/any_duplicates.pcap" -H "udp:127.0.0.1:$port" --json=report >here.json
	finish copies $pid
	is "copies are not sent again" "$(jq '.hep_send.sent' here.json)" "$(jq '.messages.total - .messages.copies' here.json)"
fi

# To a stranger that reads HEP.  It wants whole calls.
calls=$captures/sipnab-b2bua-asterisk.pcapng
if command -v sngrep >/dev/null && [ -r "$calls" ]; then
	TERM=xterm sngrep -N -L "udp:127.0.0.1:$port" -O sngrep.pcap >/dev/null 2>&1 &
	pid=$!
	background $pid
	wait_for 10 listening "$port"
	"$SIPWHY" -N -I "$calls" -H "udp:127.0.0.1:$port" --json=report >here.json
	wait_for 10 drained "$port"
	sleep "$SLACK"
	kill -INT $pid
	wait $pid
	"$SIPWHY" -N -I sngrep.pcap --json=report >there.json
	is "sngrep writes what was sent" "$(jq .messages.total there.json)" "$(jq .hep_send.sent here.json)"
else
	skip "sngrep writes what was sent" "no sngrep here"
fi

# The text report tells it; so does -q when something is lost.
"$SIPWHY" -N -q -I "$codes" -H "tcp:127.0.0.1:$port" >here.txt 2>here.err
like "nobody there: the report tells what was left out" here.txt '^    not-connected 85, broken connections [0-9]+$'
like "nobody there: and it is said" here.err "^sipwhy: sending HEP to tcp:127\.0\.0\.1:$port: no connection: Connection refused"
if [ -s other.pem ]; then
	collect there "tls:127.0.0.1:$port" --tls-cert cert.pem --tls-key key.pem
	"$SIPWHY" -N -I "$codes" -H "tls:127.0.0.1:$port" --hep-ca other.pem --json=report >here.json 2>here.err
	finish stranger $pid
	is "tls to a stranger: nothing is sent" "$(sent here.json)" '[85,0,85]'
	like "tls to a stranger: and it is said" here.err 'certificate verify failed'
fi

# Over tcp, the collector killed and started again.  The relay is sealed by then, and lives on mirrored messages.
# Its records tell what it has read so far.
collect one "tcp:127.0.0.1:$port" --json
first=$pid
"$SIPWHY" -N -L "udp:127.0.0.1:$tap_port" -H "tcp:127.0.0.1:$port" --json=report >relay.json 2>relay.err &
relay=$!
background $relay
wait_for 10 listening $tap_port
feed() {
	"$SIPWHY" -N -I "$1" -H "udp:127.0.0.1:$tap_port" --json=report >fed.json
}
feed "$codes"
has_all() {
	[ "$(jq -c 'select(.type == "tick" and .sources != null) | .sources[0].frames' one.json | tail -n 1)" = 85 ]
}
wait_for 10 has_all
kill -KILL $first
wait $first 2>/dev/null
wait_for 5 grep -q 'connection broke' relay.err
ok $? "killed: the relay says so" "$(cat relay.err)"
feed "$calls"
fed=$(jq .hep_send.sent fed.json)
collect two "tcp:127.0.0.1:$port"
wait_for 10 grep -q ': connected' relay.err
ok $? "started again: the relay connects again" "$(cat relay.err)"
wait_for 10 heard $relay "$port" "$tap_port"
kill -INT $relay
wait $relay
finish "started again" $pid
is "started again: nothing is lost in between" "$(jq -c '.hep_send | [.sent == .messages, .connects, .broken]' relay.json)" '[true,2,1]'
is "started again: what waited is counted there" "$(jq '.sources[0].frames' two.json)" "$(($(jq .hep_send.sent relay.json) - 85))"
ok "$([ "$fed" -gt 0 ]; echo $?)" "started again: there was something to wait" "$fed"

# A collector that takes connections and reads nothing: counting goes on (what happens when all is full is in sink/hep_test).
"$SIPWHY" -N -L "tcp:127.0.0.1:$port" --json=report >stopped.json 2>stopped.err &
stopped=$!
background $stopped
wait_for 10 listening "$port"
kill -STOP $stopped
"$SIPWHY" -N -L "udp:127.0.0.1:$tap_port" -H "tcp:127.0.0.1:$port" --json=report >relay.json 2>relay.err &
relay=$!
background $relay
wait_for 10 listening $tap_port
feed "$codes"
wait_for 10 heard $relay "$tap_port"
kill -INT $relay
wait $relay
is "stopped: the relay counted all the same" "$? $(jq -c '.messages.total' relay.json)" "0 85"
is "stopped: sent and lost add up" "$(jq -c '.hep_send | .messages == .sent + ([.drops[]] | add)' relay.json)" true
kill -CONT $stopped
finish stopped $stopped
is "stopped: what was sent is read when it goes on" "$(jq '.sources[0].frames' stopped.json)" "$(jq .hep_send.sent relay.json)"

# Never back to ourselves.
for where in "udp:127.0.0.1:$port" "udp:localhost:$port"; do
	"$SIPWHY" -N -L "udp:$port" -H "$where" --duration 1 >/dev/null 2>loop.err
	is "$where: refused where we listen" "$? $(grep -c 'where this sipwhy itself listens' loop.err)" "1 1"
done
"$SIPWHY" -N -L "udp:0.0.0.0:$port" --allow any -H "udp:127.0.0.1:$port" --duration 1 >/dev/null 2>loop.err
is "refused where we listen on all addresses" "$? $(grep -c 'where this sipwhy itself listens' loop.err)" "1 1"
if can_capture; then
	collect there "udp:127.0.0.1:$port"
	"$SIPWHY" -N -d lo -E -L "udp:127.0.0.1:$tap_port" -H "udp:127.0.0.1:$port" --json=report >here.json 2>here.err &
	relay=$!
	background $relay
	wait_for 10 listening $tap_port && wait_for 10 capturing $relay
	feed "$codes"
	wait_for 10 heard $relay "$port" "$tap_port"
	kill -INT $relay
	wait $relay
	finish "own packets" $pid
	is "own packets in the capture are not sent again" "$(sent here.json)" '[85,85,0]'
	is "own packets in the capture are not counted" "$(jq -c '[.messages.total, .messages.copies, (.sources[0].verdicts.filtered > 0)]' here.json)" '[85,0,true]'
fi

# Words that make no sense.
for args in "-H udp:9060" "-H tls:127.0.0.1" "-H udp:127.0.0.1 --hep-ca cert.pem" "--hep-id 7" "-H udp:127.0.0.1 --hep-id -1"; do
	# shellcheck disable=SC2086
	"$SIPWHY" -N -I "$codes" $args >/dev/null 2>usage.err
	is "$args: a usage error" "$?" 2
done
tap_done
