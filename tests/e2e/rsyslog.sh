#!/bin/bash
# rsyslog - a real rsyslogd hands an Asterisk-style log on over UDP, TCP with octet counts and TCP with line feeds, as RFC 3164
# and RFC 5424: the counts are those of the source.  The same log through imfile, line by line; and the real logger(1).
. "$(dirname "$0")/lib.sh"
need_program
PATH=$PATH:/usr/sbin:/sbin
need rsyslogd
need logger
calllog=$top_builddir/tests/e2e/calllog
logsend=$top_builddir/tests/e2e/logsend
[ -x "$calllog" ] && [ -x "$logsend" ] || tap_skip_all "the helpers are not built"
isolate "$@"
cd "$work" || exit 99

"$calllog" entries 60 >calls.entries && "$calllog" asterisk 60 >full || tap_skip_all "calllog failed"
# The judge is grep and awk on the log itself.
codes() {
	awk '/^SIP\/2\.0 [1-6][0-9][0-9] / { n[$2]++ } END { for (c in n) print c, n[c] }' "$1" | sort
}
codes full >wanted
told() {
	jq -r '.codes | to_entries[] | "\(.key) \(.value)"' "$1" | sort
}
wanted_n=$(grep -c '^SIP/2\.0 [1-6]' full)

# Receivers: one program for each way, so that each count stands alone.
ways='udp-3164 udp-5424 lf-3164 lf-5424 counted-3164 counted-5424 lines'
port=$(free_udp_port 15514)
receive() { # receive WAY ARG: in the background, until INT
	"$SIPWHY" -N -S "$2" --json=report >"$1.json" 2>"$1.err" &
	eval "pid_$1=$!"
	background $!
}
listens() {
	awk -v p="$(printf ':%04X' "$1")" 'substr($2, length($2) - 4) == p && ($4 == "0A" || $4 == "07") { f = 1 }
		END { exit !f }' /proc/net/tcp /proc/net/udp
}
{
	echo 'global(workDirectory="'"$work"'" maxMessageSize="64k")'
	echo 'module(load="imuxsock" SysSock.Use="off")'
	echo 'module(load="imfile" mode="polling" pollingInterval="1")'
	echo 'input(type="imuxsock" Socket="'"$work"'/in.sock" CreatePath="off" RateLimit.Interval="0" Ruleset="entries")'
	echo 'input(type="imfile" File="'"$work"'/full" Tag="asterisk" Ruleset="lines")'
	echo 'ruleset(name="entries") {'
	for w in $ways; do
		case $w in
		*-3164) t=RSYSLOG_TraditionalForwardFormat ;;
		*) t=RSYSLOG_SyslogProtocol23Format ;;
		esac
		case $w in
		udp-*) a='Protocol="udp"' ;;
		lf-*) a='Protocol="tcp"' ;;
		counted-*) a='Protocol="tcp" TCP_Framing="octet-counted"' ;;
		lines) echo '}'; echo 'ruleset(name="lines") {'; a='Protocol="tcp"'; t=RSYSLOG_TraditionalForwardFormat ;;
		esac
		case $w in udp-*) arg=udp ;; *) arg=tcp ;; esac
		echo "action(type=\"omfwd\" Target=\"127.0.0.1\" Port=\"$port\" $a Template=\"$t\" action.resumeRetryCount=\"-1\" action.resumeInterval=\"1\")"
		receive "${w//-/_}" "$arg:127.0.0.1:$port"
		ports="$ports $port"
		port=$((port + 1))
	done
	echo '}'
} >rsyslog.conf
for p in $ports; do
	wait_for 10 listens "$p"
	ok $? "a receiver listens on $p" "$(cat ./*.err)"
done
rsyslogd -n -f "$work/rsyslog.conf" -i "$work/rsyslogd.pid" >rsyslogd.out 2>&1 &
rsyslogd=$!
background "$rsyslogd"
wait_for 10 test -S in.sock
ok $? "rsyslogd runs" "$(cat rsyslogd.out)"
"$logsend" "$work/in.sock" <calls.entries
is "every entry was handed to rsyslogd" $? 0

# settled FILE PID: the receiver has read all that is to come; asked through its open report at the end.
quiet_since() { # the sockets' queues are empty and rsyslogd wrote nothing for a second
	a=$(cat /proc/net/dev | md5sum)
	sleep 1
	[ "$a" = "$(cat /proc/net/dev | md5sum)" ]
}
wait_for 30 quiet_since
wait_for 10 quiet_since
for w in $ways; do
	v=${w//-/_}
	eval "p=\$pid_$v"
	kill -INT "$p"
	wait "$p"
	is "$w: the receiver ends with 0" "$?: $(cat "$v.err")" "0: "
	told "$v.json" >got
	ok "$(cmp -s got wanted; echo $?)" "$w: the counts of each code are the source's ($wanted_n responses)" \
		"$(diff got wanted | head; jq -c '.messages, .sources' "$v.json")"
	is "$w: all is accounted for" "$(unbalanced "$v.json")" ""
done
kill "$rsyslogd"
wait "$rsyslogd" 2>/dev/null

# logger(1): single lines that name a code (Kamailio's acc), over each way it has; and SIP text line by line.
for i in $(seq 40); do
	c=$((i % 4))
	set -- 486 404 503 200
	shift "$c"
	echo "NOTICE: acc [acc.c:288]: acc_log_request(): ACC: transaction answered: timestamp=17725329$((10 + i));method=INVITE;from_tag=f$i;to_tag=t$i;call_id=call-$i@example.com;code=$1;reason=Because"
done >acc.txt
sed -n 's/.*code=\([0-9]*\);.*/\1/p' acc.txt | sort | uniq -c | awk '{ print $2, $1 }' >acc.wanted
port=$((port + 1))
tcp=$port
udp=$((port + 1))
"$SIPWHY" -N -S "tcp:127.0.0.1:$tcp" -S "udp:127.0.0.1:$udp" -S "unix:$work/log.sock" --json=report >logger.json 2>logger.err &
pid=$!
background $pid
wait_for 10 test -S log.sock && wait_for 10 listens "$tcp" && wait_for 10 listens "$udp"
ok $? "receivers for logger listen" "$(cat logger.err)"
sends() {
	sed "s/call-/$1-/" acc.txt >one.txt
	shift
	logger -t '/usr/sbin/kamailio[77]' -f one.txt "$@"
}
sends t3164 --server 127.0.0.1 --port "$tcp" --tcp --rfc3164
sends t5424 --server 127.0.0.1 --port "$tcp" --tcp --rfc5424
sends counted --server 127.0.0.1 --port "$tcp" --tcp --rfc5424 --octet-count
sends u3164 --server 127.0.0.1 --port "$udp" --udp --rfc3164
sends u5424 --server 127.0.0.1 --port "$udp" --udp --rfc5424
sends unix --socket "$work/log.sock"
wait_for 10 quiet_since
kill -INT $pid
wait $pid
is "logger: the receiver ends with 0" "$?: $(cat logger.err)" "0: "
told logger.json >got
awk '{ print $1, $2 * 6 }' acc.wanted >six
ok "$(cmp -s got six; echo $?)" "logger: six ways, each statement once" "$(diff got six; jq -c '.messages, .sources' logger.json)"
is "logger: all is accounted for" "$(unbalanced logger.json)" ""
tap_done
