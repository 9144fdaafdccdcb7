#!/bin/bash
# threads - a report is made by two threads where there are two processors: both are nobody with no rights and sealed, and what they
# report of every sample is to the byte what one thread does (the program takes one where it is given one processor).
. "$(dirname "$0")/lib.sh"
need_program
need taskset nproc
[ "$(nproc)" -gt 1 ] || tap_skip_all "one processor, one thread"

one=$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')

# of_tasks PID FIELD: its values in all threads of a process, each once, with how many threads there are.
of_tasks() {
	awk -v f="$2:" '$1 == f { if (f == "Uid:" || f == "Gid:") v = ($2 && $3 && $4 && $5) ? "no" : "root"; else v = $2; n++
		if (!(v in got)) { got[v]; all = all " " v } } END { print n ":" all }' /proc/"$1"/task/*/status
}

# threads_start COMMAND...: the program reads from a pipe on which nothing comes; sets pid.
threads_start() {
	rm -f "$work/in"
	mkfifo "$work/in"
	"$@" "$SIPWHY" -N -I - --json=report <"$work/in" >"$work/out" 2>"$work/err" &
	pid=$!
	background $pid
	exec 9>"$work/in"
}
threads_end() {
	exec 9>&-
	wait_for 5 gone "$pid"
}

threads_start env
sealed() { [ "$(of_tasks $pid NoNewPrivs)" = "2: 1" ]; }
wait_for 5 sealed
for field in CapEff CapPrm CapInh CapAmb; do
	is "both threads: $field" "$(of_tasks $pid $field)" "2: 0000000000000000"
done
is "both threads: NoNewPrivs" "$(of_tasks $pid NoNewPrivs)" "2: 1"
if [ "$(id -u)" -eq 0 ]; then
	is "both threads: CapBnd" "$(of_tasks $pid CapBnd)" "2: 0000000000000000"
	is "both threads are not root" "$(of_tasks $pid Uid) $(of_tasks $pid Gid)" "2: no 2: no"
else
	skip "both threads: CapBnd" "not root"
	skip "both threads are not root" "not root"
fi
if nm -D "$SIPWHY" 2>/dev/null | grep -q '__[at]san_init'; then
	skip "both threads have a seccomp filter" "a sanitizer build has none"
else
	wait_for 5 eval '[ "$(of_tasks $pid Seccomp)" = "2: 2" ]'
	is "both threads have a seccomp filter" "$(of_tasks $pid Seccomp)" "2: 2"
fi
# SIGINT, SIGTERM and the rest end in the first thread: the second has all blocked but KILL and STOP.
second=$(ls /proc/$pid/task | grep -vx $pid)
is "the second thread blocks TERM, INT, HUP" "$((0x$(awk '$1 == "SigBlk:" { print $2 }' "/proc/$pid/task/$second/status") & 0x4003))" "$((0x4003))"
# It sleeps while nothing comes.
woken() {
	awk '$1 ~ /ctxt_switches/ { n += $2 } END { print n }' "/proc/$pid/task/$second/status"
}
# It may not have come to rest yet.
sleeps() {
	before=$(woken)
	sleep 1
	[ "$(woken)" = "$before" ]
}
ok "$(wait_for 3 sleeps; echo $?)" "the second thread is not woken while nothing comes"
threads_end

threads_start taskset -c "$one"
alone() { [ "$(of_tasks $pid NoNewPrivs)" = "1: 1" ]; }
ok "$(wait_for 5 alone; echo $?)" "one processor: one thread" "$(of_tasks $pid NoNewPrivs)"
threads_end

[ -d "$SIPWHY_SHARED/samples" ] || { skip "reports are the same with and without a thread" "no samples"; tap_done; exit; }
# threads_report FILE NAME COMMAND...: its report, complaints and status, but for what the seed of a run decides (which marks of
# messages give way to others).
threads_report() {
	report_f=$1
	report_n=$2
	shift 2
	{
		timeout $((60 * SLACK)) "$@" "$SIPWHY" -N -I "$report_f" --json=report --events 2>&1
		echo "status $?"
	} | sed 's/"repeats_forgotten": *[0-9]*//' >"$work/$report_n"
}

# threads_same FILE
threads_same() {
	threads_report "$1" two env
	threads_report "$1" one taskset -c "$one"
	cmp -s "$work/one" "$work/two"
}

n=0
differ=
for f in "$SIPWHY_SHARED"/samples/captures/*.pcap* "$SIPWHY_SHARED"/samples/captures/made/*.pcap* \
	"$SIPWHY_SHARED"/samples/hostile/*/* "$SIPWHY_SHARED"/samples/logs/*; do
	case $f in *.tsv | *.md) continue ;; esac
	[ -f "$f" ] || continue
	threads_same "$f" || differ="$differ ${f##*/}"
	n=$((n + 1))
done
ok "$([ $n -gt 0 ]; echo $?)" "$n samples were reported twice"
is "reports are the same with and without a thread" "$differ" ""
tap_done
