#!/bin/bash
# follow - a log that is written at 10,000 lines a second and rotated under our eyes: 1,000 renames, logrotate's shifting names,
# copytruncate, delete and create, a file that is not there yet; each line is counted once.
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
	[ "$(status_of "$1" Seccomp)" = 2 ]
}
# ended FILE: what there is to read is read within a second of the last write.
ended() {
	sleep 1
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

# 1,000 rotations in 10 seconds.
: >renamed
follow renamed
"$writer" renamed 100100 10000 100 rename >writer.out
is "1,000 rotations were made" "$(cat writer.out)" "1000 rotations"
ended renamed
counts renamed 100100
is "renamed: rotations are told" "$(jq '.sources[0].log.rotations' renamed.json)" 1000
rm -f renamed.[0-9]*

: >shifted
follow shifted
"$writer" shifted 20000 10000 200 shift >writer.out
ended shifted
counts shifted 20000

: >truncated
follow truncated
"$writer" truncated 5000 10000 500 copytruncate >writer.out
ended truncated
counts truncated 5000

follow absent
ok "$?" "a file that is not there is waited for"
"$writer" absent 5000 10000 500 recreate >writer.out
ended absent
counts absent 5000

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
tap_done
