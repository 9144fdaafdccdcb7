# screen - the gates of the Console, measured on a pty; sourced by run.sh (one, none, wanted; out, tmp, top_builddir).
# Live gates capture on lo, as root and in a network namespace of their own, so that nobody else's packets are on it.
# BENCH_SCREEN_S [10]: seconds of each measurement of load.  Without a namespace (run as root) only files are measured.

ptybench=$top_builddir/tests/bench/ptybench
screen_s=${BENCH_SCREEN_S:-10}
screen_sizes='24x80 40x140'
screen_port=25060

# pty ARG...: a run; what it tells is kept in $tmp/pty and shown as comments.
pty() {
	TERM=xterm-256color LC_ALL=C.UTF-8 "$ptybench" "$@" >"$tmp/pty" 2>&1
	pty_status=$?
	sed 's/^/# /' "$tmp/pty" >&2
	return $pty_status
}

# lo_pty ARG...: the same on a lo of our own.
lo_pty() {
	TERM=xterm-256color LC_ALL=C.UTF-8 unshare -n sh -c 'ip link set lo up && exec "$@"' sh "$ptybench" "$@" >"$tmp/pty" 2>&1
	pty_status=$?
	sed 's/^/# /' "$tmp/pty" >&2
	return $pty_status
}

# told LINE NAME KEY: a figure of the last run.
told() {
	awk -v l="$1" -v n="name=$2" -v k="$3" '$1 == l && $2 == n {
		for (i = 3; i <= NF; i++)
			if (index($i, k "=") == 1) {
				print substr($i, length(k) + 2)
				exit
			}
	}' "$tmp/pty"
}

# row GATE WHAT LINE NAME KEY LIMIT: at most so much; a figure that is not there is a miss.
row() {
	row_value=$(told "$3" "$4" "$5")
	one "$1" "$2" "${row_value:-999999}" "$6" lower
}

# first GATE WHAT KEY LIMIT: of the first thing that was waited for.
first() {
	first_value=$(awk -v k="$3" '$1 == "until" && match($0, k "=[0-9.]+") {
		print substr($0, RSTART + length(k) + 1, RLENGTH - length(k) - 1)
		exit
	}' "$tmp/pty")
	one "$1" "$2" "${first_value:-999999}" "$4" lower
}

live_send() {
	echo "exec '$out/live_send' -f '$out/data/1m.pcap' -p $screen_port -r $1 -s 600 -N 400000 $2"
}

can_isolate() {
	[ "$(id -u)" = 0 ] && unshare -n sh -c 'ip link set lo up' 2>/dev/null
}

# Keys while messages come: arrows, pages, views, a filter typed, taken and dropped.
screen_keys='<Down><Down><Up><PgDn><PgUp>23456<Esc>1/code:503<Esc><Down><Up>'

# Every rate: keys (13), bytes (15), processor (16).
screen_rates() {
	for size in $screen_sizes; do
		for rate in 1000 10000 300000; do
			label="$((rate / 1000))k msg/s, $size"
			lo_pty "$size" sink:$screen_port until:loss "start:$(live_send $rate '-a')" read:3 "load:load:$screen_s" \
				"keys:keys:4:$screen_keys" "type:<Esc>2G" read:1 "load:events:$((screen_s / 2))" \
				-- "$SIPWHY" -F -d lo "udp port $screen_port" || true
			case $rate in
			300000) limit=24000 cpu= ;;
			10000) limit=24000 cpu=12 ;;
			*) limit=20000 cpu=3 ;;
			esac
			row 13 "key to first byte, p95 ms ($label)" keys keys first_p95 5
			row 13 "key to first byte, max ms ($label)" keys keys first_max 20
			row 15 "bytes a second ($label)" load load bytes_a_second $limit
			row 15 "bytes a second, Events ($label)" load events bytes_a_second $limit
			[ -z "$cpu" ] || row 16 "processor, % ($label)" load load cpu $cpu
		done
	done
}

screen_idle() {
	lo_pty 24x80 sink:$screen_port until:loss read:12 "load:load:$screen_s" -- "$SIPWHY" -F -d lo "udp port $screen_port"
	# Nothing but the clock's minute, which is 60 bytes at most, may move.
	row 15 "bytes a second (idle, nothing seen yet)" load load bytes_a_second 6
	row 16 "processor, % (idle)" load load cpu 0.2
	# One failure, and then nothing: in the first minutes the graphs' columns and the ages go on, as counters do.
	lo_pty 24x80 sink:$screen_port until:loss read:1 marks:marks:1:$screen_port:0 read:75 "load:still:$screen_s" \
		-- "$SIPWHY" -F -d lo "udp port $screen_port"
	row 15 "bytes a second (one failure a minute ago)" load still bytes_a_second 2000
	row 16 "processor, % (one failure a minute ago)" load still cpu 0.2
	# Two answers a second: little but counters moves.
	lo_pty 24x80 sink:$screen_port until:loss "start:$(live_send 2 '')" read:3 "load:load:$screen_s" \
		-- "$SIPWHY" -F -d lo "udp port $screen_port"
	row 15 "bytes a second (two answers a second: counters)" load load bytes_a_second 2000
	for size in 24x80:4000 40x140:9000; do
		pty "${size%:*}" until:CLASS settle:200 bytes:first -- "$SIPWHY" -F --demo
		row 15 "bytes of the first screen (${size%:*})" bytes first all "${size#*:}"
	done
}

