#!/bin/sh
# hostile - the hostile capture files, and every hostile message wrapped as a capture, through the whole program: it ends by
# itself, in time, by no signal, says what it must and counts what it must (samples/hostile/README.md).
# Verdicts: P parsed, PP partly decoded, M malformed, F not SIP; "|" where either is right, a number for so many P.
. "$(dirname "$0")/../e2e/lib.sh"
need_program
need_samples
need timeout

hostile=$SIPWHY_SHARED/samples/hostile
limit_s=$((1 * SLACK))
# limited COMMAND...: it may take so many seconds of a processor; others may keep it waiting for longer.
limited() {
	(ulimit -t "$limit_s" && exec timeout $((10 * limit_s)) "$@")
}

# Exit status not 0 and one sentence that names the file.  Those read in part count what was before the damage.
hostile_table='
pcap/big-endian.pcap 0 3
pcap/block-length-4GiB.pcapng 1 0
pcap/caplen-1.pcap 0 1+bad
pcap/caplen-over-snaplen.pcap 0 1
pcap/cut-in-packet-data.pcap 1 2
pcap/cut.pcapng 1 0
pcap/epb-caplen-over.pcapng 1 0
pcap/fragment-past-64k.pcap 0 0+bad
pcap/fragments-never-complete.pcap 0 0+5000
pcap/fragments-reversed.pcap 0 1
pcap/header-only.pcap 0 0
pcap/ihl-4.pcap 0 1+bad
pcap/ip-total-len-over.pcap 0 1+bad
pcap/linktype-unknown.pcap 1 0
pcap/magic-wrong.pcap 1 0
pcap/ok.pcapng 0 1
pcap/tcp-data-offset-15.pcap 0 1
pcap/tcp-message-split-byte-by-byte.pcap 0 1
pcap/tcp-two-messages-one-segment.pcap 0 2
pcap/udp-64k-allow-commas.pcap 0 P|PP
pcap/udp-len-0.pcap 0 1+bad
pcap/udp-len-7.pcap 0 1+bad
sip-as-pcap/semantics-bad-contact.pcap 0 PP 403
sip-as-pcap/semantics-bigcode-aliases-403.pcap 0 M
sip-as-pcap/semantics-code-099.pcap 0 M
sip-as-pcap/semantics-code-99999.pcap 0 M
sip-as-pcap/semantics-contact-star.pcap 0 P
sip-as-pcap/semantics-content-length-negative.pcap 0 P|PP
sip-as-pcap/semantics-cr-only.pcap 0 P
sip-as-pcap/semantics-cut-mid-header.pcap 0 PP 403
sip-as-pcap/semantics-duplicate-content-length.pcap 0 PP 403
sip-as-pcap/semantics-duplicate-from.pcap 0 PP 403
sip-as-pcap/semantics-from-tel-uri.pcap 0 P
sip-as-pcap/semantics-lf-only.pcap 0 P
sip-as-pcap/semantics-long-call-id-4096.pcap 0 P
sip-as-pcap/semantics-missing-all.pcap 0 PP
sip-as-pcap/semantics-multipart-no-boundary.pcap 0 P|PP
sip-as-pcap/semantics-no-space-after-code.pcap 0 P 403
sip-as-pcap/semantics-nul-in-header.pcap 0 PP 403
sip-as-pcap/semantics-reason-text-lone-quote.pcap 0 P
sip-as-pcap/semantics-stun-like.pcap 0 F
sip-as-pcap/semantics-two-spaces.pcap 0 M|P
sip-as-pcap/semantics-version-9.9.pcap 0 M|F
sip-as-pcap/semantics-warning-empty.pcap 0 P
sip-as-pcap/terminal-backspace-overwrite.pcap 0 P|PP
sip-as-pcap/terminal-combining-stack.pcap 0 P|PP
sip-as-pcap/terminal-format-string.pcap 0 P
sip-as-pcap/terminal-line-separator.pcap 0 P|PP
sip-as-pcap/terminal-pct-esc-from-user.pcap 0 P|PP
sip-as-pcap/terminal-raw-osc-title-reason.pcap 0 P|PP
sip-as-pcap/terminal-shell-meta.pcap 0 P
sip-as-pcap/terminal-wide-and-emoji.pcap 0 P
'

