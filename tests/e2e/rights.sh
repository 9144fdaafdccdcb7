#!/bin/bash
# rights - what the three processes hold: the engine and the console are nobody with no rights, the engine has no terminal and a
# seccomp filter, the supervisor holds no input; a killed engine is replaced and no counter falls; a drop that fails ends the program.
. "$(dirname "$0")/lib.sh"
need_program
need tmux setsid
[ "$(id -u)" -eq 0 ] || tap_skip_all "rights can only be dropped by root"
can_capture || tap_skip_all "no right to capture on lo"
isolate "$@"

cd "$work" || exit 99
udpsend=${UDPSEND:-$top_builddir/tests/e2e/udpsend}

# rights_start NAME ARG...: the program in a pane; sets pid to the supervisor's.
rights_start() {
	name=$1
	shift
	rm -f "$work/pid"
	tm new-session -d -s "$name" -x 80 -y 24 "echo \$\$ >'$work/pid'; exec '$SIPWHY' $*"
	wait_for 5 test -s "$work/pid"
	pid=$(cat "$work/pid")
	wait_for 10 shows "$name" 'LIVE|ENDED'
}

both_children() {
	[ -n "$(engine_of "$1")" ] && [ -n "$(console_of "$1")" ]
}

sealed() {
	[ "$(status_of "$(engine_of "$pid")" NoNewPrivs)$(status_of "$(console_of "$pid")" NoNewPrivs)" = 11 ] || return
	nm -D "$SIPWHY" 2>/dev/null | grep -q '__asan_init' || [ "$(status_of "$(engine_of "$pid")" Seccomp)" = 2 ]
}

rights_of_children() {
	wait_for 5 sealed
	for role in engine console; do
		child=$(${role}_of "$pid")
		is "$1: $role is not root (real, effective, saved, file system)" \
			"$(awk '$1 == "Uid:" { print ($2 && $3 && $4 && $5) ? "no" : "root" }' "/proc/$child/status")" no
		is "$1: $role has no group of root" \
			"$(awk '$1 == "Gid:" || $1 == "Groups:" { for (i = 2; i <= NF; i++) if ($i == 0) r = 1 } END { print r + 0 }' "/proc/$child/status")" 0
		for field in CapEff CapPrm CapInh CapBnd CapAmb; do
			is "$1: $role $field" "$(status_of "$child" $field)" 0000000000000000
		done
		is "$1: $role NoNewPrivs" "$(status_of "$child" NoNewPrivs)" 1
	done
	for role in engine console; do
		is "$1: $role holds no folder" "$(for fd in /proc/"$(${role}_of "$pid")"/fd/*; do [ ! -d "$fd" ] || readlink "$fd"; done)" ""
	done
	engine=$(engine_of "$pid")
	if nm -D "$SIPWHY" 2>/dev/null | grep -q '__asan_init'; then
		skip "$1: engine has a seccomp filter" "a sanitizer build has none"
	else
		is "$1: engine has a seccomp filter" "$(status_of "$engine" Seccomp)" 2
	fi
	is "$1: engine holds no terminal" "$(terminals "$engine")" ""
	is "$1: engine has no controlling terminal" "$(awk '{ sub(/.*\) /, ""); print $5 }' "/proc/$engine/stat")" 0
	is "$1: console holds no packet socket" "$(packet_sockets "$(console_of "$pid")")" ""
}

rights_start demo --demo
ok "$(wait_for 10 both_children "$pid"; echo $?)" "--demo runs as supervisor, engine and console" "$(ps -ef --forest | grep '[s]ipwhy' | head)"
rights_of_children demo
tm send-keys -t demo q y
ok "$(wait_for 3 gone "$pid"; echo $?)" "--demo ends by q"

rights_start live -d lo
ok "$(wait_for 10 both_children "$pid"; echo $?)" "-d lo runs as supervisor, engine and console"
rights_of_children live
is "live: the engine holds the packet socket" "$(packet_sockets "$(engine_of "$pid")" | grep -c .)" 1
is "live: the supervisor holds no packet socket" "$(packet_sockets "$pid")" ""
if [ -x "$udpsend" ]; then
	# Traffic, a killed engine, traffic: every answer is on the screen.
	"$udpsend" "$(free_udp_port 15060)" 1000 1 404 503 >sent
	half() { screen live >half.txt; [ "$(class_total half.txt 4xx)" = 500 ] && [ "$(class_total half.txt 5xx)" = 500 ]; }
	ok "$(wait_for 3 half; echo $?)" "live: 500 of each are on the screen" "$(screen live)"
	old=$(engine_of "$pid")
	t0=$(date +%s%N)
	kill -KILL "$old"
	another() { new=$(engine_of "$pid"); [ -n "$new" ] && [ "$new" != "$old" ] && capturing "$new"; }
	wait_for 5 another
	ms=$((($(date +%s%N) - t0) / 1000000))
	ok "$(another && [ $ms -le $((1000 * SLACK)) ]; echo $?)" "live: a killed engine is replaced within a second" "$ms ms"
	ok "$(wait_for 3 shows live '[Ss]ignal 9|[Kk]illed|engine'; echo $?)" "live: the screen says so" "$(screen live)"
	is "live: no counter fell" "$(half; echo "$(class_total half.txt 4xx) $(class_total half.txt 5xx)")" "500 500"
	"$udpsend" "$(free_udp_port 15060)" 1000 1 404 503 >sent
	whole() { screen live >half.txt; [ "$(class_total half.txt 4xx)" = 1000 ] && [ "$(class_total half.txt 5xx)" = 1000 ]; }
	ok "$(wait_for 3 whole; echo $?)" "live: the new engine counts on where the old one ended" "$(screen live)"
	pid_engine=$(engine_of "$pid")
	rights_of_children "live, second engine"