# Answers without a failure beside: a list that scrolls faster than one can read shows a summary instead.
screen_marks() {
	for rate in 0 1000 10000; do
		label="$((rate / 1000))k good msg/s beside"
		[ "$rate" -gt 0 ] || label="quiet screen"
		beside="exec '$top_builddir/tests/e2e/udpsend' $((screen_port + 1)) $rate 600 200"
		[ "$rate" -gt 0 ] || beside=true
		lo_pty 24x80 sink:$screen_port until:loss "start:$beside" read:2 type:2G read:1.5 "marks:marks:20:$screen_port:1300" \
			-- "$SIPWHY" -F -d lo "udp portrange $screen_port-$((screen_port + 1))"
		row 14 "new failure to screen, p99 ms ($label)" marks marks p99 120
		row 14 "new failures that did not come to the screen ($label)" marks marks missed 0
	done
}

# The peers of what gen_pcap writes are 10.1.0.x: they are on the screen with the first row.
screen_open() {
	last=1m
	[ "$big" = 0 ] || last=5m
	f=$out/data/$last.pcap
	cat "$f" >/dev/null
	for size in $screen_sizes; do
		pty "$size" until:10.1.0. "keys:keys:2:$screen_keys" -- "$SIPWHY" -F -I "$f"
		first 18 "first rows on screen, ms ($last, $size)" since_start 150
		row 18 "key to first byte while it reads, p95 ms ($last, $size)" keys keys first_p95 20
	done
}

# One million failures in the list; each code is a fifth of them.
screen_million() {
	f=$out/data/failures.pcap
	[ -s "$f" ] || { "$top_builddir/tests/bench/failures" 1000000 >"$f.part" && mv "$f.part" "$f"; } || die "can't write $f"
	for size in $screen_sizes; do
		pty "$size" until:CLASS until:ENDED settle:1500 \
			type:2 read:1 "keys:scroll:3:gG<PgUp><PgUp><Up><Down><Up><PgDn>G" \
			"keys:sort:2:<gt><gt>z<lt><lt>z" settle:500 type:/ settle:300 "keys:filter:1:code:503" settle:1000 "type:<Enter>" \
			settle:1000 "count:shown: of 1,000,000" "show:" "keys:page:3:gG<PgUp><Up>" "type:<Esc>" settle:500 \
			"type:<Esc>" settle:300 type:3 settle:1000 "keys:groups:3:<Down><Up><PgDn><PgUp>" "keys:by:1:bbbbbbbbb" settle:1000 \
			"type:1" read:12 "load:load:$screen_s" -- "$SIPWHY" -F -I "$f" -l 1000000
		for part in scroll sort filter page groups by; do
			row list "1M failures: $part: worst key, ms ($size)" keys $part first_max 100
		done
		one list "1M failures: code:503 leaves ($size), off by" \
			"$(awk -v v="$(told count shown value)" 'BEGIN { print (v > 200000 ? v - 200000 : 200000 - v) }')" 0 lower
		row list "1M failures: processor when nothing moves, % ($size)" load load cpu 0.2
		echo "# 1M failures: the console holds $(told load load console_mib) MiB ($size)" >&2
	done
}

screen_gates() {
	if [ ! -x "$ptybench" ] || [ ! -x "$top_builddir/tests/bench/failures" ]; then
		none 13 "the screen on a pty" "13-16, 18" "no tests/bench/ptybench or failures (make check)"
		return
	fi
	[ -x "$out/live_send" ] || make -s -C "$SIPWHY_SHARED/bench" OUT="$out" "$out/live_send" || die "can't build live_send"
	if ! wanted 13 && ! wanted 14 && ! wanted 15 && ! wanted 16; then
		:
	elif can_isolate; then
		if wanted 13 || wanted 15 || wanted 16; then
			screen_rates
			screen_idle
		fi
		! wanted 14 || screen_marks
	else
		none 13 "keys, failures, bytes and processor, live" "13-16" "no right to a network namespace (run as root)"
	fi
	! wanted 18 || screen_open
	! wanted million || screen_million
}
