#!/bin/sh
# outcomes - attempts, failures and ratios of sample captures against a truth that was read by hand from their ladders
# (outcomes.tsv says which frames), and in each report the sums that must agree.
. "$(dirname "$0")/../e2e/lib.sh"
need_program
need_samples
outcomes_truth=$top_srcdir/tests/samples/outcomes.tsv

# outcomes_differ REPORT CAPTURE: a line for each member that is not as the truth says, and for what it does not name.
outcomes_differ() {
	jq -r --rawfile truth "$outcomes_truth" --arg capture "$2" '
	    . as $report
	    | [$truth | split("\n")[] | split("\t") | select(.[0] == $capture)
	        | { member: .[1], value: .[2], why: .[3] }] as $rows
	    | def near(a; b): (a | type) == "number" and ((a - b) | fabs) < 0.05;
	    def among(m): .member == m or (.member | endswith(".*")) and (.member[:-1] as $head | m | startswith($head));
	    # Rows of one table that count something which the truth does not name.
	    def unnamed(prefix): to_entries[] | select((.value | type) == "number" and .value != 0)
	        | "\(prefix).\(.key)" as $member | select(any($rows[]; among($member)) | not)
	        | "\($member): got \(.value), wanted 0";
	    def outcomes: [.ok, .failed, .cancelled, .challenged, .no_response, .redirected, .evicted, .open | numbers];
	    ($rows[] | select(.value != "-")
	        | (.member | split(".")) as $path
	        | ($report | getpath($path) // (if $path[0] == "kpi" then null else 0 end)) as $got
	        | select(near($got; .value | tonumber) | not)
	        | "\(.member): got \($got), wanted \(.value): \(.why)"),
	    ($report.attempts | to_entries[] | .key as $m | .value | unnamed("attempts.\($m)")),
	    ($report.failures | unnamed("failures")),
	    ($report.attempts | to_entries[] | select(.value.total != (.value | outcomes | add // 0))
	        | "attempts.\(.key): the outcomes and open do not add up to the total: \(.value)")' "$1"
}

outcomes_one() {
	report=$work/report.json
	"$SIPWHY" -F -N -I "$SIPWHY_SHARED/samples/captures/$1" --json=report >"$report" 2>"$work/err"
	status=$?
	if [ $status -ne 0 ] || ! jq -e '.schema == "sipwhy.report/1"' "$report" >/dev/null 2>&1; then
		ok 1 "$1" "exit $status, no report: $(cat "$work/err")"
		return
	fi
	why=$(outcomes_differ "$report" "$1" 2>&1)$(unbalanced "$report")
	ok "$([ -z "$why" ]; echo $?)" "$1" "$why"
}

for outcomes_capture in $(grep -v '^#' "$outcomes_truth" | cut -f 1 | uniq); do
	if [ -r "$SIPWHY_SHARED/samples/captures/$outcomes_capture" ]; then
		outcomes_one "$outcomes_capture"
	else
		skip "$outcomes_capture" "not among the samples"
	fi
done
tap_done
