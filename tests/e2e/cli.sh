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
printf 'PK\003\004\024\000\010\000\010\000' >zip.pcap
run -N -I zip.pcap
says "a file that is no capture and no log" 1 'zip\.pcap'
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
run --color red --demo
says "a colour that is none" 2 'color red.*never'
run --refresh 0 --demo
says "seconds out of range" 2 'refresh 0.*0\.1 to 60'
run -N --demo --command q
says "--command without a screen" 2 'command.*screen'
run -I x.pcap --filter 'class:5xx ('
says "a filter that is none, and where it goes wrong" 2 'filter, character [0-9]+'
run -I x.pcap --filter '@nobody'
says "a named filter that there is not" 2 'nobody'
run --howto toaster
says "--howto names what there is" 2 'asterisk.*freeswitch.*syslog'
run --print poem
says "--print of nothing known" 2 'man, keys, bash'
for o in '--daemon' '--attach'; do
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
for o in -d -I -O -B -N -q -i -v -c -l --json --events --duration --demo --explain --follow --from-start -S --allow --tls-cert \
	--tls-key --tls-ca -L --tzsp -E --hep-key --filter --color --glyphs --theme --mouse --fast --refresh --window --messages --no-redact --check-config \
	--reset --howto --command -D -h -V; do
	like "-h names $o" out "(^|[ ,])$o([ ,=[]|\$)"
done
is "-h fits in 100 columns" "$(awk 'length($0) > 100' out)" ""
is "and names nothing that is hidden or not in this build" "$(grep -E -- '--(print|keyfile|daemon|attach)' out)" ""
run -V
ok "$([ $status -eq 0 ] && grep -Eq '^sipwhy [0-9]+\.[0-9]+' out; echo $?)" "-V tells name and version" "$(cat out err)"

# Settings.
export XDG_CONFIG_HOME=$work/conf XDG_STATE_HOME=$work/state
mkdir -p conf/sipwhy
cat >conf/sipwhy/config <<'END'
[options]
theme = light
window = 15m
[keys]
help = F5 ^G
key pause S
[filters]
problems = class:5xx,6xx or code:silence,408
mine = @problems -user:100
[columns]
events.80 = mark time code reason
END
run -D
is "-D: exit 0, silent" "$status $(wc -c <err)" "0 0"
for line in 'theme = light' 'window = 15m' 'help = F5 ^G' 'mine = @problems -user:100' 'events.80 = mark time code reason' 'color = auto'; do
	ok "$(grep -qxF -- "$line" out; echo $?)" "-D has $line" "$(cat out)"
done
cp out dumped
run -f dumped -D
is "a dump is read, and dumps the same" "$status $(diff <(grep -vE '^# (read:|config =)' dumped) <(grep -vE '^# (read:|config =)' out))" "0 "
run -D --theme mono --window 1h
is "the command line overrules a file" "$(grep -cE '^(theme = mono|window = 1h)$' out)" 2
run --check-config
is "--check-config: exit 0, and where the history is kept" "$status $(grep -c "^# history of prompts: $work/state/sipwhy/history\$" out)" "0 1"
run -F --check-config --theme /nowhere.theme
is "a theme that is not there: exit 2, told" "$status $(grep -c nowhere err)" "2 1"
run -F -N --theme nope -I empty.pcap
says "nor does a run without a screen take a name that nobody knows" 2 'theme "nope" is not known'
printf 'class.9xx = red\nbar = bold\ntext = #zzz\n' >bent.theme
run -F --check-config --theme ./bent.theme
is "--check-config tells each wrong line of a theme" "$status $(grep -cE '^sipwhy: \./bent\.theme:(1: "class\.9xx" is not a role|3: text: "#zzz" )' err) $(wc -l <err)" "2 2 2"
printf '[options]\nwindw = 1h\nlimit = 50\nrefresh = abc\n' >conf/sipwhy/config
run --check-config
is "and of a configuration" "$status $(grep -cE 'config:(2: there is no option windw|4: refresh = abc: )' err) $(wc -l <err)" "2 2 2"
printf '[options]\nwindw = 1h\n' >conf/sipwhy/config
for o in -D --check-config '-N --demo'; do
	run $o
	says "a slip in the configuration, with $o: file, line, likely name" 2 'config:2: there is no option windw; did you mean window\?'
