#!/bin/bash
# run - `make bench`: the gates of speed, size and exactness, against the peers that are installed, side by side in one run.
# Every round runs each candidate once (A B C, A B C ...), medians count; page cache warm; only ratios mean something elsewhere.
#
# Environment: SIPWHY, SIPWHY_SHARED (generator, floors and peers harness in its bench/), BENCH_OUT (built and generated files),
# BENCH_ROUNDS [5], BENCH_ROUNDS_SLOW [3] (tshark and sngrep), BENCH_PEERS [1m] (capture for the peers: 100k or 1m),
# BENCH_BIG [1] (0: leave out the 5M capture, 3.4 GB; the logs take 1.2 GB), BENCH_ONLY (gates to run, e.g. "3 4").
# Gates 13 to 16 and 18 and the list of a million failures (BENCH_ONLY=million) are in screen.sh, 8 to 10 and what 12 has to do
# with live traffic in mirror.sh.
# Needs: sh, awk, jq; each peer (tshark, sngrep, sipgrep, lnav, goaccess), valgrind and GNU time only for their own rows.
# Exit 1 when a gate is missed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top_srcdir=$(cd "${top_srcdir:-$here/../..}" && pwd)
top_builddir=$(cd "${top_builddir:-.}" && pwd)
SIPWHY=${SIPWHY:-$top_builddir/sipwhy}
SIPWHY_SHARED=${SIPWHY_SHARED:-$top_srcdir/../shared}
out=${BENCH_OUT:-$top_builddir/tests/bench/out}
rounds=${BENCH_ROUNDS:-5}
slow=${BENCH_ROUNDS_SLOW:-3}
peers=${BENCH_PEERS:-1m}
big=${BENCH_BIG:-1}
only=${BENCH_ONLY:-1 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 list million}
export LC_ALL=C

die() {
	echo "bench: $*" >&2
	exit 2
}

[ -x "$SIPWHY" ] || die "no program at $SIPWHY"
[ -d "$SIPWHY_SHARED/bench" ] || die "no harness at $SIPWHY_SHARED/bench (set SIPWHY_SHARED)"
command -v jq >/dev/null || die "jq is needed"
mkdir -p "$out/data" || exit 2
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

wanted() {
	case " $only " in *" $1 "*) return 0 ;; esac
	return 1
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# Harness and data; what is there already stays.
for b in gen_pcap pcap_floor runstat; do
	[ -x "$out/$b" ] || make -s -C "$SIPWHY_SHARED/bench" OUT="$out" "$out/$b" || die "can't build $b"
done
sizes='100k 1m'
[ "$big" = 0 ] || sizes="$sizes 5m"
for s in $sizes; do
	n=$(echo "$s" | sed 's/k$/000/; s/m$/000000/')
	[ -s "$out/data/$s.tsv" ] || "$out/gen_pcap" -n "$n" -o "$out/data/$s.pcap" -t "$out/data/$s.tsv" || die "can't generate $s"
done

# one GATE WHAT MEASURED WANTED HIGHER|LOWER: a row of the table; within a tenth it is noise, and said so.
rows=$tmp/rows
: >"$rows"
one() {
	awk -v g="$1" -v w="$2" -v m="$3" -v t="$4" -v d="$5" 'BEGIN {
		told = m != "" && m != "-"
		good = told && (d == "higher" ? m >= t : m <= t)
		near = told && (d == "higher" ? m >= t * 0.9 : m <= t * 1.1)
		printf "%s\t%s\t%s\t%s %s\t%s\n", g, w, m, d == "higher" ? ">=" : "<=", t, good ? "ok" : near ? "ok (noise)" : "MISS"
	}' >>"$rows"
}
none() {
	printf '%s\t%s\t-\t%s\tnot run: %s\n' "$1" "$2" "$3" "$4" >>"$rows"
}

