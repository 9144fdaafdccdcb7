#!/bin/sh
# sipp - 2,000 SIPp calls over loopback, answered in six ways, while the program listens: each code is counted exactly as often
# as SIPp says it sent it.
. "$(dirname "$0")/lib.sh"
need_program
need sipp
can_capture || tap_skip_all "no right to capture on lo (run as root)"
isolate "$@"

calls=${SIPWHY_E2E_CALLS:-2000}
here=$top_srcdir/tests/e2e/sipp
cd "$work" || exit 99
uas_port=$(free_udp_port 15060)
uac_port=$(free_udp_port $((uas_port + 1)))

{
	echo SEQUENTIAL
	awk 'BEGIN { split("200 404 486 503 480 200 603 503 200 404", c); for (i = 0; i < 2000; i++) print c[i % 10 + 1] ";" }'
} >calls.csv

"$SIPWHY" -d lo -N --json=report >report.json 2>err &
program=$!
background $program
if ! wait_for 5 capturing $program; then
	ok 1 "the program listens on lo" "$(cat err)"
	tap_done
fi

timeout $((120 * SLACK)) sipp -sf "$here/uas.xml" -i 127.0.0.1 -p "$uas_port" -m "$calls" -nostdin -trace_counts -fd 1 >uas.out 2>&1 &
uas=$!
background $uas
udp_open() {
	[ "$(free_udp_port "$uas_port")" != "$uas_port" ]
}
wait_for 5 udp_open
timeout $((120 * SLACK)) sipp -sf "$here/uac.xml" -inf calls.csv -i 127.0.0.1 -p "$uac_port" "127.0.0.1:$uas_port" -m "$calls" -r 250 \
	-nostdin -trace_counts -fd 1 >uac.out 2>&1
uac_status=$?
wait $uas
uas_status=$?
is "SIPp finished $calls calls as planned" "caller $uac_status, called $uas_status" "caller 0, called 0"

wait_for 10 asleep $program
kill -INT $program
wait $program
is "the program ends with 0" "$?" 0

# sipp_sums FILE: what one side sent, retransmissions included: "404 200", "INVITE 2000".
sipp_sums() {
	awk -F ';' 'FNR == 1 { for (i = 1; i <= NF; i++) name[i] = $i; next }
		{ for (i = 1; i <= NF; i++) value[i] = $i }
		END {
			for (i in name)
				if (split(name[i], part, "_") == 3 && part[3] == "Sent")
					sent[part[1]] = part[2]
			for (i in name)
				if (split(name[i], part, "_") == 3 && part[1] in sent && (part[3] == "Sent" || part[3] == "Retrans"))
					sum[sent[part[1]]] += value[i]
			for (k in sum)
				print k, sum[k]
		}' "$1" | sort
}
sipp_sums uas_*_counts.csv >sent
jq -r '.codes | to_entries[] | select(.value > 0) | "\(.key) \(.value)"' report.json | sort >counted
sed 's/^/# sent and retransmitted by SIPp: /' sent
is "each code is counted as often as SIPp sent it" "$(cat counted)" "$(cat sent)"

sipp_sums uac_*_counts.csv >asked
jq -r '.methods | to_entries[] | select(.value.requests > 0) | "\(.key) \(.value.requests)"' report.json | sort >requests
is "each method is counted as often as SIPp sent it" "$(cat requests)" "$(cat asked)"
is "each call has its Call-ID" "$(jq .call_ids report.json)" "$calls"
is "sums agree: responses, codes, classes" \
	"$(jq -c '[.messages.responses, ([.codes[]] | add), ([.classes[]] | add)] | unique | length' report.json)" 1
why=$(unbalanced report.json)
ok "$([ -z "$why" ]; echo $?)" "every frame is accounted for" "$why"
is "the kernel dropped nothing" "$(jq '[.sources[] | .drops.kernel] | add' report.json)" 0

# INT comes right after the last packet: what the kernel has seen by then is in the report.
udpsend=${UDPSEND:-$top_builddir/tests/e2e/udpsend}
if [ -x "$udpsend" ]; then
	"$SIPWHY" -d lo -N --json=report >int.json 2>err &
	program=$!
	background $program
	wait_for 5 capturing $program
	"$udpsend" "$uas_port" 5000 1 404 503 >sent
	kill -INT $program
	wait $program
	is "INT right after the last packet loses none" "$? $(jq -r '"\(.codes["404"]) \(.codes["503"])"' int.json)" "0 2500 2500"
else
	skip "INT right after the last packet loses none" "no udpsend (make check builds it)"
fi
tap_done