done
run -h
is "help is had all the same" "$status" 0
run --check-config -f nothing.conf
says "--check-config of nothing" 2 'nothing\.conf'
if [ "$(id -u)" -eq 0 ]; then
	printf '[options]\nlimit = 50\n' >conf/sipwhy/config
	chmod 666 conf/sipwhy/config
	run -N --demo
	says "a configuration that anybody may write, for root" 1 'conf/sipwhy/config may be written by others.*chmod'
	chmod 644 conf/sipwhy/config
	chown nobody conf/sipwhy/config
	run -N --demo
	says "a configuration of somebody else, for root" 1 'conf/sipwhy/config belongs to another user'
	cp "$SIPWHY" prog && chmod 755 prog
	chmod 666 conf/sipwhy/config
	as_nobody -D
	is "for that user it is fine" "$status $(grep -cx 'limit = 50' out)" "0 1"
	rm -f state/sipwhy/history
	chmod 755 state state/sipwhy
	as_nobody --check-config
	ok "$([ $status -eq 0 ] && grep -q '^# history of prompts: not kept, .*denied' out; echo $?)" "a history that can't be kept is told" "$(tail -1 out)"
else
	skip "whose configuration root takes" "not root"
fi
rm -rf conf state
mkdir conf

# What to switch on.
run --howto list
is "--howto list" "$status $(wc -c <err) $(awk '{ print $1 }' out | sort | tr '\n' ' ')" \
	"0 0 3cx asterisk capture docker file freeswitch hep journald kamailio mirror opensips sbc ssh syslog "
wrong=
for n in $(awk '{ print $1 }' out); do
	run --howto "$n"
	[ $status -eq 0 ] && grep -q sipwhy out && [ "$(awk 'length($0) > 110' out)" = "" ] && [ ! -s err ] || wrong="$wrong $n"
done
is "each text of --howto is there" "$wrong" ""
run --howto asterisk
is "--howto asterisk names its log and what to switch on" "$(grep -cE 'pjsip set logger on|--follow /var/log/asterisk/full' out)" 2

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

# Logs: what is said of them on the command line.
run -S http:80
says "a receiver that is none" 2 'http:80.*udp:PORT'
run -S udp:70000
says "a port that is none" 2 'udp:70000.*port'
run -S udp:5514 --allow 10.0.0.1/8
says "a network with bits behind its prefix" 2 '--allow.*10\.0\.0\.0/8'
run --allow 10.0.0.0/8 -I x.log
says "--allow without a receiver" 2 '--allow.*--syslog'
run -S tls:6514
says "TLS without a certificate" 2 'tls:6514.*--tls-cert'
run -N -S tls:127.0.0.1:6514 --tls-cert no.pem --tls-key no.pem
says "a certificate that is not there" 1 'no\.pem|TLS'
run --follow -
says "standard input can't be followed" 2 'standard input.*-I -'
run -I x.log --from-start
says "--from-start without --follow" 2 'from-start.*follow'
run -N --follow x.log -O y.pcap
says "-O and logs alone" 2 '-O.*packets'
run -N --follow x.log 'udp port 5060'
says "a filter and logs alone" 2 'filter.*packets.*MATCH'
run -N -S udp:0.0.0.0:15514
says "everybody may send: not without a word" 1 '0\.0\.0\.0.*--allow'
run -N -S udp:192.0.2.77:15514 --allow any
says "an address that is not ours" 1 '192\.0\.2\.77'
run -N --follow dir.pcap
says "a directory can't be followed" 1 'dir\.pcap.*directory'
run -N --follow /dev/zero
says "nor can a device" 1 '/dev/zero.*device'
[ ! -f secret.pcap ] || {
	as_nobody -N --follow secret.pcap
	says "nor a file one may not read" 1 'secret\.pcap.*(permission|denied)'
	rm -f secret.pcap
}
printf '[heads]\nx = from {nowhere}:\n' >bad.conf
run -f bad.conf -N --demo
says "a head that is no pattern" 2 'bad\.conf:2: x: '

