#!/bin/bash
# screens - the program in a terminal (tmux): dashboard, list, detail, help, leaving; 80x24 and 140x40; files, logs and the demo;
# a plain terminal; a terminal that goes away.
. "$(dirname "$0")/lib.sh"
need_program
need tmux

cd "$work" || exit 99

# open_screen NAME COLSxROWS COMMAND...: runs in a shell that afterwards tells the exit status and how the terminal was left.
# A terminal left non-blocking makes the next program in the session fail in odd ways, so that is looked at too.
open_screen() {
	name=$1
	size=$2
	shift 2
	rm -f "$work/pid"
	cat >"$work/run-$name" <<-END
		before=\$(sed -n 's/^flags:[[:space:]]*//p' /proc/self/fdinfo/0)
		sh -c 'echo \$\$ >"$work/pid"; exec "\$@"' sh $*
		echo "exit status \$?"
		after=\$(sed -n 's/^flags:[[:space:]]*//p' /proc/self/fdinfo/0)
		[ \$before = \$after ] && echo "descriptor unchanged" || echo "descriptor flags were \$before, are \$after"
		stty -a | tr ' ;' '\n\n' | grep -Ex -- '-?(icanon|echo|isig|opost)' | tr '\n' ' '
		exec tail -f /dev/null
	END
	tm kill-session -t "$name" 2>/dev/null
	tm new-session -d -s "$name" -x "${size%x*}" -y "${size#*x}" "env -u NO_COLOR LC_ALL=C.UTF-8 sh '$work/run-$name'"
	wait_for 5 test -s "$work/pid"
	pid=$(cat "$work/pid")
}

keys() {
	keys_t=$1
	shift
	tm send-keys -t "$keys_t" "$@"
}

# sees NAME TARGET ERE: within three seconds.
sees() {
	wait_for 3 shows "$2" "$3"
	ok $? "$1" "wanted: $3
$(screen "$2")"
}

# leave TARGET: q, and yes where it asks because live failures would be lost.
leave() {
	keys "$1" q
	wait_for 1 shows "$1" '(┌|\+|^) ?Quit |^exit status'
	shows "$1" '^exit status' || keys "$1" y
}

# restored NAME TARGET
restored() {
	sees "$1: q ends with 0" "$2" '^exit status 0'
	sees "$1: the terminal blocks as before" "$2" "^descriptor unchanged"
	sees "$1: the terminal is as it was" "$2" "^(-?[a-z]+ )*icanon"
	is "$1: echo, output processing, lines and signals are on" "$(screen "$2" | grep -c -- '-icanon\|-echo\|-isig\|-opost')" 0
	is "$1: first screen, cursor visible" "$(tm display-message -p -t "$2" '#{alternate_on} #{cursor_flag}')" "0 1"
}

# dashboard NAME TARGET CLASS...: the figures of these classes are there; a low screen leaves out classes that never came.
dashboard() {
	dashboard_n=$1
	dashboard_t=$2
	shift 2
	for class; do
		sees "$dashboard_n: dashboard has the row of $class" "$dashboard_t" "^ *$class .* [0-9,]+ "
	done
}

# cursor_line TARGET: the row of the list that the cursor is on.
cursor_line() {
	screen "$1" | grep -n "^>"
}

# still TARGET: the cursor is where it was half a second ago: keys before it were obeyed.
still() {
	still_at=$(cursor_line "$1")
	sleep 0.5
	[ -n "$still_at" ] && [ "$(cursor_line "$1")" = "$still_at" ]
}

# moves NAME TARGET KEY: the cursor goes to another row.
moves() {
	moves_at=$(cursor_line "$2")
	keys "$2" "$3"
	moved() { [ -n "$(cursor_line "$1")" ] && [ "$(cursor_line "$1")" != "$moves_at" ]; }
	wait_for 3 moved "$2"
	ok $? "$1: $3 moves the cursor" "$(screen "$2")"
}

