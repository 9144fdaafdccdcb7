#!/bin/bash
# first - a first start without rights: the screen with the words of the failure and five ways on, digits, another try, leaving;
# other failures and -N as ever.  Needs root, to be somebody else.
. "$(dirname "$0")/lib.sh"
need_program
need tmux setpriv
[ "$(id -u)" -eq 0 ] || tap_skip_all "only root can start it as somebody else"
isolate "$@"

cd "$work" || exit 99
cp "$SIPWHY" prog
chmod 755 prog
as="setpriv --reuid nobody --regid nogroup --clear-groups"

# sees NAME TARGET ERE: within three seconds.
sees() {
	wait_for 3 shows "$2" "$3"
	ok $? "$1" "wanted: $3
$(screen "$2")"
}

# run_as NAME COLSxROWS ARG...: as nobody, in a pane that shows the exit status afterwards.
run_as() {
	name=$1
	size=$2
	shift 2
	printf '%s\n' "$as '$work/prog' $*" 'echo "exit status $?"' 'exec tail -f /dev/null' >"run-$name"
	tm new-session -d -s "$name" -x "${size%x*}" -y "${size#*x}" "LC_ALL=C.UTF-8 HOME='$work' sh '$work/run-$name'"
}

# processes: those of our copy.
processes() {
	for processes_p in /proc/[0-9]*; do
		[ "$(readlink "$processes_p/exe" 2>/dev/null)" != "$work/prog" ] || echo "${processes_p#/proc/}"
	done
}

for size in 80x24 140x40; do
	t=first-$size
	run_as "$t" "$size" -d lo
	sees "$size: the screen says what was refused" "$t" 'capture on lo was refused'
	sees "$size: in the library's words" "$t" 'no right to capture on lo \(libpcap: '
	sees "$size: the state is no source" "$t" 'lo DOWN +NO SOURCE'
	wait_for 3 shows "$t" '--demo'
	screen "$t" >screen.txt
	for choice in 'setcap cap_net_raw' 'sudo sipwhy -d' '-L udp:' '--follow ' '--demo'; do
		is "$size: one choice is $choice" "$(grep -c -- "$choice" screen.txt)" 1
	done
	tm send-keys -t "$t" 3
	sees "$size: 3 says more about HEP" "$t" 'howto hep'
	tm send-keys -t "$t" 1
	sees "$size: 1 says more about the right" "$t" 'getcap'
	tm send-keys -t "$t" r
	sees "$size: r tries again" "$t" 'trying again'
	sees "$size: and the page stays" "$t" 'capture on lo was refused'
	two() { [ "$(processes | grep -c .)" = 2 ]; }
	ok "$(wait_for 3 two; echo $?)" "$size: two processes, no engine" "$(processes)"
	tm send-keys -t "$t" q
	sees "$size: q ends with 0" "$t" '^exit status 0'
	none() { [ -z "$(processes)" ]; }
	ok "$(wait_for 3 none; echo $?)" "$size: no process is left" "$(processes)"
done

run_as made 80x24 -d lo -O made.pcap
sees "demo: refused first" made 'capture on lo was refused'
tm send-keys -t made d
sees "demo: d shows made-up calls" made 'demo +LIVE'
sees "demo: with failures" made 'Newest errors'
ok "$([ ! -e made.pcap ]; echo $?)" "demo: nothing is written to the file of -O" "$(ls -l made.pcap 2>&1)"
tm send-keys -t made q
sees "demo: q asks, for failures are kept" made "Yes, quit"
tm send-keys -t made y
sees "demo: y leaves" made '^exit status 0'

run_as two 80x24 -d lo -d any
sees "two captures: both are told" two 'no right to capture on any either'
tm send-keys -t two C-c
sees "two captures: ^C leaves" two '^exit status 0'

run_as gone 80x24 -d nosuch0
sees "another failure is told on a clean terminal" gone 'sipwhy: there is no interface nosuch0'
sees "and ends with 1" gone '^exit status 1'
run_as bare 80x24 -d lo -I "'$work/none.pcap'"
sees "with a file beside it: the sentence with the cures, no screen" bare 'no right to capture on lo .*: ru'
sees "and it ends with 1" bare '^exit status 1'
timeout $((10 * SLACK)) $as "$work/prog" -N -d lo >out 2>err </dev/null
is "-N: exit status" $? 1
like "-N: the sentence names the cure" err 'no right to capture on lo .*: run as root .*setcap cap_net_raw'

tap_done
