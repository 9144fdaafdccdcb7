# mirror - gates 8, 9, 10 and 12 with the console on a pty; sourced by run.sh behind screen.sh (one, none, wanted, told, row;
# out, tmp, top_builddir, ptybench, screen_keys).  Every run has a network namespace of its own, so it needs root.
#
# What is sent is known exactly (mirrorsend.c), what came is read from the Sources view.  A rate holds when all of it came.
# Wanted rates are those of a machine whose sender alone sends a million a second; on a slower one they are scaled down.
# BENCH_MIRROR_S [10]: seconds of each run.  BENCH_MIRROR_RATES: rates in thousands that are tried, from the top down.

mirrorsend=$top_builddir/tests/bench/mirrorsend
mirror_s=${BENCH_MIRROR_S:-10}
mirror_rates=${BENCH_MIRROR_RATES:-600 500 400 350 300 250 200 150 100 50}
mirror_peer_rates=${BENCH_MIRROR_PEER_RATES:-10 20 30 40 60 80 100}
mirror_port=25080

mirror_ns() {
	unshare -n sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

# mirror_run KIND STEP... -- OPTION...: the program on a pty listens to (hep) or captures (sip) what mirrorsend sends; then
# sent, came, lost are figures.  `sent` is where a start: step left what its sender said.
mirror_run() {
	mirror_kind=$1
	shift
	: >"$tmp/sent"
	TERM=xterm-256color LC_ALL=C.UTF-8 mirror_ns "$ptybench" 40x140 until:loss type:6 "$@" >"$tmp/pty" 2>&1
	grep -v '^#|' "$tmp/pty" | sed 's/^/# /' >&2
	came=$(awk '$1 == "#|" && $2 == "Packets" { gsub(/,/, "", $3); v = $3 } END { print v + 0 }' "$tmp/pty")
	lost=$(awk '$1 == "#|" && $2 == "Lost" && /in the kernel/ { gsub(/,/, "", $3); v = $3 } END { print v + 0 }' "$tmp/pty")
	sent=$(jq -s 'map(.sent) | add // 0' "$tmp/sent")
	rate=$(jq -s 'map(.rate) | add // 0' "$tmp/sent")
	echo "# $mirror_kind: sent $sent at $rate a second, came $came, lost $lost" >&2
}

# mirror_source KIND: options that take it.
mirror_source() {
	case $1 in
	hep) echo "-L udp:127.0.0.1:$mirror_port" ;;
	sip) echo "-d lo" ;;
	esac
}

mirror_filter() {
	[ "$1" = hep ] || echo "udp port $mirror_port"
}

mirror_start() {
	echo "start:exec '$mirrorsend' $1 $mirror_port $2 $3 >>'$tmp/sent'"
}

# mirror_try KIND RATE OPTION...: did all of it come?
mirror_try() {
	try_kind=$1
	try_rate=$2
	shift 2
	# Word splitting is meant.
	# shellcheck disable=SC2046
	mirror_run "$try_kind" "$(mirror_start "$try_kind" "$try_rate" "$mirror_s")" read:1 "load:load:$((mirror_s - 2))" \
		read:3 show: -- "$SIPWHY" -F $(mirror_source "$try_kind") "$@" $(mirror_filter "$try_kind")
	[ "$sent" -gt 0 ] && [ "$sent" = "$came" ] && [ "$lost" = 0 ]
}

# mirror_highest KIND OPTION...: the highest rate that came whole in one of two tries, in $highest.
mirror_highest() {
	highest_kind=$1
	shift
	highest=0
	for k in $mirror_rates; do
		# What the sender can't do need not be tried.
		[ $((k * 1000)) -le "$flood" ] || continue
		for try in 1 2; do
			if mirror_try "$highest_kind" $((k * 1000)) "$@"; then
				highest=$rate
				return
			fi
		done
	done
}

# mirror_peer KIND: sngrep's highest rate without loss, on its way up, in $peer.
mirror_peer() {
	peer=0
	case $1 in
	hep)
		echo 'set eep.listen.version 3' >"$tmp/sngreprc"
		set -- hep -f "$tmp/sngreprc" -L "udp:127.0.0.1:$mirror_port"
		;;
	sip) set -- sip -F -d lo udp port "$mirror_port" ;;
	esac
	peer_kind=$1
	shift
	for k in $mirror_peer_rates; do
		rm -f "$tmp/peer.pcap"
		mirror_ns sh -c 's=$1 k=$2 p=$3 r=$4 t=$5; shift 5
			sngrep -N -q -l 10000000 -O "$t/peer.pcap" "$@" </dev/null >/dev/null 2>&1 &
			sleep 1; "$s" "$k" "$p" "$r" 5 >"$t/sent"; sleep 3; kill -INT $!; sleep 1; kill -KILL $! 2>/dev/null; wait' \
			sh "$mirrorsend" "$peer_kind" "$mirror_port" $((k * 1000)) "$tmp" "$@" 2>/dev/null
		sent=$(jq .sent "$tmp/sent")
		came=$("$SIPWHY" -N -I "$tmp/peer.pcap" --json=report 2>/dev/null | jq .messages.total)
		echo "# sngrep, $peer_kind: sent ${sent:-0} at $(jq .rate "$tmp/sent"), saved ${came:-0}" >&2
		[ "${sent:-0}" -gt 0 ] && [ "$sent" = "${came:-0}" ] || return
		peer=$(jq .rate "$tmp/sent")
	done
}