# rounds_of N NAME COMMAND ...: N rounds of all in turn; then "NAME WALL" lines in $tmp/walls.
rounds_of() {
	# The first look at a file is not measured.
	cat "$f" >/dev/null
	r_n=$1
	shift
	: >"$tmp/walls"
	for r in $(seq "$r_n"); do
		"$out/runstat" -R 1 "$@" | awk -F '\t' 'NR > 1 { sub(/ +$/, "", $1); print $1, $2, $8 }' >>"$tmp/walls"
		[ -z "${floor_file:-}" ] || "$out/pcap_floor" -f "$floor_file" -R 1 stream_udp_scan |
			awk '/^stream_udp_scan/ { print "floor", $2, 0 }' >>"$tmp/walls"
		echo "# round $r of $r_n: $(tail -$(($# / 2 + ${floor_file:+1}+0)) "$tmp/walls" | awk '{ printf "%s %s s; ", $1, $2 }')" >&2
	done
	awk '$3 != 0 && !told[$1]++ { print "bench: " $1 " ended with " $3 > "/dev/stderr" }' "$tmp/walls"
}

median() {
	awk -v n="$1" '$1 == n { print $2 }' "$tmp/walls" | sort -n | awk '{ v[NR] = $1 } END {
		if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

ratio() {
	awk -v a="$(median "$1")" -v b="$(median "$2")" 'BEGIN { if (b > 0) printf "%.2f", a / b; else print "-" }'
}

ours() {
	echo "'$SIPWHY' -N -I '$1' --json=report"
}

if wanted 1; then
	f=$out/data/$peers.pcap
	set -- ours "$(ours "$f") --events"
	have tshark && set -- "$@" tshark_stat "tshark -q -r '$f' -z sip,stat" tshark_rows "tshark -r '$f' -Y 'sip.Status-Code >= 300' \
-T fields -e frame.time_epoch -e sip.Status-Code -e sip.Call-ID -e sip.CSeq.method -e sip.from.user -e sip.to.user -e sip.Reason"
	have sngrep && set -- "$@" sngrep "sngrep -F -N -q -I '$f' -l 10000000"
	floor_file= rounds_of "$slow" "$@"
	have tshark && one 1 "tshark sip,stat / sipwhy --events ($peers)" "$(ratio tshark_stat ours)" 12 higher ||
		none 1 "tshark sip,stat / sipwhy" ">= 12" "no tshark"
	have tshark && one 1 "tshark error rows / sipwhy --events ($peers)" "$(ratio tshark_rows ours)" 35 higher ||
		none 1 "tshark error rows / sipwhy" ">= 35" "no tshark"
	have sngrep && one 1 "sngrep -N / sipwhy --events ($peers)" "$(ratio sngrep ours)" 20 higher ||
		none 1 "sngrep -N / sipwhy" ">= 20" "no sngrep"
	if have sipgrep; then
		floor_file= rounds_of "$rounds" ours "$(ours "$f") --events" sipgrep "sipgrep -C -I '$f'" \
			sipgrep_regex "sipgrep -C -I '$f' 'SIP/2.0 [456]'"
		one 1 "sipgrep / sipwhy --events ($peers)" "$(ratio sipgrep ours)" 6.5 higher
		one 1 "sipgrep regex / sipwhy --events ($peers)" "$(ratio sipgrep_regex ours)" 1.5 higher
	else
		none 1 "sipgrep / sipwhy" ">= 6.5" "no sipgrep"
	fi
fi

if wanted 3; then
	f=$out/data/1m.pcap
	floor_file=$f rounds_of "$rounds" ours "$(ours "$f")" cat "cat '$f'"
	one 3 "sipwhy / cat (1m)" "$(ratio ours cat)" 13 lower
	one 3 "sipwhy / chunk read and header scan (1m)" "$(ratio ours floor)" 8.5 lower
fi

if wanted 4; then
	if have valgrind; then
		# lackey, which tells its sum on stderr: under the engine's seal callgrind can't open the file it writes at the end.
		valgrind --vgdb=no --tool=lackey --basic-counts=yes "$SIPWHY" -N -I "$out/data/100k.pcap" --json=report \
			>/dev/null 2>"$tmp/valgrind"
		ir=$(awk '/guest instrs: +[0-9,]+$/ { gsub(/,/, "", $NF); print $NF }' "$tmp/valgrind")
		responses=$(awk '$1 == "responses" { print $3 }' "$out/data/100k.tsv")
		[ -n "$ir" ] && one 4 "instructions per response, whole program (100k)" "$((ir / responses))" 24000 lower ||
			none 4 "instructions per response" "<= 24000" "valgrind: $(tail -1 "$tmp/valgrind")"
	else
		none 4 "instructions per response" "<= 24000" "no valgrind"
	fi
fi

rss_kib() {
	/usr/bin/time -f 'rss %M' "$SIPWHY" -N -I "$@" --json=report 2>&1 >/dev/null | awk '$1 == "rss" { print $2 }'
}

if wanted 5; then
	if [ -x /usr/bin/time ]; then
		last=1m
		[ "$big" = 0 ] || last=5m
		small=$(rss_kib "$out/data/100k.pcap" --events)
		large=$(rss_kib "$out/data/$last.pcap" --events)
		one 5 "peak memory, MiB (100k, --events)" "$(awk -v k="$small" 'BEGIN { printf "%.2f", k / 1024 }')" 12 lower
		one 5 "peak memory, MiB ($last, --events)" "$(awk -v k="$large" 'BEGIN { printf "%.2f", k / 1024 }')" 12 lower
		one 5 "growth of it, MiB ($last - 100k)" "$(awk -v a="$large" -v b="$small" 'BEGIN { printf "%.2f", (a - b) / 1024 }')" 1 lower
	else
		none 5 "peak memory" "<= 12" "no /usr/bin/time (Debian package time)"
	fi
fi

if wanted 6; then
	if [ "$big" != 0 ]; then
		f=$out/data/5m.pcap
		floor_file= rounds_of "$rounds" m1 "$(ours "$out/data/1m.pcap")" m5 "$(ours "$out/data/5m.pcap")"
		one 6 "messages a second, 5m / 1m" "$(awk -v r="$(ratio m1 m5)" 'BEGIN { printf "%.2f", r * 5 }')" 0.95 higher
	else
		none 6 "messages a second, 5m / 1m" ">= 0.95" "BENCH_BIG=0"
	fi
fi

if wanted 7; then
	for s in $sizes; do
		"$SIPWHY" -N -I "$out/data/$s.pcap" --json=report >"$tmp/report" 2>"$tmp/err"
		jq -r '(["messages", "all", .messages.total], ["requests", "all", .messages.requests], ["responses", "all", .messages.responses],
		    (.classes | to_entries[] | ["class", .key, .value]), (.codes | to_entries[] | ["code", .key, .value]),
		    (.methods | to_entries[] | ["method", .key, .value.requests])) | select(.[2] > 0) | @tsv' "$tmp/report" | sort >"$tmp/got"
		awk -F '\t' '$1 ~ /^(messages|requests|responses|class|code|method)$/ && $3 > 0' "$out/data/$s.tsv" | sort >"$tmp/truth"
		one 7 "rows that differ from the truth ($s, of $(wc -l <"$tmp/truth"))" "$(comm -3 "$tmp/got" "$tmp/truth" | wc -l)" 0 lower
		comm -3 "$tmp/got" "$tmp/truth" | sed "s/^/# $s: /" | head -10 >&2
	done
