#!/bin/bash
# budget - bytes to the terminal and CPU within what slow lines bear (research: 19,200 baud), and a terminal that goes away, is
# resized a thousand times in a second, or is given back for a while by ^Z.  Takes about 60 s.
. "$(dirname "$0")/lib.sh"
need_program
need tmux
ptystall=${PTYSTALL:-$top_builddir/tests/e2e/ptystall}
udpsend=${UDPSEND:-$top_builddir/tests/e2e/udpsend}
[ -x "$ptystall" ] && [ -x "$udpsend" ] || tap_skip_all "no tests/e2e/ptystall or udpsend (make check builds them)"
can_capture && isolate "$@"

cd "$work" || exit 99
export TERM=xterm-256color
unset NO_COLOR COLORFGBG

# bytes STEP: those of this step in the file steps.
bytes() {
	awk -v s="$1" '$2 == s && $1 == "done" { print $3; exit }' steps
}

# most NAME NUMBER MAX: a number is there and at most so large.
most() {
	ok "$([ -n "$2" ] && [ "$2" -le "$3" ]; echo $?)" "$1: ${2:-none}, at most $3" "$(cat steps)"
}

# The first paint is the first second's: the demo's second paint comes later, and costs as one.
for size in 24x80:4000 40x140:9000; do
	"$ptystall" "${size%:*}" read:0.9 send:qy end:5 -- "$SIPWHY" --demo >steps 2>&1
	most "first paint of ${size%:*}" "$(bytes read:0.9)" "${size#*:}"
	is "${size%:*}: it ends by q with 0" "$(tail -1 steps)" "exit 0"
done
"$ptystall" 24x80 read:2 read:10 send:qy end:5 -- "$SIPWHY" --demo >steps 2>&1
most "bytes in ten seconds of the demo" "$(bytes read:10)" 20000

# cpu_ms PID: what it used so far, in milliseconds.
cpu_ms() {
	awk '{ print int($1 / 1000000) }' "/proc/$1/schedstat"
}

# console_of PID: of its children the one that has the terminal.
console_of() {
	for p in $(pgrep -P "$1"); do
		[ "$(readlink "/proc/$p/fd/1")" = "$(readlink "/proc/$1/fd/1")" ] && case $(readlink "/proc/$p/fd/0") in /dev/null) ;; *) echo "$p" ;; esac
	done | head -1
}

if can_capture; then
	port=$(free_udp_port 15060)
	"$ptystall" 24x80 until:LIVE read:18 read:10.5 read:8 send:qy end:5 -- "$SIPWHY" -d lo >steps 2>&1 &
	pty=$!
	background $pty
	stepped() {
		grep -q "^done $1" steps
	}
	if wait_for 60 stepped read:18; then
		console=$(console_of "$(sed -n 's/^pid //p' steps)")
		before=$(cpu_ms "$console")
		sleep 10
		spent=$(($(cpu_ms "$console") - before))
		# A busy machine does the same in more time.
		ok "$([ $spent -le $((${SIPWHY_E2E_IDLE_MS:-20} * SLACK)) ]; echo $?)" "the console's CPU in ten idle seconds is at most 20 ms" "$spent ms"
		wait_for 5 stepped read:10.5
		"$udpsend" "$port" 50 9 404 486 503 >sent
	fi
	wait $pty
	# A minute may begin within (44 bytes), and the sentence that says for how many tens of seconds nothing came moves
	# twice at most (23 each): that is all.
	most "bytes in ten idle seconds" "$(bytes read:10.5)" 90
	most "bytes in eight seconds of 50 errors a second" "$(bytes read:8)" 16000
	is "they were seen" "$([ "$(bytes read:8)" -gt 800 ]; echo $?)" 0
	is "and it ends by q" "$(tail -1 steps)" "exit 0"
else
	echo "# no right to capture on lo: idle bytes and CPU are not measured"
fi

# Whichever way the terminal goes: within a second, with 0, and no process left.
leave() {
	name=$1
	shift
	"$ptystall" 24x80 until:LIVE read:0.5 "$@" -- "$SIPWHY" --demo >steps 2>&1
	is "$name: gone within a second" "$(tail -1 steps)" "exit 0"
}
leave "hang-up" hangup: end:1
leave "hang-up while it draws" send:2 hangup: end:1
leave "^C" send:"$(printf '\003')" end:1
for sig in HUP TERM; do
	# The steps of the one before would be taken for its own.
	rm -f steps
	"$ptystall" 24x80 until:LIVE read:0.5 end:5 -- "$SIPWHY" --demo >steps 2>&1 &
	pty=$!
	background $pty
	drawn() {
		grep -q "^done read" steps
	}
	wait_for 5 drawn
	began=$(date +%s%N)
	kill -$sig "$(sed -n 's/^pid //p' steps)"
	wait $pty
	is "SIG$sig: ends with 0" "$(tail -1 steps)" "exit 0"
	ms=$((($(date +%s%N) - began) / 1000000))
	ok "$([ $ms -lt $((1000 * SLACK)) ]; echo $?)" "SIG$sig: within a second" "$ms ms"
done

# Sizes from 1x1 to 200x500; afterwards the screen is whole again.
"$ptystall" 24x80 until:LIVE resize:1000 read:1.5 send:qy end:5 -- "$SIPWHY" --demo >steps 2>&1
is "1,000 sizes in a second" "$(tail -1 steps)" "exit 0"
# 10 full paints, of at most 200x500.
most "bytes for 1,000 sizes" "$(bytes resize:1000)" 2000000

# ^Z in a shell: the terminal comes back as it was, the shell has its prompt; fg repaints.
tm new-session -d -s job -x 80 -y 24 "env -u NO_COLOR LC_ALL=C.UTF-8 PS1='ready> ' bash --norc -i"
sees() {
	wait_for 5 shows job "$2"
	ok $? "$1" "wanted: $2
$(screen job)"
}
sees "a shell" '^ready>'
tm send-keys -t job "'$SIPWHY' --demo" Enter
sees "^Z: the screen is up" 'CLASS'
tm send-keys -t job C-z
sees "^Z: the shell says that it stopped" 'Stopped'
tm send-keys -t job 'stty -a | grep -o -- "-*icanon\|-*echo "; clear' Enter
tm send-keys -t job 'stty -a | tr " ;" "\n\n" | grep -Ex -- "-?(icanon|echo)" | tr "\n" "+"; echo' Enter
sees "^Z: the terminal is as it was" '^icanon\+echo\+'
is "^Z: first screen, cursor visible" "$(tm display-message -p -t job '#{alternate_on} #{cursor_flag}')" "0 1"
tm send-keys -t job fg Enter
sees "fg: it is painted again" 'CLASS'
is "fg: second screen" "$(tm display-message -p -t job '#{alternate_on}')" 1
tm send-keys -t job q y
sees "fg: it ends by q" '^ready> *$'
tm kill-session -t job
tap_done