mirror_ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.1f", a / b; else print "-" }'
}

# mirror_scaled RATE
mirror_scaled() {
	awk -v r="$1" -v f="$flood" 'BEGIN { printf "%d", (f >= 1000000 ? r : r * f / 1000000) }'
}

# The sender tells a little less than it was asked for: time that it lost is not caught up with.
mirror_told() {
	mirror_scaled $(($1 * 97 / 100))
}

mirror_gate8() {
	for kind in hep sip; do
		mirror_highest $kind
		one 8 "$kind: a second without a loss, console on" "$highest" "$(mirror_told 300000)" higher
		echo "# $kind: highest $highest of a sender's $flood" >&2
		if have sngrep; then
			mirror_peer $kind
			[ "$peer" != 0 ] && one 8 "$kind: a second without a loss / sngrep" "$(mirror_ratio "$highest" "$peer")" 10 higher ||
				none 8 "$kind: a second without a loss / sngrep" ">= 10" "sngrep lost at its first rate, or does not run"
		else
			none 8 "$kind: a second without a loss / sngrep" ">= 10" "no sngrep"
		fi
	done
}

mirror_gate9() {
	for kind in hep sip; do
		mirror_highest $kind -B 4
		one 9 "$kind: the same with 4 MiB" "$highest" "$(mirror_told 150000)" higher
	done
}

# As fast as it goes, into a small buffer: what is lost is told at once, and nothing is unaccounted for.
mirror_gate10() {
	for kind in hep sip; do
		# shellcheck disable=SC2046
		mirror_run $kind type:6 "$(mirror_start $kind 0 6)" until:LOSS read:9 show: \
			-- "$SIPWHY" -F $(mirror_source $kind) -B 1 $(mirror_filter $kind)
		one 10 "$kind, flood: lost messages" "$lost" 1 higher
		apart=$((sent - came - lost))
		one 10 "$kind, flood: sent - came - lost" "${apart#-}" 0 lower
		shown=$(sed -n "s/^until text='LOSS'.* since_key=\([0-9.]*\).*/\1/p" "$tmp/pty")
		one 10 "$kind, flood: first loss on screen, ms after the first message" "${shown:-999999}" 1000 lower
	done
}

# Keys while it is as loud as gate 8 has it, and with bad messages beside good ones.
mirror_gate12() {
	for kind in hep sip; do
		# shellcheck disable=SC2046
		mirror_run $kind "$(mirror_start $kind "$(mirror_scaled 300000)" 20)" read:2 "type:<Esc>1" read:1 \
			"keys:keys:2:$screen_keys" "type:<Esc>6" read:20 show: \
			-- "$SIPWHY" -F $(mirror_source $kind) $(mirror_filter $kind)
		row 13 "$kind, $(mirror_scaled 300000)/s: key to first byte, p95 ms" keys keys first_p95 5
		row 13 "$kind, $(mirror_scaled 300000)/s: key to first byte, max ms" keys keys first_max 20
	done
	# shellcheck disable=SC2046
	mirror_run hep "start:'$mirrorsend' bad $mirror_port 10000 14 >>'$tmp/sent' & '$mirrorsend' hep $mirror_port 10000 14 \
>>'$tmp/sent'; wait" read:2 "type:<Esc>1" read:1 "keys:keys:2:$screen_keys" load:load:2 "type:<Esc>6" read:14 show: \
		-- "$SIPWHY" -F $(mirror_source hep) -B 4
	one 12 "10k bad beside 10k good: sent - came" "$((sent - came))" 0 lower
	one 12 "10k bad beside 10k good: lost" "$lost" 0 lower
	row 12 "10k bad beside 10k good: key to first byte, p95 ms" keys keys first_p95 10
	echo "# 10k bad beside 10k good: $(told load load engine) % of a processor" >&2
}

mirror_gates() {
	wanted 8 || wanted 9 || wanted 10 || wanted 12 || return 0
	if [ ! -x "$ptybench" ] || [ ! -x "$mirrorsend" ]; then
		none 8 "mirrored and captured traffic, live" "8-10, 12" "no tests/bench/ptybench or mirrorsend (make check)"
		return
	fi
	if ! can_isolate; then
		none 8 "mirrored and captured traffic, live" "8-10, 12" "no right to a network namespace (run as root)"
		return
	fi
	flood=$(mirror_ns "$mirrorsend" sip "$mirror_port" 0 3 | jq .rate)
	echo "# the sender alone: $flood a second" >&2
	! wanted 8 || mirror_gate8
	! wanted 9 || mirror_gate9
	! wanted 10 || mirror_gate10
	! wanted 12 || mirror_gate12
}