fi

if wanted 11; then
	if [ -x "$top_builddir/tests/bench/hostile_bench" ]; then
		"$top_builddir/tests/bench/hostile_bench" >"$tmp/hostile" 2>&1
		status=$?
		sed 's/^/# /' "$tmp/hostile" >&2
		one 11 "hostile_bench: its own exit status" "$status" 0 lower
	else
		none 11 "hostile datagrams" "all shapes" "no tests/bench/hostile_bench (make hostile_bench)"
	fi
fi

# Attempts that nobody answers: more than track has room for, so the oldest must go, at no more cost than other messages have.
halfopen_gate() {
	f=$out/data/halfopen.pcap
	[ -s "$f" ] || { "$top_builddir/tests/bench/halfopen" 1000000 >"$f.part" && mv "$f.part" "$f"; } || die "can't write $f"
	"$SIPWHY" -N -I "$f" --json=report >"$tmp/report" 2>"$tmp/err" || die "halfopen: $(tail -1 "$tmp/err")"
	messages=$(jq .messages.total "$tmp/report")
	usual=$(awk -F '\t' '$1 == "messages" && $2 == "all" { print $3 }' "$out/data/1m.tsv")
	# The last look at the other file is not measured either.
	cat "$out/data/1m.pcap" >/dev/null
	floor_file= rounds_of "$rounds" m1 "$(ours "$out/data/1m.pcap")" halfopen "$(ours "$f")"
	one 12 "one million half-open attempts, messages a second / 1m" \
		"$(awk -v r="$(ratio m1 halfopen)" -v n="$messages" -v u="$usual" 'BEGIN { printf "%.2f", r * n / u }')" 0.75 higher
	one 12 "half-open: INVITE attempts that are missing" \
		"$(jq '1000000 - .attempts.INVITE.total | fabs' "$tmp/report")" 0 lower
	one 12 "half-open: attempts forgotten for lack of room" "$(jq .track.evictions "$tmp/report")" 1 higher
	if [ -x /usr/bin/time ]; then
		one 12 "half-open: peak memory, MiB (--events)" \
			"$(awk -v k="$(rss_kib "$f" --events)" 'BEGIN { printf "%.2f", k / 1024 }')" 64 lower
	else
		none 12 "half-open: peak memory, MiB" "<= 64" "no /usr/bin/time (Debian package time)"
	fi
}

