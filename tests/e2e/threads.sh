#!/bin/bash
# threads - a report is made by three threads where there are three processors, or by two: all are nobody with no rights and sealed,
# and what they report of every sample is to the byte what one thread does (the program takes as many as it is given processors).
. "$(dirname "$0")/lib.sh"
need_program
need taskset nproc
[ "$(nproc)" -gt 1 ] || tap_skip_all "one processor, one thread"

# The processors that we may have, a line each; the first of them, and the first two.
list=$(awk '$1 == "Cpus_allowed_list:" { n = split($2, part, ",")
	for (i = 1; i <= n; i++) { split(part[i] "-" part[i], to, "-"); for (c = to[1]; c <= to[2]; c++) print c } }' /proc/self/status)
one=$(head -n 1 <<<"$list")
two=$(head -n 2 <<<"$list" | paste -sd, -)
most=$(wc -l <<<"$list")
[ "$most" -le 3 ] || most=3

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
sealed() { [ "$(of_tasks $pid NoNewPrivs)" = "$most: 1" ]; }
wait_for 5 sealed
for field in CapEff CapPrm CapInh CapAmb; do
	is "all threads: $field" "$(of_tasks $pid $field)" "$most: 0000000000000000"
done
is "all threads: NoNewPrivs" "$(of_tasks $pid NoNewPrivs)" "$most: 1"
if [ "$(id -u)" -eq 0 ]; then
	is "all threads: CapBnd" "$(of_tasks $pid CapBnd)" "$most: 0000000000000000"
	is "no thread is root" "$(of_tasks $pid Uid) $(of_tasks $pid Gid)" "$most: no $most: no"
else
	skip "all threads: CapBnd" "not root"
	skip "no thread is root" "not root"
fi
if nm -D "$SIPWHY" 2>/dev/null | grep -q '__[at]san_init'; then
	skip "all threads have a seccomp filter" "a sanitizer build has none"
else
	wait_for 5 eval '[ "$(of_tasks $pid Seccomp)" = "$most: 2" ]'
	is "all threads have a seccomp filter" "$(of_tasks $pid Seccomp)" "$most: 2"
fi
# SIGINT, SIGTERM and the rest end in the first thread: the others have all blocked but KILL and STOP.
blocked=
for other in $(ls /proc/$pid/task | grep -vx $pid); do
	blocked="$blocked$((0x$(awk '$1 == "SigBlk:" { print $2 }' "/proc/$pid/task/$other/status") & 0x4003)) "
done
is "the other threads block TERM, INT, HUP" "$(tr ' ' '\n' <<<"$blocked" | grep -cx $((0x4003)))" "$((most - 1))"
# They sleep while nothing comes.
woken() {
	for other in $(ls /proc/$pid/task | grep -vx $pid); do
		cat "/proc/$pid/task/$other/status"
	done | awk '$1 ~ /ctxt_switches/ { n += $2 } END { print n }'
}
# They may not have come to rest yet.
sleeps() {
	before=$(woken)
	sleep 1
	[ "$(woken)" = "$before" ]
}
ok "$(wait_for 3 sleeps; echo $?)" "no other thread is woken while nothing comes"
threads_end

threads_start taskset -c "$one"
alone() { [ "$(of_tasks $pid NoNewPrivs)" = "1: 1" ]; }
ok "$(wait_for 5 alone; echo $?)" "one processor: one thread" "$(of_tasks $pid NoNewPrivs)"
threads_end
threads_start taskset -c "$two"
both() { [ "$(of_tasks $pid NoNewPrivs)" = "2: 1" ]; }
ok "$(wait_for 5 both; echo $?)" "two processors: two threads" "$(of_tasks $pid NoNewPrivs)"
threads_end

[ -d "$SIPWHY_SHARED/samples" ] || { skip "reports are the same with one thread, two and three" "no samples"; tap_done; exit; }
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
	threads_report "$1" one taskset -c "$one"
	threads_report "$1" two taskset -c "$two"
	cmp -s "$work/one" "$work/two" || return 1
	[ "$most" -gt 2 ] || return 0
	threads_report "$1" three env
	cmp -s "$work/one" "$work/three"
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
ok "$([ $n -gt 0 ]; echo $?)" "$n samples were reported by each"
is "reports are the same with one thread, two and three" "$differ" ""
tap_done
