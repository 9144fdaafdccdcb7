#!/bin/bash
# follow - a log that is written at 10,000 lines a second and rotated under our eyes: 1,000 renames, logrotate's shifting names,
# copytruncate, delete and create, a file that is not there yet; the real logrotate; logs beside it that are rotated at the same
# moment; each line is counted once.  And when the process that opens what was rotated dies, another one takes over.
. "$(dirname "$0")/lib.sh"
need_program
writer=$top_builddir/tests/e2e/logwriter
[ -x "$writer" ] || tap_skip_all "tests/e2e/logwriter is not built"
cd "$work" || exit 99
chmod 755 .

# follow FILE [OPTION...]: in the background, until INT; the report goes to FILE.json.
follow() {
	follow_f=$1
	shift
	"$SIPWHY" -N --follow "$follow_f" "$@" --json=report >"$follow_f.json" 2>"$follow_f.err" &
	pid=$!
	background $pid
	# It reads once it has given up its rights.
	wait_for 10 reads "$pid"
}
reads() {
	[ "$(status_of "$1" NoNewPrivs)" = 1 ]
}
# ended FILE: what there is to read is read; INT.
ended() {
	wait_for 5 read_whole "$pid" "$work/$1"
	kill -INT "$pid"
	wait "$pid"
	is "$1: ends with 0" "$?: $(grep -v 'waiting for .* to appear' "$1.err")" "0: "
	is "$1: all is accounted for" "$(unbalanced "$1.json")" ""
}
# wanted FIRST LINES: how often each code stands in these lines.
wanted() {
	awk -v a="$1" -v n="$2" 'BEGIN { for (i = a; i < a + n; i++) c[400 + i * 7919 % 200]++; for (k in c) print k, c[k] }' |
		sort
}
counts() { # counts FILE LINES
	is "$1: every line came" "$(jq '.sources[0].frames' "$1.json")" "$2"
	jq -r '.codes | to_entries[] | "\(.key) \(.value)"' "$1.json" | sort >got
	wanted 0 "$2" >wanted
	ok "$(cmp -s got wanted; echo $?)" "$1: each line counted once" "$(diff got wanted | head)"
}

# 1,000 rotations in 10 seconds (fewer under a sanitizer).
: >renamed
follow renamed
rotations=$((SLACK > 4 ? 200 : 1000))
"$writer" renamed $((rotations * 100 + 100)) 10000 100 rename >writer.out
is "all rotations were made" "$(cat writer.out)" "$rotations rotations"
ended renamed
counts renamed $((rotations * 100 + 100))
is "renamed: rotations are told" "$(jq '.sources[0].log.rotations' renamed.json)" "$rotations"
rm -f renamed.[0-9]*

: >shifted
follow shifted
"$writer" shifted 20000 10000 200 shift >writer.out
ended shifted
counts shifted 20000

: >truncated
follow truncated
# The writer pauses around each.
paused=$((SLACK > 4 ? 2000 : 5000))
"$writer" truncated $paused 10000 500 copytruncate >writer.out
ended truncated
counts truncated $paused

follow absent
ok "$?" "a file that is not there is waited for"
"$writer" absent $paused 10000 500 recreate >writer.out
ended absent
counts absent $paused

# Logs whose names begin with ours, all rotated at the same moment.
: >log && : >log_debug && : >log.sip
follow log
for i in 0 1 2 3 4; do
	"$writer" lines 50 100000 100000 rename >writer.out
	cat lines >>log
	rm lines
	wait_for 5 read_whole "$pid" "$work/log"
	mv log log.$i
	for f in log_debug log.sip; do
		mv $f $f.$i
		cat log.0 >$f
	done
	: >log
done
ended log
is "log: nothing of the logs beside it is read" "$(jq .messages.total log.json)" 250
rm -f log*