if wanted 12; then
	if [ -x "$top_builddir/tests/bench/halfopen" ]; then
		halfopen_gate
	else
		none 12 "one million half-open attempts" ">= 0.75" "no tests/bench/halfopen (make tests/bench/halfopen)"
	fi
fi

# Logs of the same calls as the captures; each size once.
log_of() {
	case $2 in 100k) n=100000 ;; *) n=1000000 ;; esac
	f=$out/data/$2.$1
	[ -s "$f.tsv" ] || { "$out/gen_pcap" -n "$n" -m "$1" -o "$f" -t "$f.tsv.part" && mv "$f.tsv.part" "$f.tsv"; } ||
		die "can't write $f"
}

# log_truth KIND FILE: what it holds.  Of Kamailio's, what module acc says: its script's lines name codes of no message.
log_truth() {
	if [ "$1" = kamailio ]; then
		awk 'match($0, /;code=[0-9]+;/) { c = substr($0, RSTART + 6, 3); code[c]++; class[substr(c, 1, 1) "xx"]++ }
			END { for (c in code) print "code\t" c "\t" code[c]; for (c in class) print "class\t" c "\t" class[c] }' "$2"
	else
		cat "$2.tsv"
	fi
}

# log_exact KIND SIZE KINDS: rows of these kinds in the report that differ from what the log holds.
log_exact() {
	f=$out/data/$2.$1
	"$SIPWHY" -N -I "$f" --json=report 2>"$tmp/err" | jq -r '(["messages", "all", .messages.total],
	    ["requests", "all", .messages.requests], ["responses", "all", .messages.responses],
	    (.classes | to_entries[] | ["class", .key, .value]), (.codes | to_entries[] | ["code", .key, .value]),
	    (.methods | to_entries[] | ["method", .key, .value.requests])) | select(.[2] > 0) | @tsv' |
		grep -E "^($3)" | sort >"$tmp/got"
	log_truth "$1" "$f" | grep -E "^($3)" | awk -F '\t' '$3 > 0' | sort >"$tmp/truth"
	one 17 "$1 log: rows that differ from the truth ($2, of $(wc -l <"$tmp/truth"))" \
		"$(comm -3 "$tmp/got" "$tmp/truth" | wc -l)" 0 lower
	comm -3 "$tmp/got" "$tmp/truth" | sed "s/^/# $1 $2: /" | head -10 >&2
}