# walk NAME TARGET [LIVE]: along the list, into a detail, back, help, out.
walk() {
	sees "$1: the list has failures" "$2" '^ [0-9:.]+ +[456][0-9][0-9]'
	is "$1: there is no cursor before a key" "$(screen "$2" | grep -c '^>')" 0
	keys "$2" Down
	sees "$1: Down puts the cursor into the list" "$2" '^>[0-9:.]+ +([456][0-9][0-9]|---)'
	# The oldest first, so that the keys after it have somewhere to go and follow is off.
	keys "$2" g
	# Of a file nothing comes any more.
	[ -z "$3" ] || sees "$1: moving away from the newest ends following" "$2" 'follow off'
	wait_for 3 still "$2"
	moves "$1" "$2" Up
	moves "$1" "$2" Down
	keys "$2" Up
	keys "$2" Enter
	sees "$1: Enter opens the explanation" "$2" '^ Means +[A-Z]'
	screen "$2" >detail.txt
	like "$1: it says what the failure means" detail.txt 'Means +[A-Za-z]+'
	keys "$2" G
	sees "$1: the raw message is at its end" "$2" 'CSeq: +[0-9]+ [A-Z]+|Call-ID: '
	keys "$2" Escape
	sees "$1: Esc goes back to the list" "$2" 'Newest errors'
	keys "$2" '?'
	sees "$1: ? opens the help" "$2" 'Help: '
	sees "$1: the help names the keys" "$2" 'Esc q|PgUp'
	keys "$2" Escape
	sees "$1: Esc closes the help" "$2" 'Newest errors'
	leave "$2"
	restored "$1" "$2"
	ok "$(wait_for 2 gone "$pid"; echo $?)" "$1: no process is left"
}

for size in 80x24 140x40; do
	open_screen "demo-$size" $size "'$SIPWHY'" --demo
	dashboard "demo $size" "demo-$size" 1xx 2xx 4xx 5xx
	walk "demo $size" "demo-$size" live
done