# read_on PID FILE: it reads this file, in which something stands; a name that is moved on before anybody looked is nobody's.
read_on() {
	[ -s "$2" ] && readlink /proc/"$1"/fd/* 2>/dev/null | grep -Fqx "$2"
}
# The real one.  It wants files of the user that nobody else may write to, and absolute paths.
rotate() { # rotate NAME LINE...: a writer that is told to open its log again, three rotations
	rotate_n=$1
	shift
	mkdir -m 755 "$rotate_n.d"
	: >"$rotate_n.d/full"
	{
		echo "$work/$rotate_n.d/full {"
		printf '%s\n' "$@" postrotate "kill -HUP \$(cat '$work/$rotate_n.pid')" endscript '}'
	} >"$rotate_n.conf"
	chmod 644 "$rotate_n.conf"
	follow "$rotate_n.d/full"
	"$writer" "$rotate_n.d/full" 20000 5000 3 reopen >writer.out &
	echo $! >"$rotate_n.pid"
	for _ in 1 2 3; do
		# Names by dates differ once a second.
		sleep 1.05
		wait_for 5 read_on "$pid" "$work/$rotate_n.d/full"
		logrotate -f -s "$work/$rotate_n.state" "$rotate_n.conf" >rotate.out 2>&1 || cat rotate.out
	done
	wait "$(cat "$rotate_n.pid")"
	is "$rotate_n: logrotate rotated" "$(cat writer.out)" "3 rotations"
	ended "$rotate_n.d/full"
	counts "$rotate_n.d/full" 20000
}
PATH=$PATH:/usr/sbin:/sbin
if command -v logrotate >/dev/null; then
	rotate created 'rotate 7' create nocompress
	rotate packed 'rotate 2' create compress
	rotate dated 'rotate 7' nocreate dateext 'dateformat -%Y%m%d-%s' compress delaycompress sharedscripts
else
	skip "the real logrotate" "no logrotate here"
fi

# From the end, unless told otherwise.
"$writer" old 1000 100000 100000 rename >writer.out
follow old
ended old
is "old: what stood there before is left alone" "$(jq '.messages.total' old.json)" 0
follow old --from-start
ended old
counts old 1000

# A rotated file of root's is read on, though the engine has no rights any more.
if [ "$(id -u)" -eq 0 ]; then
	: >private
	chmod 600 private
	follow private
	(umask 077 && "$writer" private 3000 10000 1000 rename >writer.out)
	ended private
	counts private 3000
else
	skip "root's files" "not root"
fi
# What opens rotated files for the engine is killed: the next rotation is followed all the same.
opener_of() {
	for opener_c in $(children "$1"); do
		[ "$opener_c" = "$(engine_of "$1")" ] || [ -n "$(terminals "$opener_c")" ] || echo "$opener_c"
	done
}
if command -v tmux >/dev/null; then
	: >shown
	tm new-session -d -s s -x 140 -y 40 "exec env -u NO_COLOR LC_ALL=C.UTF-8 '$SIPWHY' --follow '$work/shown'"
	sup=$(tm display -p -t s '#{pane_pid}')
	wait_for 10 shows s LIVE
	tm send-keys -t s 6
	wait_for 5 shows s 'SOURCE'
	"$writer" shown 10 100000 100000 rename >writer.out
	wait_for 5 shows s 'shown .* ok +10 '
	opener=$(opener_of "$sup")
	engine=$(engine_of "$sup")
	kill -9 "$opener"
	wait_for 5 gone "$engine"
	mv shown shown.1
	"$writer" shown 20 100000 100000 rename >writer.out
	wait_for 5 shows s 'shown .* ok +30 '
	ok $? "a dead opener is replaced, and each line is counted once" "$opener $engine
$(screen s)"
	tm send-keys -t s 1
	wait_for 5 shows s 'rotated logs had ended'
	ok $? "and that is told" "$(screen s)"
else
	skip "a dead opener" "no tmux here"
fi
tap_done
