#!/bin/sh
# captures - every sample capture against its truth (NAME.expected.tsv): messages, Call-IDs, classes, codes and methods, each row
# exactly; what is on neither side counts as 0.
. "$(dirname "$0")/../e2e/lib.sh"
need_program
need_samples

# HEP is read where it is asked for.
captures_hep='hepws-hep.pcap local-kamailio-hep3.pcap local-sngrep-hep3.pcap hep1.pcap hep2.pcap hep3_tcp.pcap hep3_udp.pcap
hep3_zlib.pcap'
# One response more than the truth, and partial: a 404 begins in frame 4, and the next 100 bytes of its stream never came (frame 5
# goes on behind them).  The truth counts what is whole; a response that was seen is never left out here.
captures_partial='tcp_gap.pcap'
# A file that ends inside a record is read to there, and the exit status says so.
captures_damaged='pcap_cut.pcap'

captures_among() {
	case " $(echo $2) " in *" $1 "*) return 0 ;; esac
	return 1
}

# The report as rows of the truth's form.
captures_rows() {
	jq -r '
	    def row(k; n): [k, .key, n] | @tsv;
	    (["messages", "requests", "responses"][] as $k | ["total", $k, (.messages | if $k == "messages" then .total else .[$k] end)] | @tsv),
	    (["total", "call_ids", .call_ids] | @tsv),
	    (.classes | to_entries[] | row("class"; .value)),
	    (.codes | to_entries[] | row("status"; .value)),
	    (.methods | to_entries[] | row("request_method"; .value.requests)),
	    (.methods | to_entries[] | row("response_method"; [.value.responses[]] | add // 0))' "$1"
}

# captures_differ TRUTH ROWS: a line for each difference.
captures_differ() {
	awk -F '\t' '
		FNR == NR && /^#/ { next }
		FNR == NR && $1 == "min_total" { min = $3; ranged = 1; next }
		FNR == NR && $1 == "max_total" { max = $3; ranged = 1; next }
		FNR == NR {
			if ($1 ~ /^(total|class|status|request_method|response_method)$/)
				want[$1 FS $2] = $3
			next
		}
		{ got[$1 FS $2] = $3 }
		END {
			n = got["total" FS "responses"] + 0
			if (ranged && (n < min || n > max))
				print "responses: got " n ", wanted " min " to " max
			# With room to choose, only the range and what has nothing to do with responses is fixed.
			loose = ranged && min != max
			for (k in want)
				if (!(loose && k !~ /^request_method/) && got[k] + 0 != want[k] + 0)
					print k ": got " got[k] + 0 ", wanted " want[k]
			for (k in got)
				if (!(k in want) && got[k] + 0 != 0 && !(loose && k !~ /^request_method/))
					print k ": got " got[k] ", wanted 0"
		}' "$1" "$2"
}

captures_one() {
	file=$1
	name=${file##*/}
	report=$work/report.json
	wanted=0
	captures_among "$name" "$captures_damaged" && wanted=1
	option=
	captures_among "$name" "$captures_hep" && option=-E
	"$SIPWHY" -N $option -I "$file" --json=report >"$report" 2>"$work/err"
	status=$?
	why=
	[ $status -eq $wanted ] || why="exit $status, wanted $wanted: $(cat "$work/err")"
	if ! jq -e '.schema == "sipwhy.report/1"' "$report" >/dev/null 2>"$work/jq"; then
		ok 1 "$name" "$why" "no sipwhy.report/1: $(head -c 300 "$report") $(cat "$work/jq")"
		return
	fi
	why="$why$(unbalanced "$report")"
	if captures_among "$name" "$captures_partial"; then
		why="$why$(jq -r --arg n "$(awk -F '\t' '$2 == "responses" && $1 == "total" { print $3 }' "$file.expected.tsv")" \
			'if .messages.responses - .messages.partial == ($n | tonumber) then empty else "whole responses: \(.messages)" end' "$report")"
		ok "$([ -z "$why" ]; echo $?)" "$name (its cut response counts as partial)" "$why"
		return
	fi
	captures_rows "$report" >"$work/rows"
	why="$why$(captures_differ "$file.expected.tsv" "$work/rows" | sort)"
	ok "$([ -z "$why" ]; echo $?)" "$name" "$why"
}

for f in "$SIPWHY_SHARED"/samples/captures/*.expected.tsv "$SIPWHY_SHARED"/samples/captures/made/*.expected.tsv; do
	[ -e "$f" ] && captures_one "${f%.expected.tsv}"
done
tap_done
