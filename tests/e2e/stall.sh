#!/bin/sh
# stall - the terminal stops reading for ten seconds while answers flow: none is lost, and the screen is right a second after it
# reads again (design 2: a stalled session never blocks capture).  Takes about 16 s.
. "$(dirname "$0")/lib.sh"
need_program
need tmux
can_capture || tap_skip_all "no right to capture on lo (run as root)"
ptystall=${PTYSTALL:-$top_builddir/tests/e2e/ptystall}
udpsend=${UDPSEND:-$top_builddir/tests/e2e/udpsend}
[ -x "$ptystall" ] && [ -x "$udpsend" ] || tap_skip_all "no tests/e2e/ptystall or udpsend (make check builds them)"
isolate "$@"

cd "$work" || exit 99
stall_s=${SIPWHY_E2E_STALL:-10}
# The sender has some time to come up and to be late.
send_s=$((stall_s - 2))
stall_s=$((send_s + 2 * SLACK))
rate=${SIPWHY_E2E_RATE:-2000}
port=$(free_udp_port 15060)
export TERM=xterm-256color

# stall_show BYTES ROWSxCOLS: what a terminal shows that was given these bytes.
stall_show() {
	rows=${2%x*}
	tm kill-session -t show 2>/dev/null
	rm -f "$work/shown"
	tm new-session -d -s show -x "${2#*x}" -y "$rows" "stty -opost -echo; cat '$1'; touch '$work/shown'; exec cat"
	wait_for 5 test -e "$work/shown"
	# What was written is drawn a little later.
	stall_drawn() {
		screen show >"$work/drawn"
		sleep 0.2
		[ "$(screen show)" = "$(cat "$work/drawn")" ]
	}
	wait_for 5 stall_drawn
	cat "$work/drawn"
}

"$ptystall" 24x80 until:LIVE read:0.5 "stall:$stall_s" "read:$SLACK" "save:$work/after" send:qy end:3 \
	-- "$SIPWHY" -d lo >steps 2>&1 &
pty=$!
background $pty
stepped() {
	grep -q "$1" steps
}
if ! wait_for 20 stepped '^done read:0.5'; then
	ok 1 "the screen comes up" "$(cat steps)"
	tap_done
fi
ok 0 "the screen comes up"
"$udpsend" "$port" "$rate" "$send_s" 404 486 503 200 >sent
is "the sender sent all while nobody read the terminal" "$? $(grep -c 'done stall' steps)" "0 0"
wait $pty
is "the program went on and ended by q with 0" "$(tail -1 steps)" "exit 0"

stall_show "$work/after" 24x80 >screen
sed 's/^/# /' screen
for code in 2xx:200 5xx:503; do
	is "${code%:*} is exact a second after the stall" "$(class_total screen "${code%:*}")" \
		"$(awk -v c="${code#*:}" '$1 == c { print $2 }' sent)"
done
is "4xx is exact a second after the stall" "$(class_total screen 4xx)" "$(awk '$1 == 404 || $1 == 486 { n += $2 } END { print n }' sent)"
tap_done
