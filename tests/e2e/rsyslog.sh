#!/bin/bash
# rsyslog - a real rsyslogd hands an Asterisk-style log on over UDP, TCP with octet counts and TCP with line feeds, as RFC 3164
# and RFC 5424, and over TLS (RFC 5425) where rsyslog's driver is here, with and without a certificate of its own: the counts are
# those of the source.  The same log through imfile, line by line; the real logger(1); and openssl's client.
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
ways='udp-3164 udp-5424 lf-3164 lf-5424 counted-3164 counted-5424'
driver=
for d in ossl gtls; do
	for m in /usr/lib/rsyslog/lmnsd_$d.so /usr/lib/*/rsyslog/lmnsd_$d.so /usr/lib64/rsyslog/lmnsd_$d.so; do
		[ -z "$driver" ] && [ -e "$m" ] && driver=$d
	done
done
# One authority, the receiver's certificate and the sender's.
certificates() {
	openssl req -x509 -newkey rsa:2048 -nodes -subj "/CN=authority" -days 2 -keyout ca.key -out ca.pem &&
		for n in receiver sender; do
			openssl req -newkey rsa:2048 -nodes -subj "/CN=$n.example.com" -keyout $n.key -out $n.csr &&
				openssl x509 -req -in $n.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out $n.pem || return
		done
}
tls=no
if [ "$("$SIPWHY" -N -S tls:127.0.0.1:1 --tls-cert none --tls-key none 2>&1 | grep -c 'has no TLS')" = 0 ] &&
	command -v openssl >/dev/null && certificates >certificates.out 2>&1; then
	tls=yes
	chmod 600 ./*.key
	[ -z "$driver" ] || ways="$ways tls-3164 tls-5424 mutual-5424"
fi
ways="$ways lines"
port=$(free_udp_port 15514)
receive() { # receive WAY ARG [OPTION...]: in the background, until INT
	receive_way=$1
	shift
	"$SIPWHY" -N -S "$@" --json=report >"$receive_way.json" 2>"$receive_way.err" &
	eval "pid_$receive_way=$!"
	background $!
}
listens() {
	awk -v p="$(printf ':%04X' "$1")" 'substr($2, length($2) - 4) == p && ($4 == "0A" || $4 == "07") { f = 1 }
		END { exit !f }' /proc/net/tcp /proc/net/udp
}
{
	echo 'global(workDirectory="'"$work"'" maxMessageSize="64k")'
	[ "$tls" = no ] || echo 'global(DefaultNetstreamDriverCAFile="'"$work"'/ca.pem"' \
		'DefaultNetstreamDriverCertFile="'"$work"'/sender.pem" DefaultNetstreamDriverKeyFile="'"$work"'/sender.key")'
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
		tls-* | mutual-*)
			a='Protocol="tcp" StreamDriver="'$driver'" StreamDriverMode="1" StreamDriverAuthMode="x509/name"'
			a="$a StreamDriverPermittedPeers=\"receiver.example.com\""
			[ "$w" = tls-3164 ] || a="$a TCP_Framing=\"octet-counted\""
			;;
		lines) echo '}'; echo 'ruleset(name="lines") {'; a='Protocol="tcp"'; t=RSYSLOG_TraditionalForwardFormat ;;
		esac
		set --
		case $w in
		udp-*) arg=udp ;;
		tls-*) arg=tls && set -- --tls-cert receiver.pem --tls-key receiver.key ;;
		mutual-*) arg=tls && set -- --tls-cert receiver.pem --tls-key receiver.key --tls-ca ca.pem ;;
		*) arg=tcp ;;
		esac
		echo "action(type=\"omfwd\" Target=\"127.0.0.1\" Port=\"$port\" $a Template=\"$t\" action.resumeRetryCount=\"-1\" action.resumeInterval=\"1\")"
		receive "${w//-/_}" "$arg:127.0.0.1:$port" "$@"
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

# Over TLS by openssl's own client, as frames without a syslog header; and one that has no certificate where one is wanted.
if [ "$tls" = yes ]; then
	[ -n "$driver" ] || skip "rsyslog over TLS" "rsyslog has no TLS driver here"
	port=$((port + 1))
	receive mutual "tls:127.0.0.1:$port" --tls-cert receiver.pem --tls-key receiver.key --tls-ca ca.pem
	wait_for 10 listens "$port"
	ok $? "a receiver that wants certificates listens" "$(cat mutual.err)"
	client() {
		timeout $((20 * SLACK)) openssl s_client -connect "127.0.0.1:$port" -CAfile ca.pem -verify_return_error -quiet -no_ign_eof "$@" >client.out 2>&1
	}
	(cat calls.entries; sleep 1) | client
	(cat calls.entries; sleep 1) | client -cert sender.pem -key sender.key
	p=$pid_mutual
	kill -INT "$p"
	wait "$p"
	is "tls: the receiver ends with 0" "$?: $(cat mutual.err)" "0: "
	told mutual.json >got
	ok "$(cmp -s got wanted; echo $?)" "tls: who has a certificate is counted, who has none is not" \
		"$(diff got wanted | head; cat client.out; jq -c '.messages, .sources' mutual.json)"
	is "tls: and is told" "$(jq '.sources[0].log.closed' mutual.json)" 1
	is "tls: all is accounted for" "$(unbalanced mutual.json)" ""
else
	skip "TLS" "no TLS in this build, or no openssl here"
fi

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