else
	skip "live: a killed engine is replaced" "no udpsend (make check builds it)"
fi
tm send-keys -t live q y
ok "$(wait_for 3 gone "$pid"; echo $?)" "-d lo ends by q"

# A file as input: the supervisor has it open neither before nor after.
sample=$SIPWHY_SHARED/samples/captures/made/udp4_basic.pcap
if [ -r "$sample" ]; then
	rights_start file -I "$sample"
	is "file: the supervisor holds no input file" "$(readlink /proc/"$pid"/fd/* | grep -c 'udp4_basic')" 0
	is "file: the console holds no input file" "$(readlink /proc/"$(console_of "$pid")"/fd/* | grep -c 'udp4_basic')" 0
	# What was counted once is not counted twice by the engine that follows; it starts only if the last one died.
	tm send-keys -t file q
	ok "$(wait_for 3 gone "$pid"; echo $?)" "-I FILE ends by q"
else
	skip "file: the supervisor holds no input file" "no samples"
fi

# saves NAME COMMAND ERE: started there, the console asks for a file, and says this.
saves() {
	tm new-session -d -s saves -x 80 -y 24 "$2; exec '$SIPWHY' -F --demo"
	wait_for 10 shows saves 'CLASS +TOTAL'
	tm send-keys -t saves 2 : 'w calls.json' Enter
	ok "$(wait_for 5 shows saves "$3"; echo $?)" "$1" "$(screen saves)"
	tm kill-session -t saves
}
mkdir ours theirs full
chown 65534:65534 theirs
saves "files are made for a console that is nobody" 'cd ours' '^ saved [0-9]+ failures.* calls\.json'
is "they are root's alone" "$(stat -c '%U %a' ours/calls.json)" "root 600"
saves "never in place of another" 'cd ours' 'calls\.json exists already'
saves "not where root has lost the right to" 'cd theirs' "this folder is not root's"
is "nothing is there" "$(ls theirs)" ""
saves "not where files are settings" "mkdir /run/sipwhy-e2e-$$.d && cd /run/sipwhy-e2e-$$.d" 'this folder is for settings'
ok "$(rmdir "/run/sipwhy-e2e-$$.d"; echo $?)" "nothing is there either"
if unshare -m mount -t tmpfs -o size=16k none full 2>/dev/null; then
	tm new-session -d -s full -x 80 -y 24 "exec unshare -m sh -c \"mount -t tmpfs -o size=16k none '$work/full' && cd '$work/full' &&
		'$SIPWHY' -F --demo; ls -A '$work/full' >'$work/left'; exec sleep 1000\""
	wait_for 10 shows full 'CLASS +TOTAL'
	tm send-keys -t full 2 : 'w calls.json' Enter
	ok "$(wait_for 5 shows full 'No space left on device; nothing of it was left'; echo $?)" "a full disk is told" "$(screen full)"
	tm send-keys -t full q q y
	wait_for 5 test -e left
	is "and nothing of it was left" "$(cat left)" ""
else
	skip "a full disk is told" "no right to mount one"
fi

# A drop that fails for real: never on as root.
rights_refuses() {
	desc=$1
	shift
	if ! "$@" true 2>/dev/null; then
		skip "a failed drop ends the program: $desc" "this machine can't make that situation"
		return
	fi
	timeout $((10 * SLACK)) "$@" "$SIPWHY" -N --demo --duration 1 --json=report >out 2>err
	status=$?
	is "a failed drop ends the program: $desc" "$status, $(wc -l <err) sentence, $(wc -c <out) bytes of report" \
		"1, 1 sentence, 0 bytes of report"
	sed 's/^/# /' err
	timeout $((10 * SLACK)) script -qec "$* '$SIPWHY' --demo --duration 1" /dev/null >out 2>&1 </dev/null
	is "a failed drop ends the program before the screen: $desc" "$?" 1
}
need script
rights_refuses "no right to change the user (without cap_setuid, cap_setgid)" \
	setpriv --bounding-set -setuid,-setgid --inh-caps -setuid,-setgid
rights_refuses "root of a user namespace where nobody else exists" unshare -Ur
tap_done