# entry N CODE PHRASE: an answer as Asterisk's log has it.
entry() {
	printf '[2026-03-03 10:00:%02d] VERBOSE[7] res_pjsip_logger.c: <--- Received SIP response (300 bytes) from UDP:198.51.100.7:5060 --->\n' \
		$(($1 % 60))
	printf 'SIP/2.0 %s %s\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK%s\r\nFrom: <sip:1001@pbx>;tag=f%s\r\n' "$2" "$3" "$1" "$1"
	printf 'To: <sip:2002@pbx>;tag=t\r\nCall-ID: %s@pbx\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n\n' "$1"
}
# entries FIRST LAST
entries() {
	for n in $(seq "$1" "$2"); do
		if [ $((n % 3)) -eq 0 ]; then entry "$n" 404 'Not Found'; else entry "$n" 503 'Service Unavailable'; fi
	done
}
# told FILE: messages, codes, failures; whether all lines stand somewhere.
told() {
	jq -c '[.messages.total, .codes["404"], .codes["503"], .events_total, .sources[0].balanced]' "$1"
}
entries 1 30 >full.log
whole='[30,10,20,30,true]'
run -N -I full.log --json=report --events
is "a log: exit 0, silent, every answer" "$status $(wc -c <err) $(told out | sed 's/,null,/,30,/')" "0 0 $whole"
is "a log: its lines are its frames" "$(jq '.sources[0].frames' out)" "$(wc -l <full.log)"
is "a log: events know their peer and the log's time" "$(jq -r '.events[0] | "\(.peer) \(.stamp)"' out)" \
	"198.51.100.7 2026-03-03 10:00:01"
codes='.messages.total, .codes["404"], .codes["503"]'
run -N -I full.log
ok "$([ $status -eq 0 ] && grep -Eq '404' out && grep -Eq '[Ll]ines' out && [ ! -s err ]; echo $?)" "a log: the report for people" "$(cat out err)"
gzip -c full.log >full.log.gz
run -N -I full.log.gz --json=report
is "a packed log" "$status $(jq -c "[$codes]" out)" "0 [30,10,20]"
"$SIPWHY" -N -I - --json=report <full.log >out 2>err
is "a log on standard input" "$? $(jq -c "[$codes]" out)" "0 [30,10,20]"
head -c 1000 full.log >part
{ cat part; sleep 1.5; tail -c +1001 full.log; } | "$SIPWHY" -N -I - --json=report >out 2>err
is "a log on a pipe that comes in two pieces" "$? $(jq -c "[$codes]" out)" "0 [30,10,20]"
# What comes through a pipe may have been written long ago, until it is now.
now() { entries "$1" "$2" | sed "s/^\[2026-03-03 10:00:../[$(date '+%F %T')/"; }
same='[.span, .events, .sources[0].log, .alerts, .kpi] | walk(if type == "object" then del(.source) else . end)'
run -N -I full.log --json=report --events
cat full.log | "$SIPWHY" -N -I - --json=report --events >piped 2>err
is "an old log through a pipe: all as from the file" "$? $(jq -c "$same" piped | md5sum)" "0 $(jq -c "$same" out | md5sum)"
cat full.log | "$SIPWHY" -N -I - --json >piped 2>err
is "an old log through a pipe: its own seconds" "$? $(jq -s '[.[] | select(.type == "tick" and .responses != null) | .t[0:19]] | unique | length' piped) \
$(jq -c 'select(.type == "hello") | .live' piped | tail -1)" "0 30 false"
sed "s/^Call-ID:/Date: $(date -uR)\r\n&/" full.log | "$SIPWHY" -N -I - --json >piped 2>err
is "a time that an old log tells of is not the time it was written" \
	"$? $(jq -c 'select(.type == "hello") | .live' piped | tail -1) $(jq -r 'select(.type == "event") | .t[0:10]' piped | sort -u)" \
	"0 false 2026-03-03"