# Without --events, as they are timed: a small log does not fill the list.
log_memory() {
	if [ ! -x /usr/bin/time ]; then
		none 17 "$1 log: growth of memory, MiB" "<= 1" "no /usr/bin/time (Debian package time)"
		return
	fi
	one 17 "$1 log: growth of peak memory, MiB (1m - 100k)" \
		"$(awk -v a="$(rss_kib "$out/data/1m.$1")" -v b="$(rss_kib "$out/data/100k.$1")" \
			'BEGIN { printf "%.2f", (a - b) / 1024 }')" 1 lower
}

# grep to a pipe: to /dev/null it would stop at the first line that it finds.
log_asterisk() {
	f=$out/data/1m.asterisk
	floor_file= rounds_of "$rounds" ours "$(ours "$f")" grep "grep -c '^SIP/2.0 [3-6]' '$f' | cat"
	one 17 "sipwhy / grep -c (Asterisk log, 1m)" "$(ratio ours grep)" 2 lower
	log_exact asterisk 1m 'messages|requests|responses|class|code|method'
	log_memory asterisk
}

log_kamailio() {
	f=$out/data/1m.kamailio
	set -- ours "$(ours "$f")" grep "grep -cE '(code=|SIP/2.0 )[3-6][0-9][0-9]' '$f' | cat"
	have lnav && set -- "$@" lnav "lnav -n -q -c ';SELECT count(*) FROM all_logs' '$f' | cat"
	floor_file= rounds_of "$rounds" "$@"
	one 17 "sipwhy / grep -cE (Kamailio log, 1m)" "$(ratio ours grep)" 1 lower
	have lnav && one 17 "lnav / sipwhy (Kamailio log, 1m)" "$(ratio lnav ours)" 5 higher ||
		none 17 "lnav / sipwhy (Kamailio log)" ">= 5" "no lnav"
	log_exact kamailio 1m 'class|code'
	log_memory kamailio
}

# A million requests as a web server would have logged them: what such a tool can read of the same size.
log_goaccess() {
	if ! have goaccess; then
		none 17 "goaccess / sipwhy (Kamailio log)" ">= 50" "no goaccess"
		return
	fi
	log_of clf 1m
	cat "$out/data/1m.clf" >/dev/null
	clf=$out/data/1m.clf
	f=$out/data/1m.kamailio
	floor_file= rounds_of "$slow" ours "$(ours "$f")" \
		goaccess "goaccess '$clf' --log-format=COMMON --no-progress -o '$tmp/goaccess.json' </dev/null"
	one 17 "goaccess, access log / sipwhy, Kamailio log (1m each)" "$(ratio goaccess ours)" 50 higher
}

if wanted 17; then
	for s in 100k 1m; do
		log_of asterisk "$s"
		log_of kamailio "$s"
	done
	"$SIPWHY" -N -I "$out/data/100k.asterisk" --json=report >/dev/null 2>&1
	status=$?
	one 17 "reading a log: exit status" "$status" 0 lower
	if [ "$status" = 0 ]; then
		log_asterisk
		log_kamailio
		log_goaccess
	fi
fi

# A list of one million events: what a key waits for, a step and its page, see sift_bench.c.
if wanted list; then
	if [ -x "$top_builddir/tests/bench/sift_bench" ]; then
		"$top_builddir/tests/bench/sift_bench" >"$tmp/sift"
		sed 's/^/# /' "$tmp/sift" >&2
		worst=$(awk '/^worst/ { print $5 }' "$tmp/sift")
		one list "1M events: scroll, filter, sort, group: worst key, ms" "${worst:-999999}" 100 lower
	else
		none list "1M events: worst key, ms" "<= 100" "no tests/bench/sift_bench (make tests/bench/sift_bench)"
	fi
fi

# The screen, on a pty.
. "$here/screen.sh"
. "$here/mirror.sh"
screen_gates
mirror_gates

awk -F '\t' 'BEGIN { printf "%-5s %-52s %12s   %-10s %s\n", "gate", "what", "measured", "wanted", "" }
	{ printf "%-5s %-52s %12s   %-10s %s\n", $1, $2, $3, $4, $5 }' "$rows"
! grep -q MISS "$rows"
