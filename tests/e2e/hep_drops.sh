#!/bin/bash
# hep_drops - more than can be read: of what was sent, each message is counted or is among the drops that are told, for HEP over
# UDP and for a capture on lo, also when nothing comes behind the drops.  Takes about 10 s.
. "$(dirname "$0")/lib.sh"
need_program
mirrorsend=$top_builddir/tests/bench/mirrorsend
ptybench=$top_builddir/tests/bench/ptybench
[ -x "$mirrorsend" ] && [ -x "$ptybench" ] || tap_skip_all "no tests/bench/mirrorsend or ptybench (make check builds them)"
can_capture || tap_skip_all "no right to capture on lo (run as root)"
isolate "$@"
[ "$SIPWHY_E2E_ISOLATED" = yes ] || tap_skip_all "no right to a network namespace"
cd "$work" || exit 99
port=$(free_udp_port 15860)

listens() {
	[ -n "$(awk -v p="$(printf ':%04X' "$port")" 'substr($2, length($2) - 4) == p' /proc/net/udp)" ]
}
# told: the newest tick's frames and drops.
told() {
	jq -c 'select(.type == "tick" and .sources != null) | .sources[0] | [.frames, .drops.kernel // 0]' records 2>/dev/null | tail -1
}
all_told() {
	[ "$(told | jq add)" = "$(jq .sent sent)" ]
}
drops() {
	[ "$(told | jq '.[1]')" -gt 0 ]
}

# Nobody reads while a second's worth is sent; nothing comes behind it.
asleep() { # asleep KIND OPTION...
	asleep_kind=$1
	shift
	"$SIPWHY" -N "$@" --json >records 2>err &
	pid=$!
	background $pid
	case $asleep_kind in
	hep) wait_for 10 listens ;;
	sip) wait_for 10 capturing $pid ;;
	esac
	ok $? "$asleep_kind: it is ready" "$(cat err)"
	kill -STOP $pid
	"$mirrorsend" "$asleep_kind" "$port" 30000 1 >sent
	kill -CONT $pid
	wait_for 2 all_told
	ok $? "$asleep_kind: soon all that was sent is told, as read or as lost" "sent $(cat sent), told $(told)"
	drops
	ok $? "$asleep_kind: some of it was lost" "$(told)"
	kill -INT $pid
	wait $pid
	is "$asleep_kind: ends with 0, and says the same at the end" "$? $(told | jq add)" "0 $(jq .sent sent)"
}
asleep hep -L "udp:127.0.0.1:$port" -B 1
asleep sip -d lo -B 1 "udp port $port"

# On the screen, while more comes than goes in.
loud() { # loud KIND OPTION...
	loud_kind=$1
	shift
	TERM=xterm-256color "$ptybench" 40x140 until:loss "type:6" "start:exec '$mirrorsend' $loud_kind $port 0 2 >sent" until:LOSS \
		read:$((3 * SLACK)) show: -- "$SIPWHY" -F "$@" >steps 2>&1
	ms=$(sed -n "s/^until text='LOSS'.* since_key=\([0-9]*\).*/\1/p" steps)
	ok "$([ "${ms:-99999}" -le $((1000 * SLACK)) ]; echo $?)" "$loud_kind: the first loss is on the screen within a second" "$ms ms"
	figures=$(awk '$1 == "#|" && ($2 == "Packets" || ($2 == "Lost" && /in the kernel/)) { gsub(/,/, "", $3); n += $3 } END { print n }' steps)
	is "$loud_kind: the screen accounts for all that was sent" "$figures" "$(jq .sent sent)"
}
loud hep -L "udp:127.0.0.1:$port" -B 1
loud sip -d lo -B 1 "udp port $port"
tap_done
