#!/bin/bash
# cli - what the command line answers: one sentence and exit 1 for what can't be opened, exit 2 for what was not said right,
# explanations, standard input in pieces, compressed files, several files (gate: each failure names the thing and the cure).
. "$(dirname "$0")/lib.sh"
need_program

cd "$work" || exit 99
chmod 755 .

# run ARG...: out, err, status.
run() {
	timeout $((10 * SLACK)) "$SIPWHY" "$@" >out 2>err </dev/null
	status=$?
}

# says NAME STATUS ERE: one sentence on stderr, nothing on stdout.
says() {
	ok "$([ $status -eq "$2" ] && [ "$(wc -l <err)" -eq 1 ] && [ ! -s out ] && grep -Eqi -- "$3" err; echo $?)" "$1" \
		"exit $status, wanted $2; sentence wanted: $3
$(cat err; head -3 out)"
}

# Files.
run -N -I nothing-here.pcap
says "a file that is not there" 1 'nothing-here\.pcap.*no such file'
mkdir dir.pcap
run -N -I dir.pcap
says "a directory" 1 'dir\.pcap.*directory'
run -N -I /dev/zero
says "a device" 1 '/dev/zero'
mkfifo pipe.pcap
: >empty.pcap
run -N -I empty.pcap
says "an empty file" 1 'empty\.pcap'
echo 'Nov 23 00:00:00 pbx kernel: nothing to see' >text.pcap
run -N -I text.pcap
says "a file that is no capture" 1 'text\.pcap'
head -c 4096 /dev/zero >zero.pcap
run -N -I zero.pcap
says "zeros" 1 'zero\.pcap'
# as_nobody ARG...: as somebody who may nothing special.
as_nobody() {
	if [ "$(id -u)" -eq 0 ]; then
		set -- setpriv --reuid nobody --regid nogroup --clear-groups ./prog "$@"
	else
		set -- ./prog "$@"
	fi
	timeout $((10 * SLACK)) "$@" >out 2>err </dev/null
	status=$?
}
cp "$SIPWHY" prog
chmod 755 prog
if [ "$(id -u)" -ne 0 ] || command -v setpriv >/dev/null; then
	: >secret.pcap
	chmod 0 secret.pcap
	as_nobody -N -I secret.pcap
	says "a file one may not read" 1 'secret\.pcap.*(permission|not allowed|may not)'
	as_nobody -N -d lo
	says "no right to capture: the cure is named" 1 'lo.*(root|sudo|cap_net_raw)|(root|sudo|cap_net_raw).*lo'
	as_nobody
	says "no right to capture, and a screen was wanted" 1 '(root|sudo|cap_net_raw)'
else
	skip "without rights" "no setpriv"
fi

# Interfaces and filters.
if can_capture; then
	run -N -d nosuch0
	says "an interface that is not there" 1 'nosuch0'
	run -N -d lo 'udp port fivethousand'
	says "a filter that is wrong, live" 1 'filter'
else
	skip "an interface that is not there" "no right to capture"
	skip "a filter that is wrong, live" "no right to capture"
fi
sample=$SIPWHY_SHARED/samples/captures/made/udp4_basic.pcap
[ -r "$sample" ] || sample=

# Usage.
run --no-such-option
says "an unknown option" 2 'no-such-option'
run -I
says "an option without its value" 2 '-I'
run -B 0 -N --demo
says "a number out of range" 2 'buffer'
run -B many -N --demo
says "a number that is none" 2 'buffer'
run --json=xml --demo
says "an unknown form" 2 'json'
run -r calls.pcap
says "-r hints to -I" 2 '-r.*-I'
for o in '-E' '-L udp:9060' '-H udp:127.0.0.1:9060' '-S udp:514' '--follow x.log' '--daemon' '--attach'; do
	run $o
	says "$o is not in this build" 2 'not in this build'
done
run -f x.conf --demo -N
says "a configuration that is not there" 1 "can't read the configuration x.conf"
run --demo -I x.pcap
says "the demo does not mix" 2 'demo'

# Help, version.
run -h
is "-h ends with 0 and no word on stderr" "$status $(wc -c <err)" "0 0"
for o in -d -I -O -B -N -q -i -v -c -l --json --events --duration --demo --explain -h -V; do
	like "-h names $o" out "(^|[ ,])$o([ ,=[]|\$)"
done
is "-h fits in 100 columns or says so in fewer than 60 lines" "$(wc -l <out | awk '{ print ($1 < 60) }')" 1
run -V
ok "$([ $status -eq 0 ] && grep -Eq '^sipwhy [0-9]+\.[0-9]+' out; echo $?)" "-V tells name and version" "$(cat out err)"

