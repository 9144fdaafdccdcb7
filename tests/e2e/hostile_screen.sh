#!/bin/bash
# hostile_screen - what strangers write into messages, seen by the terminal: each hostile file on a pty through every screen, the
# bytes read back by a strict parser (tests/e2e/ptyclean.c); then the same files as text, JSON and what the screen saves.  Skipped
# when the hostile files are not here.
. "$(dirname "$0")/lib.sh"
need_program
need_samples
ptystall=${PTYSTALL:-$top_builddir/tests/e2e/ptystall}
ptyclean=${PTYCLEAN:-$top_builddir/tests/e2e/ptyclean}
[ -x "$ptystall" ] && [ -x "$ptyclean" ] || tap_skip_all "no tests/e2e/ptystall or ptyclean (make check builds them)"
hostile=$SIPWHY_SHARED/samples/hostile
[ -d "$hostile/terminal" ] || tap_skip_all "no hostile files at $hostile/terminal"

# Started by root the screen runs as nobody, who has to be able to save.
mkdir "$work/cwd" "$work/caps" "$work/saved" && chmod 777 "$work/saved" && cd "$work/cwd" || exit 99
unset NO_COLOR COLORFGBG
esc=$(printf '\033')
enter=$(printf '\r')
tab=$(printf '\t')
leave=$(printf '\003')

# capture FILE: the message as a capture: UDP 192.0.2.2:5060 to 192.0.2.1:5060 over raw IP; lengths big-endian in the packet.
oct16() {
	printf '\\%03o\\%03o' $(($1 / 256)) $(($1 % 256))
}
oct32le() {
	printf '\\%03o\\%03o\\%03o\\%03o' $(($1 % 256)) $(($1 / 256 % 256)) $(($1 / 65536 % 256)) $(($1 / 16777216))
}
capture() {
	capture_n=$(wc -c <"$1")
	# shellcheck disable=SC2059
	printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\000\000\004\000\145\000\000\000'
	printf "$(oct32le 1772533000)\\000\\000\\000\\000$(oct32le $((capture_n + 28)))$(oct32le $((capture_n + 28)))"
	printf "E\\000$(oct16 $((capture_n + 28)))\\000\\001\\000\\000@\\021\\000\\000\\300\\000\\002\\002\\300\\000\\002\\001"
	printf "\\023\\304\\023\\304$(oct16 $((capture_n + 8)))\\000\\000"
	cat "$1"
}

for f in "$hostile"/terminal/*.sip; do
	name=${f##*/}
	capture "$f" >"$work/caps/terminal-${name%.sip}.pcap"
done

# A message that has everything: each text a person may see holds all that a terminal could obey, in one call with a request.
evil=$(printf 'a\033]0;x\007\033[31m\302\23331m\302\205\342\200\256b\342\200\213\342\201\246\357\273\277\377\200\b\177z')
cat >"$work/all.sip" <<-END
	SIP/2.0 403 $evil
	Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK1$evil
	From: "$evil" <sip:$evil@example.com>;tag=1
	To: "$evil" <sip:$evil@example.com>;tag=2
	Call-ID: $evil@192.0.2.2
	CSeq: 1 INVITE
	Server: $evil
	Reason: Q.850;cause=34;text="$evil"
	Warning: 399 $evil "$evil"
	Retry-After: $evil
	X-Asterisk-HangupCause: $evil
	Content-Type: application/sdp
	Content-Length: 0

	v=0$evil
END
sed -i 's/$/\r/' "$work/all.sip"
capture "$work/all.sip" >"$work/caps/all-at-once.pcap"

# Overview, Events, the list's end, detail, raw, ladder, SDP, diff, groups, peers, alerts, sources, notices, help, log, settings,
# the filter prompt with completion over values seen, the column chooser, evidence; then what is saved.
walk() {
	walk_out=$1
	shift
	walk_steps until:"$first" read:0.2 \
		send:2 read:0.15 send:G read:0.05 send:"$enter" \
		read:0.15 send:G read:0.05 send:r read:0.1 send:G read:0.05 send:"$esc" read:0.15 \
		send:x read:0.1 send:"$enter" read:0.1 send:"$esc" read:0.1 send:"$esc" read:0.1 \
		send:2 read:0.05 send:d read:0.1 send:"$esc" read:0.1 \
		send:3 read:0.1 send:"$enter" read:0.1 send:2 read:0.05 send:3 read:0.1 send:"$tab" read:0.1 send:"$tab" read:0.1 send:4 read:0.1 \
		send:"$enter" read:0.1 send:5 read:0.1 send:"$enter" read:0.1 send:6 read:0.1 send:"$enter" read:0.1 send:8 read:0.1 \
		send:"$enter" read:0.1 send:'?' read:0.1 send:"$esc" read:0.1 send:L read:0.1 send:"$esc" read:0.1 send:2 read:0.1 \
		send:t read:0.1 send:"$esc" read:0.1 send:a read:0.05 send:w read:0.05 send:/ read:0.05 send:'from:' read:0.1 send:"$tab" read:0.1 \
		send:"$tab" read:0.1 send:"$esc" read:0.15 send:"$esc" read:0.1 \
		send:":w $work/saved/$name.csv csv$enter" read:0.2 send:":w $work/saved/$name.json json$enter" read:0.2 \
		send:":w $work/saved/$name.txt text$enter" read:0.2 send:Y read:0.2 send:"$esc" read:0.15 send:1 read:0.1 \
		send:"$leave" end:3 save:"$walk_out"
	"$ptystall" "$size" "${steps[@]}" -- "$@" >"$work/steps" 2>&1
}