sample=$SIPWHY_SHARED/samples/captures/made/udp4_basic.pcap
if [ -r "$sample" ]; then
	for size in 80x24 140x40; do
		open_screen "file-$size" $size "'$SIPWHY'" -I "$sample"
		dashboard "file $size" "file-$size" 1xx 2xx 4xx 5xx
		# The same totals as the report, which another test holds against the truth.
		"$SIPWHY" -N -I "$sample" --json=report >report.json
		for class in 1xx 2xx 4xx 5xx 6xx; do
			right() { screen "file-$size" >shot.txt; n=$(class_total shot.txt $class); [ "${n:-0}" = "$(jq ".classes[\"$class\"]" report.json)" ]; }
			ok "$(wait_for 3 right; echo $?)" "file $size: total of $class as in the report" "$(cat shot.txt)"
		done
		walk "file $size" "file-$size"
	done
else
	skip "a file on the screen" "no samples"
fi

# A log that names no code: its notices are the answer, one key away, and nothing in it is a packet.
for i in 1 2 3; do
	echo "[2026-03-03 10:15:0$i] NOTICE[2190] res_pjsip/pjsip_distributor.c: Request 'REGISTER' from '<sip:10$i@192.0.2.1>'" \
		"failed for '198.51.100.9:506$i' (callid: $i@198.51.100.9) - Failed to authenticate"
done >messages
open_screen notices 80x24 "'$SIPWHY'" -I "'$work/messages'"
sees "a log without codes: the first line says so" notices '^ +There is no SIP text in this log, only notices'
sees "a log without codes: what most of them are" notices '^ +3 x auth-failed from 198\.51\.100\.9'
keys notices 8
sees "8 opens the notices" notices '^>10:15:03 +auth-failed +198\.51\.100\.9 +103 '
keys notices j Enter
sees "Enter tells what it means" notices '^ Means +[A-Za-z]'
sees "and the time as the log has it" notices '^ Time in log +2026-03-03 10:15:02$'
keys notices Escape 6
sees "6 opens the sources" notices '^>messages \(log\) +ended +3 '
sees "an assumed time zone is told" notices '^ Times +3 without a time zone'
is "nothing speaks of packets" "$(screen notices | grep -ci 'packets\|frames')" 0
keys notices q
leave notices
restored notices notices

# A followed log that is not there, comes, and is rotated.
open_screen follow 80x24 "'$SIPWHY'" --follow "'$work/late'"
sees "a log that is not there is waited for" follow 'late: waiting for .*/late to appear'
sees "the top line tells it" follow 'waiting 1 '
acc() {
	echo "Mar  3 10:15:0$1 pbx /usr/sbin/kamailio[77]: NOTICE: acc [acc.c:288]: acc_log_request(): ACC: transaction answered:" \
		"timestamp=177253290$1;method=INVITE;from_tag=f$1;to_tag=t$1;call_id=call-$1@example.com;code=$2;reason=Because"
}
acc 1 404 >>late
sees "its first failure stands in the list" follow '^ .* 404 +Because +INVITE'
sees "it waits no longer" follow 'LIVE  follow  +loss 0'
mv late late.1
acc 2 486 >>late
sees "what comes after a rotation too" follow '^ .* 486 +Because +INVITE'
keys follow 6
sees "the rotation is told" follow '^ File +1 rotation followed'
keys follow q
leave follow
restored follow follow

# What strangers write into a message must not reach the terminal as a command: list, detail and raw message of each hostile file.
ptystall=${PTYSTALL:-$top_builddir/tests/e2e/ptystall}
if [ -x "$ptystall" ] && [ -d "$SIPWHY_SHARED/samples/hostile/sip-as-pcap" ]; then
	for f in "$SIPWHY_SHARED"/samples/hostile/sip-as-pcap/terminal-*.pcap; do
		# Own output has CSI and charset sequences only (with a theme nobody is asked for the background); OSC, DCS, APC, PM, SOS, BEL or a C1 byte as UTF-8 are not ours.
		TERM=xterm-256color "$ptystall" 24x80 until:CLASS read:0.3 send:"$(printf '\r')" read:0.3 send:G read:0.3 \
			save:"$work/bytes" send:q read:0.2 send:q end:3 -- "$SIPWHY" --theme dark -I "$f" >steps 2>&1
		bad=$(LC_ALL=C grep -c "$(printf '\033[]PX^_]\\|\302[\200-\237]\\|\007')" "$work/bytes")
		is "${f##*/}: nothing in it commands the terminal" "$bad $(tail -1 steps)" "0 exit 0"
	done
else
	skip "hostile text on the screen" "no ptystall or no samples"
fi

# The size changes while it runs.
open_screen resize 140x40 "'$SIPWHY'" --demo
wait_for 5 shows resize 'CLASS +TOTAL'
for size in 80x24 30x6 20x3 200x60 80x24; do
	tm resize-window -t resize -x "${size%x*}" -y "${size#*x}"
done
sees "after changes of size down to 20x3 the dashboard is whole" resize '^.*4xx.*'
is "no line is longer than the window" "$([ "$(screen resize | wc -L)" -le 80 ] && echo fits)" fits
leave resize
restored "after changes of size" resize

# A terminal that knows little: no colour, no UTF-8.
open_screen plain 80x24 env LC_ALL=C TERM=vt100 "'$SIPWHY'" --demo
dashboard "LC_ALL=C TERM=vt100" plain 1xx 2xx 4xx
is "LC_ALL=C TERM=vt100: only ASCII on the screen" "$(screen plain | LC_ALL=C grep -c '[^ -~]')" 0
walk "LC_ALL=C TERM=vt100" plain

open_screen nocolor 80x24 env NO_COLOR=1 "'$SIPWHY'" --demo
wait_for 5 shows nocolor 'CLASS +TOTAL'
is "NO_COLOR: no colour on the screen" "$(tm capture-pane -e -p -t nocolor | LC_ALL=C grep -c "$(printf '\033')\\[[0-9;]*[34][0-7]m")" 0
leave nocolor

open_screen unknown 80x24 env TERM=no-such-terminal "'$SIPWHY'" --demo
sees "an unknown TERM is told in a sentence" unknown 'sipwhy: .*(TERM|terminal)'
sees "an unknown TERM ends with 1" unknown '^exit status 1'

# It goes away without a word: nobody spins, nobody stays.
for how in kill-pane HUP TERM KILL-console; do
	open_screen away 80x24 "'$SIPWHY'" --demo
	wait_for 5 shows away 'CLASS +TOTAL'
	all="$pid $(children "$pid")"
	case $how in
	kill-pane) tm kill-pane -t away ;;
	KILL-console) kill -KILL "$(console_of "$pid")" ;;
	*) kill -$how "$pid" ;;
	esac
	t0=$(date +%s%N)
	wait_for 3 gone $all
	ms=$((($(date +%s%N) - t0) / 1000000))
	ok "$([ $ms -le $((1000 * SLACK)) ] && gone $all; echo $?)" "$how: all processes are gone within a second" "$ms ms: $(ps -o pid,stat,args -p "$(echo $all | tr ' ' ,)")"
	case $how in
	kill-pane) ;;
	KILL-console) sees "$how: the terminal is as it was" away '^(-?[a-z]+ )*icanon' ;;
	*)
		sees "$how: exit status 0" away '^exit status 0'
		sees "$how: the terminal is as it was" away '^(-?[a-z]+ )*icanon' ;;
	esac
done
tap_done