# Explanations.
run --explain 403
ok "$([ $status -eq 0 ] && grep -q 'Forbidden' out && [ "$(wc -l <out)" -ge 4 ]; echo $?)" "--explain 403 tells more than its name" "$(cat out err)"
cp out plain403
run --explain 403 'Insufficient funds'
ok "$([ $status -eq 0 ] && grep -Eqi 'balance|credit|fraud|prepaid' out && ! cmp -s out plain403; echo $?)" \
	"--explain 403 \"Insufficient funds\" speaks of money" "$(cat out err)"
run --explain q850:34
ok "$([ $status -eq 0 ] && grep -Eqi 'circuit|channel' out; echo $?)" "--explain q850:34 speaks of circuits" "$(cat out err)"
run --explain 599
ok "$([ $status -eq 0 ] && grep -Eqi 'server' out; echo $?)" "an unknown code falls back to its class" "$(cat out err)"
for c in 99 700 abc q850:; do
	run --explain $c
	says "--explain $c" 2 "status code|cause number"
done
run --explain q850:999
says "--explain q850:999: no such cause" 1 "999"
wrong=
for c in 100 180 183 200 202 302 400 401 404 407 408 415 420 422 423 480 481 483 484 486 487 488 491 500 501 502 503 504 600 603 604 606 607 608; do
	run --explain $c
	[ $status -eq 0 ] && grep -q "$c" out && [ ! -s err ] || wrong="$wrong $c"
done
is "each common code is explained" "$wrong" ""

[ -n "$sample" ] || {
	skip "captures on the command line" "no samples at $SIPWHY_SHARED"
	tap_done
}

run -N -I "$sample" 'udp port fivethousand'
says "a filter that is wrong, file" 1 'filter'

counts() {
	jq -c '[.messages, .classes, .codes, .call_ids]' "$1"
}
run -N -I "$sample" --json=report
cp out whole.json
is "a report of a file: exit 0, silent, in order" "$status $(wc -c <err) $(unbalanced out)" "0 0 "

# Standard input in pieces, the second only when the first has been read: the reader must wait, not give up.
run_pieces() {
	mkfifo in.fifo
	timeout $((10 * SLACK)) "$SIPWHY" -N -I - --json=report <in.fifo >out 2>err &
	reader=$!
	exec 7>in.fifo
	at=0
	size=$(stat -c %s "$1")
	for cut in 3 24 30 1000 "$size"; do
		tail -c +$((at + 1)) "$1" | head -c $((cut - at)) >&7
		at=$cut
		# FIONREAD has no command; a pipe that was emptied lets its reader sleep.
		asleep() { grep -Eq 'epoll|pipe|poll|select|wait|^0' "/proc/$reader/wchan" && grep -q '^State:.S' "/proc/$reader/status"; }
		wait_for 1 asleep
	done
	exec 7>&-
	wait $reader
	status=$?
	rm in.fifo
}
run_pieces "$sample"
is "standard input in pieces" "$status $(counts out)" "0 $(counts whole.json)"
gzip -c "$sample" >calls.pcap.gz
run -N -I calls.pcap.gz --json=report
is "a gzip file" "$status $(counts out)" "0 $(counts whole.json)"
gzip -c "$sample" | "$SIPWHY" -N -I - --json=report >out 2>err
is "gzip on standard input" "$? $(counts out)" "0 $(counts whole.json)"
head -c $(($(stat -c %s calls.pcap.gz) / 2)) calls.pcap.gz >half.pcap.gz
run -N -I half.pcap.gz --json=report
is "half a gzip file: what was whole is counted, and it is told" \
	"$status $(wc -l <err) $(jq '.messages.total > 0 and .messages.total < 131' out)" "1 1 true"

other=$SIPWHY_SHARED/samples/captures/made/udp6_basic.pcap
run -N -I "$other" --json=report
cp out other.json
run -N -I "$sample" -I "$other" --json=report
is "several files add up" "$status $(jq '.messages.total' out) $(jq '.sources | length' out)" \
	"0 $(jq -s 'map(.messages.total) | add' whole.json other.json) 2"
run -N -I "$sample" -I nothing-here.pcap --json=report
says "one of several files is not there" 1 'nothing-here\.pcap'

# Pipes are shared with other programs: they are left blocking as they were found.
blocks() {
	[ $((0$(sed -n 's/^flags:[[:space:]]*//p' "/proc/self/fdinfo/$1") & 04000)) -eq 0 ] && echo blocks || echo "does not block"
}
("$SIPWHY" -N -I "$sample" --json; blocks 1 >&2) 2>after | cat >out
is "standard output is left as it was found" "$(cat after)" blocks
cat "$sample" | ("$SIPWHY" -N -I - --json=report >out; blocks 0 >after)
is "standard input is left as it was found" "$(cat after)" blocks