for i in $(seq 400); do sed "s/^Call-ID: /&$i-/; s/z9hG4bK/&$i-/" full.log; done >big.log
cat big.log | "$SIPWHY" -N -I - --json 2>err | { sleep 1.5; cat; } >piped
is "an old log through a pipe waits for a slow reader" \
	"$(jq -s '[.[] | select(.type == "event")] | length' piped) $(jq -s '[.[] | .record_drops // 0] | max' piped)" "12000 0"
{ cat full.log; sleep 1.5; now 31 40; sleep 1; } | "$SIPWHY" -N -I - --json >piped 2>err
is "a pipe that comes to the present is live from there on" \
	"$? $(jq -sc '[.[] | if .type == "hello" then .live elif .type == "event" then .t[0:10] else empty end] | reduce .[] as $x ([]; if .[-1] == $x then . else . + [$x] end)' piped)" \
	"0 [true,false,\"2026-03-03\",true,\"$(date -u +%F)\"]"
now 1 5 | "$SIPWHY" -N -I - --json >piped 2>err
is "a pipe that begins now is live" "$? $(jq -sc '[.[] | select(.type == "hello") | .live]' piped)" "0 [true]"
if [ -n "$sample" ]; then
	cat "$sample" | "$SIPWHY" -N -I - --json >piped 2>err
	is "an old capture through a pipe is not live" "$? $(jq -sc '[.[] | select(.type == "hello") | .live]' piped)" "0 [true,false]"
fi
run -N -I full.log --json
is "a log as records: each second has a tick of its own" \
	"$status $(jq -s '[.[] | select(.type == "tick" and .responses != null) | .t[0:19]] | unique | length' out)" "0 30"
is "a log as records: the increments add up" \
	"$(jq -s '[.[] | select(.type == "tick") | .responses // {} | .[] | add] | add' out)" 30
run -N -I full.log --json=report '404 Not'
is "MATCH on a log" "$status $(jq -c "[$codes]" out) $(unbalanced out)" "0 [10,10,null] "
run -N -I full.log --json=report -c
is "-c on a log" "$status $(jq -c "[$codes]" out) $(unbalanced out)" "0 [30,10,20] "
run -N -I full.log -O none.pcap --json=report
is "-O on a log is told" "$status $(grep -c 'full.log is a log: it has no packets' err)" "0 1"
run -N -I full.log --json=report 'udp port 5060'
is "a filter on a log is told" "$status $(jq .messages.total out) $(grep -c 'full.log is a log: the filter is for packets' err)" "0 30 1"

# Lines that name a code, lines that name none, lines that are nothing.
echo 'Nov 23 00:00:00 pbx kernel: nothing to see' >plain.log
run -N -I plain.log --json=report
is "a log without SIP" "$status $(jq -c '[.messages.total, .sources[0].verdicts.not_sip, .sources[0].balanced]' out)" "0 [0,1,true]"
echo "[2026-03-03 10:00:01] NOTICE[7] res_pjsip/pjsip_distributor.c: Request 'REGISTER' from '<sip:1001@192.0.2.1>' failed for '203.0.113.66:5071' (callid: 1@x) - No matching endpoint found" >>plain.log
run -N -I plain.log --json=report --events
is "a line that tells of a failure without a code is a notice, and no response" \
	"$status $(jq -c '[.messages.total, .sources[0].log.notices, (.notices | length)]' out)" "0 [0,1,1]"