# walk_steps STEP...: into steps, pace times slower.
pace=1
walk_steps() {
	steps=()
	for walk_s; do
		case $walk_s in
		read:0.*)
			walk_ms=${walk_s#read:0.}000
			walk_ms=$((pace * 10#${walk_ms:0:3}))
			printf -v walk_s 'read:%d.%03d' $((walk_ms / 1000)) $((walk_ms % 1000))
			;;
		esac
		steps+=("$walk_s")
	done
}

screen_one() {
	f=$1
	name=${f##*/}
	name=${name%.pcap}
	walk "$work/bytes" "$SIPWHY" --theme dark -I "$f"
	why=$(grep -a '^failed' "$work/steps"; tail -n 1 "$work/steps" | grep -v '^exit 0$')
	[ -e "$work/first" ] || cp "$work/bytes" "$work/first"
	dirty=$("$ptyclean" screen "$work/bytes" 2>&1)
	is "$name $size $TERM $LC_ALL: only what is meant for a terminal reaches it" "$why$dirty" ""
}

# The parser itself: what it must not let through.
n=0
for bad in '\033]0;x\007' '\033[6n' '\033[31' '\033[>c' '\033P1\033\\' '\033]52;c;?\007' '\007' '\302\23331m' '\342\200\256' '\342\200\213' \
	'\357\273\277' '\377' '\355\240\200' '\177' '\000'; do
	# shellcheck disable=SC2059
	printf "$bad text behind it" >"$work/bad"
	"$ptyclean" screen "$work/bad" >"$work/said" && n=$((n + 1)) && echo "# let through: $bad"
done
is "the parser lets nothing of that through" $n 0

size=24x80
TERM=xterm-256color
first=CLASS
export TERM
for f in "$work"/caps/*.pcap; do
	screen_one "$f"
done
# It would be easy to be clean by showing nothing.  A slow machine leaves out screens that the next key takes away: it gets time.
seen=('<U+202E>' '\x1b]0;x' Raw Ladder Groups PEER Sources Help)
saw_all() {
	for what in "${seen[@]}"; do
		grep -aFq -- "$what" "$work/first" || return 1
	done
}
name=all-at-once
for pace in 3 9; do
	saw_all || walk "$work/first" "$SIPWHY" --theme dark -I "$work/caps/$name.pcap"
done
pace=1
for what in "${seen[@]}"; do
	ok "$(grep -aFq -- "$what" "$work/first"; echo $?)" "the walk has seen: $what"
done
# A wide one with panes, and one that knows neither colours nor UTF-8.
size=40x140
screen_one "$work/caps/all-at-once.pcap"
TERM=vt100 LC_ALL=C screen_one "$work/caps/all-at-once.pcap"
TERM=linux screen_one "$work/caps/all-at-once.pcap"

# What is written for people and machines.  A line ends by a newline; nothing else is below a blank.
for f in "$work"/caps/*.pcap; do
	name=${f##*/}
	name=${name%.pcap}
	"$SIPWHY" -N -I "$f" >"$work/out.text" 2>"$work/err.text"
	"$SIPWHY" -N -I "$f" --events >"$work/out.events" 2>"$work/err.events"
	"$SIPWHY" -N -I "$f" --json=report >"$work/out.report" 2>"$work/err.report"
	"$SIPWHY" -N -I "$f" --json >"$work/out.json" 2>"$work/err.json"
	dirty=
	for o in text events report json; do
		dirty="$dirty$("$ptyclean" file "$work/out.$o" "$work/err.$o" 2>&1)"
		[ -s "$work/out.$o" ] || dirty="$dirty$o is empty: $(cat "$work/err.$o")"
	done
	is "$name: text, events, report and records are clean" "$dirty" ""
done

# The evidence has a name of its own, in the folder where sipwhy was started.
set --
for f in "$work"/saved/* "$work"/cwd/sipwhy-*.txt; do
	[ ! -e "$f" ] || set -- "$@" "$f"
done
if [ $# -gt 0 ]; then
	is "what the screen saved is clean: $# files" "$("$ptyclean" file "$@" 2>&1)" ""
	is "what the screen saved is for its owner only" "$(stat -c %a "$@" | sort -u)" 600
else
	skip "what the screen saves" "it saved nothing"
fi
is "nothing in the messages was run or written" "$(ls -A "$work/cwd" | grep -vE '^sipwhy-[0-9]{8}-[0-9]{6}-[0-9a-f]{8}\.txt$')" ""
tap_done
