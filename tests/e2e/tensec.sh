#!/bin/bash
# tensec - ten seconds after the start the overview alone, in 80 columns and 24 rows, says what fails, where, since when and
# why: on calls through Kamailio to a trunk that refuses some, on a trunk that is down, and on somebody who guesses
# passwords; all made by SIPp on loopback.
. "$(dirname "$0")/lib.sh"
need_program
need tmux
need sipp
need kamailio
can_capture || tap_skip_all "no right to capture on lo (run as root)"
isolate "$@"

here=$top_srcdir/tests/e2e/sipp
cd "$work" || exit 99
port=$(free_udp_port 16060)

# The trunk: what it answers to every INVITE.
trunk() {
	cat <<XML
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="trunk">
  <recv request="INVITE"/>
  <send retrans="500"><![CDATA[
SIP/2.0 $1
[last_Via:]
[last_From:]
[last_To:];tag=[pid]-called-[call_number]
[last_Call-ID:]
[last_CSeq:]
${2:+$2
}Server: Carrier
Content-Length: 0

]]></send>
  <recv request="ACK"/>
</scenario>
XML
}

# A caller of many numbers, who takes any refusal.
caller() {
	cat <<XML
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="caller">
  <send retrans="500"><![CDATA[
INVITE sip:+4930555[call_number]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:10[call_number]@[local_ip]:[local_port]>;tag=[pid]-[call_number]
To: <sip:+4930555[call_number]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:10[call_number]@[local_ip]:[local_port]>
Max-Forwards: 70
User-Agent: PBX
Content-Length: 0

]]></send>
  <recv response="100" optional="true"/>
  <recv response="503"/>
  <send><![CDATA[
ACK sip:+4930555[call_number]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:10[call_number]@[local_ip]:[local_port]>;tag=[pid]-[call_number]
To: <sip:+4930555[call_number]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
</scenario>
XML
}

# Logs in to account after account with a password of its own making.
guesser() {
	cat <<'XML'
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="guesser">
  <send retrans="500"><![CDATA[
REGISTER sip:[remote_ip] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[remote_ip]>;tag=[pid]-[call_number]
To: <sip:[field0]@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 REGISTER
Contact: <sip:[field0]@[local_ip]:[local_port]>
Max-Forwards: 70
Expires: 3600
User-Agent: friendly-caller
Content-Length: 0

]]></send>
  <recv response="401" auth="true"/>
  <send retrans="500"><![CDATA[
REGISTER sip:[remote_ip] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[remote_ip]>;tag=[pid]-[call_number]
To: <sip:[field0]@[remote_ip]>
Call-ID: [call_id]
CSeq: 2 REGISTER
Contact: <sip:[field0]@[local_ip]:[local_port]>
[field1]
Max-Forwards: 70
Expires: 3600
User-Agent: friendly-caller
Content-Length: 0

]]></send>
  <recv response="401"/>
</scenario>
XML
}

registrar() {
	cat <<'XML'
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="registrar">
  <recv request="REGISTER"/>
  <send><![CDATA[
SIP/2.0 401 Unauthorized
[last_Via:]
[last_From:]
[last_To:];tag=[pid]-r-[call_number]
[last_Call-ID:]
[last_CSeq:]
WWW-Authenticate: Digest realm="pbx", nonce="n[call_number]", algorithm=MD5
Server: PBX
Content-Length: 0

]]></send>
  <recv request="REGISTER"/>
  <send><![CDATA[
SIP/2.0 401 Unauthorized
[last_Via:]
[last_From:]
[last_To:];tag=[pid]-r-[call_number]
[last_Call-ID:]
[last_CSeq:]
WWW-Authenticate: Digest realm="pbx", nonce="m[call_number]", algorithm=MD5
Server: PBX
Content-Length: 0

]]></send>
</scenario>
XML
}

# On loopback nothing tells which side is ours; on a PBX its own addresses do.
cat >own.conf <<'CONF'
[peers]
pbx = pbx 127.0.0.1
CONF

# look NAME: the program on what goes over lo, in a terminal of 80x24.
look() {
	tm new-session -d -s "$1" -x 80 -y 24 "env -u NO_COLOR LC_ALL=C.UTF-8 TZ=UTC '$SIPWHY' -f '$work/own.conf' -d lo udp 2>'$work/$1.err'"
	wait_for 5 shows "$1" 'LIVE'
	ok $? "$1: it listens" "$(screen "$1")"
}

bound() {
	[ "$(free_udp_port "$1")" != "$1" ]
}

# says NAME WHAT ERE
says() {
	wait_for 10 shows "$1" "$3"
	ok $? "$1: $2" "wanted: $3
$(screen "$1")"
}

# keep NAME PID...: done with this one; its callers end.
keep() {
	[ -z "$TENSEC_KEEP" ] || screen "$1" >"$TENSEC_KEEP/$1.txt"
	tm kill-session -t "$1"
	shift
	kill "$@" 2>/dev/null
	wait "$@" 2>/dev/null
}

# A trunk that refuses every call.
trunk '503 Service Unavailable' 'Reason: Q.850;cause=38;text="Network out of order"' >trunk.xml
caller >caller.xml
timeout $((40 * SLACK)) sipp -sf trunk.xml -i 127.0.0.2 -p "$port" -nostdin >trunk.out 2>&1 &
background $!
wait_for 10 bound "$port"
look trunk-down
timeout $((30 * SLACK)) sipp -sf caller.xml -i 127.0.0.1 -p $((port + 1)) "127.0.0.2:$port" -m 40 -r 5 -nostdin >caller.out 2>&1 &
who=$!
says trunk-down "what: the incident by name" 'Trunk down'
says trunk-down "where: the trunk" '127\.0\.0\.2'
says trunk-down "since when" 'since [0-9][0-9]:[0-9][0-9]'
says trunk-down "why, or what to check" 'Check: |because|Q\.850|refuse'
says trunk-down "how many: the class" '5xx server +[0-9]+'
keep trunk-down $who

# Somebody who guesses passwords.
registrar >registrar.xml
guesser >guesser.xml
{
	echo SEQUENTIAL
	for i in $(seq 100 180); do echo "$i;[authentication username=$i password=guess$i]"; done
} >accounts.csv
timeout $((40 * SLACK)) sipp -sf registrar.xml -i 127.0.0.3 -p $((port + 2)) -nostdin >registrar.out 2>&1 &
background $!
wait_for 10 bound $((port + 2))
look guessing
timeout $((30 * SLACK)) sipp -sf guesser.xml -inf accounts.csv -i 127.0.0.4 -p $((port + 3)) "127.0.0.3:$((port + 2))" -m 80 -r 10 -nostdin >guesser.out 2>&1 &
who=$!
says guessing "what: the incident by name" 'uess|rute|assword'
says guessing "where: who does it" '127\.0\.0\.4'
says guessing "since when" 'since [0-9][0-9]:[0-9][0-9]'
says guessing "what to check" 'Check: '
keep guessing $who

# Calls through a proxy; the trunk behind it refuses some.
trunk '503 Service Unavailable' 'Reason: Q.850;cause=34;text="No circuit available"' >t503.xml
proxy=$(free_udp_port $((port + 10)))
sed "s/127.0.0.1:TRUNK1/127.0.0.2:$((proxy + 1))/; s/TRUNK2/$((proxy + 2))/" "$here/proxy.cfg" >proxy.cfg
mkdir run
timeout $((60 * SLACK)) kamailio -f proxy.cfg -l "udp:127.0.0.1:$proxy" -DD -E -w "$work" -Y "$work/run" -m 32 -M 4 >proxy.log 2>&1 &
background $!
timeout $((60 * SLACK)) sipp -sf t503.xml -i 127.0.0.2 -p $((proxy + 1)) -nostdin >t503.out 2>&1 &
background $!
wait_for 10 bound "$proxy" && wait_for 10 bound $((proxy + 1))
look failover
sed 's/<recv response="503"\/>/<recv response="500" optional="true" next="no"\/><recv response="503"\/><label id="no"\/>/' caller.xml >proxied.xml
timeout $((30 * SLACK)) sipp -sf proxied.xml -i 127.0.0.5 -p $((proxy + 3)) "127.0.0.1:$proxy" -m 60 -r 6 -nostdin >proxied.out 2>&1 &
who=$!
says failover "what fails, by its code" '50[03]'
says failover "where" '127\.0\.0\.2'
says failover "since when" 'since [0-9][0-9]:[0-9][0-9]'
says failover "why: the cause" 'ircuit|channel|Q\.850'
keep failover $who
tap_done