# What the report says in the words of the table.
hostile_verdict() {
	jq -r '.messages as $m | .sources[0].verdicts as $v |
	    if $m.total > 1 then "\($m.total)"
	    elif $m.total == 1 and $m.malformed > 0 then "both"
	    elif $m.total == 1 then if $m.partial > 0 then "PP" else "P" end
	    elif $m.malformed > 0 then "M"
	    elif ($v["not-sip"] // $v.not_sip // 0) > 0 then "F" else "0" end' "$1"
}

# hostile_counts REPORT WANTED: a line when it is not so.
hostile_counts() {
	case $2 in
	*+*)
		jq -r --argjson n "${2%+*}" --arg bad "${2#*+}" '
		    (.sources[0].verdicts | .malformed + .dropped) as $b |
		    if .messages.total != $n or (if $bad == "bad" then $b < 1 else $b != ($bad | tonumber) end)
		    then "messages \(.messages.total), bad frames \($b)" else empty end' "$1" ;;
	[0-9]*)
		jq -r --argjson n "$2" 'if .messages.total == $n and .messages.malformed == 0 then empty
		    else "messages \(.messages.total), malformed \(.messages.malformed)" end' "$1" ;;
	*)
		got=$(hostile_verdict "$1")
		case "|$2|" in *"|$got|"*) ;; *) echo "verdict $got" ;; esac ;;
	esac
}

# Outputs for people and machines hold no byte that a terminal obeys: C0 but newline, DEL, C1 as UTF-8, bidi controls.
hostile_unclean() {
	LC_ALL=C awk '/[\001-\011\013-\037\177]|\302[\200-\237]|\342\200[\252-\256\250\251]|\342\201[\246-\251]/ {
		print "line " NR " of " FILENAME " has bytes that a terminal obeys"; exit }' "$@"
}

hostile_run() {
	limited "$SIPWHY" -N -I "$1" --json=report --events >"$work/out" 2>"$work/err"
	status=$?
	[ $status -ne 124 ] || echo "still running after $((10 * limit_s)) s"
	[ $status -lt 128 ] || echo "ended by signal $((status - 128)): $(cat "$work/err")"
	[ $status -eq "$2" ] || echo "exit $status, wanted $2: $(cat "$work/err")"
	[ "$2" -eq 0 ] || grep -Fq "${1##*/}" "$work/err" || echo "no sentence on stderr names the file: $(cat "$work/err")"
	# A file refused at its head has no report; one that has begun must have one.
	[ -s "$work/out" ] || { [ "$2" -ne 0 ] && [ "${3%%[+|]*}" = 0 ] && return; echo "no report"; return; }
	jq -e . "$work/out" >/dev/null 2>&1 || { echo "not JSON"; return; }
	unbalanced "$work/out"
	hostile_counts "$work/out" "$3"
	[ -z "$4" ] || jq -r --arg c "$4" 'select(.codes[$c] != 1) | "code \($c) not counted: \(.codes)"' "$work/out"
	limited "$SIPWHY" -N -I "$1" >"$work/text" 2>/dev/null
	hostile_unclean "$work/out" "$work/text" "$work/err"
}

mkdir "$work/cwd" && cd "$work/cwd" || exit 99
echo "$hostile_table" >"$work/table"
while read -r file status wanted code; do
	[ -n "$file" ] || continue
	why=$(hostile_run "$hostile/$file" "$status" "$wanted" "$code")
	ok "$([ -z "$why" ]; echo $?)" "$file $wanted" "$why"
done <"$work/table"

for f in "$hostile"/pcap/* "$hostile"/sip-as-pcap/*; do
	grep -Fq "${f#"$hostile"/} " "$work/table" || ok 1 "${f##*/} is in the table of this test"
done
is "nothing in the messages was run or written" "$(ls -A "$work/cwd")" ""

# The rest of the hostile files are no captures.  What is not text either is refused in one sentence; what is text is read as
# a log, and accounted for.
why=
for f in "$hostile"/hep/* "$hostile"/syslog/tls-client-hello-on-plain.txt; do
	limited "$SIPWHY" -N -I "$f" --json=report >"$work/out" 2>"$work/err"
	status=$?
	[ $status -eq 1 ] && [ "$(wc -l <"$work/err")" -eq 1 ] || why="$why${f##*/}: exit $status: $(cat "$work/err")
"
done
ok "$([ -z "$why" ]; echo $?)" "what is no capture and no text is refused in one sentence, exit 1" "$why"
why=
for f in "$hostile"/syslog/* "$hostile"/complexity/* "$hostile"/libosip2/*; do
	case $f in */tls-client-hello-on-plain.txt) continue ;; esac
	one=$(hostile_run "$f" 0 'P|PP|M|F|0|both|1|2|3|4|5|6|7|8|9' '' | grep -v '^verdict')
	[ -z "$one" ] || why="$why${f##*/}: $one
"
done
ok "$([ -z "$why" ]; echo $?)" "hostile text is read as a log within $limit_s s, accounted for, and nothing in it reaches a terminal" "$why"
tap_done
