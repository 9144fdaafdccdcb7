#!/bin/bash
# receivers - hostile syslog senders: connections that never finish a frame, 10,000 connects, octet counts that lie, a line of
# a gigabyte, floods of NUL.  Limits hold, the good sender is served to its last message, and all of it is counted and shown.
. "$(dirname "$0")/lib.sh"
need_program
flood=$top_builddir/tests/e2e/flood
[ -x "$flood" ] || tap_skip_all "tests/e2e/flood is not built"
isolate "$@"
cd "$work" || exit 99
port=$(free_udp_port 15614)

listens() {
	awk -v p="$(printf ':%04X' "$port")" 'substr($2, length($2) - 4) == p && $4 == "0A" { f = 1 } END { exit !f }' /proc/net/tcp
}
not_listens() {
	! listens
}
connected() {
	awk -v p="$(printf ':%04X' "$port")" 'substr($2, length($2) - 4) == p && $4 == "01" { f = 1 } END { exit !f }' /proc/net/tcp
}
start() { # start [WHERE...]
	[ $# -gt 0 ] || set -- -S "tcp:127.0.0.1:$port"
	"$SIPWHY" -N "$@" --json=report >report.json 2>report.err &
	pid=$!
	background $pid
	wait_for 10 listens
}
# memory: the most that the receiver ever held, in MiB.
memory() {
	awk '$1 == "VmHWM:" { print int($2 / 1024) }' "/proc/$pid/status"
}
# cpu: ticks it has used.
cpu() {
	awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$pid/stat"
}
finish() { # finish NAME
	wait_for 10 heard $pid "$port"
	high=$(memory)
	kill -INT $pid
	wait $pid
	is "$1: ends with 0" "$?: $(cat report.err)" "0: "
	is "$1: all is accounted for" "$(unbalanced report.json)" ""
	[ "$SLACK" -gt 4 ] || ok "$([ "$high" -lt 64 ]; echo $?)" "$1: memory stays below 64 MiB" "$high MiB"
}
figure() {
	jq -r ".sources[0].log.$1" report.json
}
good() { # good N: a good sender, all of whose messages must arrive
	"$flood" frames "$port" "$1"
}

# Slowloris beside a good sender, which came first: one address may have so many connections and no more.
start
ok $? "it listens" "$(cat report.err)"
good 3000 >good.out &
g=$!
wait_for 5 connected
"$flood" slow "$port" 100 5
wait $g
is "slowloris: the good sender is served" "$(cat good.out)" 3000
finish slowloris
is "slowloris: each good message counts once" "$(jq -c '.codes' report.json)" '{"486":3000}'
ok "$([ "$(figure refused)" -gt 0 ]; echo $?)" "slowloris: what one address may not have is refused and counted" "$(jq -c .sources report.json)"

# 10,000 connects.
start
good 3000 >good.out &
g=$!
wait_for 5 connected
before=$(cpu)
is "connects: all were made" "$("$flood" connects "$port" 10000)" 10000
wait $g
wait_for 10 heard $pid "$port"
spent=$(($(cpu) - before))
rests() {
	a=$(cpu)
	sleep 1
	a=$(($(cpu) - a))
	[ $a -le 5 ]
}
[ "$SLACK" -gt 4 ] || ok "$(wait_for 3 rests; echo $?)" "connects: it does not spin afterwards" "$spent ticks during"
finish connects
is "connects: each good message counts once" "$(jq -c '.codes' report.json) $(cat good.out)" '{"486":3000} 3000'
is "connects: every one is counted" "$(($(figure connected) + $(figure refused)))" 10001

# Senders that break off right behind a message: each is heard, and none keeps its place.
start
sent=$("$flood" reset "$port" 150)
finish resets
is "resets: each message counts once" "$(jq -c '.codes' report.json)" "{\"486\":$sent}"
is "resets: nobody was refused" "$(figure refused) $sent" "0 150"

# More datagrams than can be read: what the kernel dropped is counted.
start -S "tcp:127.0.0.1:$port" -S "udp:127.0.0.1:$port"
sent=$("$flood" udp "$port" 200000)
finish datagrams
is "datagrams: read and dropped are what was sent" "$(jq '.sources[1] | .frames + .drops.kernel' report.json)" "$sent"
is "datagrams: what was read counts once" "$(jq '.codes."486"' report.json)" "$(jq '.sources[1].frames' report.json)"

# Unix sockets: datagrams and streams.
start -S "tcp:127.0.0.1:$port" -S "unix:$work/datagram" -S "unix-stream:$work/stream"
is "sockets: anybody may send" "$(stat -c %a datagram stream | tr '\n' ' ')" "666 666 "
if command -v logger >/dev/null; then
	line="NOTICE: acc [acc.c:288]: acc_log_request(): ACC: transaction answered: timestamp=1772532901;method=INVITE;from_tag=f;to_tag=t;call_id=unix;code=503;reason=Because"
	logger --socket "$work/datagram" -t kamailio "$line"
	logger --socket "$work/stream" -t kamailio "${line/unix;/stream;}"
	# The kernel shows nobody what waits in a unix socket.
	sleep "$SLACK"
	finish sockets
	is "sockets: both are heard" "$(jq -c '.codes' report.json)" '{"503":2}'
else
	finish sockets
	skip "sockets: both are heard" "no logger here"
fi

# Counts that lie, each in a connection of its own, with good text before.
start
n=0
for lie in '0 x' '-5 <1>x' '18446744073709551616 <1>x' '99999999 <1>x' '007 <1>x' "$(printf '9%.0s' $(seq 10000)) x"; do
	n=$((n + 1))
	text="<134>1 2026-03-03T10:15:01Z p kamailio 7 - - NOTICE: acc [acc.c:288]: acc_log_request(): ACC: transaction answered: timestamp=1772532901;method=INVITE;from_tag=f;to_tag=t;call_id=lie-$n;code=503;reason=Busy"
	printf '%d %s%s' "${#text}" "$text" "$lie" | "$flood" raw "$port"
done
is "lies: the good sender is served" "$(good 100)" 100
finish lies
is "lies: what came before a lie counts" "$(jq -c '.codes' report.json)" "{\"486\":100,\"503\":$n}"
ok "$([ "$(figure bad_frames)" -ge 4 ]; echo $?)" "lies: framing that makes no sense is counted" "$(jq -c '.sources' report.json)"

# A gigabyte without a line feed; NULs.
start
"$flood" endless "$port" $((SLACK > 4 ? 64 : 1024)) 65 &
e=$!
is "endless: the good sender is served" "$(good 1000)" 1000
wait $e
"$flood" endless "$port" 64 0
"$flood" endless "$port" 64 10
finish endless
is "endless: each good message counts once" "$(jq -c '.codes' report.json)" '{"486":1000}'
ok "$([ "$(figure long_records)" -ge 1 ]; echo $?)" "endless: the long line is counted" "$(jq -c '.sources' report.json)"

# Senders that are turned away are told at once, though nothing else ever comes.
"$SIPWHY" -N -S "tcp:0.0.0.0:$port" --allow 192.0.2.0/24 --json >turned.json 2>turned.err &
pid=$!
background $pid
wait_for 10 listens && "$flood" connects "$port" 3 >/dev/null
wait_for 3 grep -q '"refused":3' turned.json
ok $? "turned away: the records tell it while nothing else comes" "$(cat turned.json turned.err)"
kill -INT $pid
wait $pid

# On the screen.
if command -v tmux >/dev/null; then
	tm new-session -d -s s -x 140 -y 40 "env -u NO_COLOR LC_ALL=C.UTF-8 '$SIPWHY' -S tcp:127.0.0.1:$port"
	wait_for 10 listens && wait_for 10 shows s LIVE
	"$flood" connects "$port" 300 >/dev/null
	printf '0 x' | "$flood" raw "$port"
	good 20 >/dev/null
	tm send-keys -t s 6
	wait_for 5 shows s 'refused'
	ok $? "the screen tells refused connections" "$(screen s)"
	wait_for 5 shows s 'framing'
	ok $? "the screen tells framing errors" "$(screen s)"
	tm kill-session -t s
	wait_for 5 not_listens
	tm new-session -d -s a -x 80 -y 24 "env -u NO_COLOR LC_ALL=C.UTF-8 '$SIPWHY' -S tcp:0.0.0.0:$port --allow 192.0.2.0/24"
	wait_for 10 listens && wait_for 10 shows a LIVE
	"$flood" connects "$port" 3 >/dev/null
	wait_for 3 shows a 'senders refused +3 '
	ok $? "the first screen tells who was turned away while nothing else comes" "$(screen a)"
	tm send-keys -t a 6
	wait_for 3 shows a '^ Refused +3 turned away'
	ok $? "so does the screen of sources" "$(screen a)"
	wait_for 3 shows a '^ Last of these +127\.0\.0\.1: not in --allow'
	ok $? "and who it was, and why" "$(screen a)"
else
	skip "the screen" "no tmux here"
fi
tap_done