# Filters keep the sums.
run -N -I "$sample" --json=report 'port 5060 and src host 192.0.2.250'
is "a filter that lets nothing through: all frames are told as filtered" \
	"$status $(jq '[.messages.total, .sources[0].filtered_input == .sources[0].frames, .sources[0].balanced]' -c out)" "0 [0,true,true]"
run -N -I "$sample" --json=report -c
is "-c leaves out REGISTER and OPTIONS" "$status $(jq '.methods.REGISTER.requests // 0, .methods.OPTIONS.requests // 0' out | tr '\n' ' ')" "0 0 0 "
is "-c accounts for what it leaves out" "$(unbalanced out)" ""
run -N -I "$sample" --json=report 'SIP/2\.0 404'
n404=$(jq '.codes["404"]' whole.json)
is "MATCH keeps what it matches" "$status $(jq -c '[.messages.total, .codes["404"]]' out)" "0 [$n404,$n404]"
run -N -I "$sample" --json=report -v 'SIP/2\.0 404'
is "-v keeps the others" "$status $(jq '.messages.total' out)" "0 $(($(jq .messages.total whole.json) - n404))"
run -N -I "$sample" --json=report -i 'sip/2\.0 404'
is "-i ignores case" "$status $(jq '.messages.total' out)" "0 $n404"
run -N -I "$sample" --json=report '('
says "a MATCH that is no expression" 1 '\('

# The record stream.
run -N -I "$sample" --json
is "the record stream: exit 0, JSON lines, each with type, t, host" \
	"$status $(jq -r 'select((.type and .t and has("host")) | not) | .type' out | wc -l)" "0 0"
is "the record stream begins with hello and ends with bye" "$(jq -r .type out | sed -n '1p;$p' | tr '\n' ' ')" "hello bye "
is "the record stream's events are the report's" "$(jq -c 'select(.type == "event") | .code' out | sort | uniq -c | awk '{ print $2, $1 }')" \
	"$("$SIPWHY" -N -I "$sample" --json=report --events | jq '.events[].code' | sort | uniq -c | awk '{ print $2, $1 }')"
run -N -I "$sample"
ok "$([ $status -eq 0 ] && grep -Eq '404' out && grep -Eq 'Not Found' out && [ ! -s err ]; echo $?)" "the text report names codes and phrases" "$(cat out err)"

# Saving packets: a new file, private, never over another one.
run -N -I "$sample" -O saved.pcap --json=report
"$SIPWHY" -N -I saved.pcap --json=report >again.json 2>err
is "-O saves the packets that carry SIP" "$status $(counts again.json)" "0 $(counts whole.json)"
is "-O makes a private file" "$(stat -c %a saved.pcap)" 600
run -N -I "$sample" -O saved.pcap --json=report
says "-O refuses to write over a file" 1 'saved\.pcap'
ln -s nowhere link.pcap
run -N -I "$sample" -O link.pcap --json=report
says "-O refuses a link" 1 'link\.pcap'
if [ -w /dev/full ]; then
	"$SIPWHY" -N -I "$sample" --json=report >/dev/full 2>err
	is "a full disk under the report is told" "$? $(wc -l <err)" "1 1"
	"$SIPWHY" --json -I "$sample" >/dev/full 2>err
	is "and under the records" "$? $(wc -l <err)" "1 1"
	"$SIPWHY" -h >/dev/full 2>err
	is "and under the help" "$? $(wc -l <err)" "1 1"
fi
(ulimit -f 8 && exec "$SIPWHY" -N -I "$sample" -I "$sample" -I "$sample" -O limited.pcap --json=report >/dev/null 2>err)
is "a file that may not grow keeps whole packets" "$? $("$SIPWHY" -N -I limited.pcap --json=report | jq '.messages.total > 0')" "1 true"

# Descriptors that whoever started us closed.
"$SIPWHY" -N -I "$sample" >&- 2>err
is "no standard output: told" "$? $(wc -l <err)" "1 1"
"$SIPWHY" -N -I "$sample" -O bare.pcap <&- >&- 2>&-
is "no descriptor at all: the capture file holds packets alone" "$? $(cmp bare.pcap saved.pcap && echo same)" "1 same"

# A reader may take its time: longer than any pause that we would call the end.
{ "$SIPWHY" --json -I "$sample"; echo $? >status; } | { sleep 2.5; cat; } >slow.ndjson
"$SIPWHY" --json -I "$sample" >quick.ndjson
is "a slow reader gets all records" "$(cat status) $(wc -l <slow.ndjson) $(tail -1 slow.ndjson | jq -r .type)" "0 $(wc -l <quick.ndjson) bye"

# The demo is the same each time, and says that it is made up.
run --demo -N --duration 2 --json=report
is "--demo without a screen ends by itself, with failures in it" "$status $(jq '.messages.total > 0 and (.sources[0].kind == "demo")' out)" "0 true"
tap_done