printf '[heads]\nours = trace: {transport} from {src} to {dst}:\n' >heads.conf
{
	echo '2026-03-03 10:00:01 trace: udp from 203.0.113.9:5070 to 192.0.2.10:5060:'
	entry 1 486 'Busy Here' | tail -n +2
} >own.log
run -f heads.conf -N -I own.log --json=report --events
is "a head of one's own gives the addresses" "$status $(jq -r '.events[0] | "\(.src) \(.dst)"' out)" "0 203.0.113.9:5070 192.0.2.10:5060"

# What goes on until somebody ends it.
# starts NAME ARG...: in the background; pid.
starts() {
	name=$1
	shift
	"$SIPWHY" -N --json=report "$@" >"$name.json" 2>"$name.err" </dev/null &
	pid=$!
	background $pid
	# Its inputs are open once it has given up its rights.
	ready() { [ "$(status_of $pid NoNewPrivs)" = 1 ]; }
	wait_for 10 ready
}
# ends NAME: by INT, with its report.
ends() {
	kill -INT $pid
	wait $pid
	status=$?
}
is "standard input is told as what it is" \
	"$(entries 1 30 | "$SIPWHY" -F -N --json=report -I - | jq -r '.sources[0] | [.name, .kind, .state] | join(" ")')" "stdin pipe ended"
starts missing --follow missing.log
said() { grep -q 'waiting for missing.log to appear' missing.err; }
ok "$(wait_for 5 said; echo $?)" "a log that is not there yet is waited for, and that is told" "$(cat missing.err)"
entries 1 30 >missing.log
wait_for 5 read_whole $pid "$work/missing.log"
ends
is "a log that appears is read from its beginning" "$status $(jq -c "[$codes]" missing.json)" "0 [30,10,20]"
entries 1 30 >grows.log
starts grows --follow grows.log
entries 31 60 >>grows.log
wait_for 5 read_whole $pid "$work/grows.log"
ends
is "a followed log is read from its end" "$status $(jq -c "[$codes]" grows.json) $(unbalanced grows.json)" "0 [30,10,20] "
starts again --follow "$work/grows.log" --from-start
entries 61 90 >>grows.log
printf '2026-03-03 10:00:01 a line without its end' >>grows.log
wait_for 5 read_whole $pid "$work/grows.log"
ends
is "or from its beginning" "$status $(jq -c "[$codes]" again.json) $(unbalanced again.json)" "0 [90,30,60] "
is "the last line needs no end" "$(jq '.sources[0].frames' again.json)" 901
none_left() { ! pgrep -f -- "--follow $work/grows.log"; }
ok "$(wait_for 3 none_left; echo $?)" "an opener ends with its engine" "$(pgrep -fa -- "--follow $work/grows.log")"
run -N --follow grows.log --duration 1 --json=report
is "--duration ends a followed log" "$status $(jq .messages.total out)" "0 0"

port=$(free_udp_port 15714)
starts udp -S udp:$port -S tcp:$port
for n in $(seq 1 30); do
	# One datagram, one message: control characters are escaped as rsyslog does.
	entries "$n" "$n" | awk -v ORS= 'BEGIN { print "<134>Mar  3 10:00:01 pbx asterisk[7]: " } { sub(/\r$/, "#015"); print $0 "#012" }' >one
	cat one >"/dev/udp/127.0.0.1/$port"
done
run -N -S udp:$port
says "a port that is taken" 1 "another program.*$port"
wait_for 5 heard $pid "$port"
ends
is "syslog by UDP, and TCP beside it" "$status $(jq -c "[$codes]" udp.json) $(unbalanced udp.json)" "0 [30,10,20] "

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
		emptied() { asleep $(children "$reader"); }
		wait_for 1 emptied
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
