/*
 * howto - what to switch on at a PBX, proxy, SBC or log carrier; see howto.h.
 * Only what this build can do stands here, and each command is one that can be typed as it is printed, but for names.
 */
#include "app/howto.h"

#include <string.h>

struct howto_row {
	const char *name, *title;
	const char *text; /* lines of at most 90 columns */
};

static const struct howto_row howto_rows[] = {
	{ "capture", "capture on the machine that has the calls",
	    "  sudo sipwhy                       all interfaces, any port: SIP is found by its content\n"
	    "  sudo sipwhy -d eth0,eth1          these two\n"
	    "\n"
	    "Without root, once and for all (the file must then not be writable by others):\n"
	    "  sudo setcap cap_net_raw+ep /usr/bin/sipwhy\n"
	    "\n"
	    "No filter is needed.  One on ports loses the second half of long messages, so leave it away\n"
	    "unless the machine has far more traffic than calls.  Calls over TLS can't be read this way:\n"
	    "take the PBX's log (sipwhy --howto asterisk, freeswitch ...).\n" },
	{ "ssh", "capture on another machine, over ssh",
	    "  ssh root@pbx tcpdump -i any -s 0 -U -w - 'udp or tcp and not port 22' | sipwhy -I -\n"
	    "\n"
	    "-U matters: without it packets come in lumps, late.  The filter keeps ssh's own packets out;\n"
	    "SIP over TCP on any other port stays in.\n" },
	{ "mirror", "a mirror port (SPAN) of a switch",
	    "On the switch: mirror the port of the PBX or SBC, both directions, to the port of this machine.\n"
	    "  sudo ip link set eth1 up promisc on\n"
	    "  sudo sipwhy -d eth1\n"
	    "\n"
	    "Packets that are seen twice are counted once.  When sipwhy shows requests and no answers, one\n"
	    "direction is not mirrored.\n" },
	{ "hep", "HEP (HOMER) of a PBX or proxy, encrypted calls too",
	    "  sipwhy -L udp:9060                from this machine\n"
	    "  sipwhy -L udp:0.0.0.0:9060 -L tcp:0.0.0.0:9060 --allow 192.0.2.0/24     from others, who must be named\n"
	    "\n"
	    "Kamailio:    loadmodule \"siptrace.so\", and of it by modparam\n"
	    "             trace_to_database 0, trace_on 1, trace_mode 1, trace_sl_acks 0, hep_mode_on 1,\n"
	    "             hep_version 3, duplicate_uri \"sip:198.51.100.5:9060\"\n"
	    "OpenSIPS:    proto_hep and tracer: hep_id \"[h]198.51.100.5:9060;transport=udp;version=3\",\n"
	    "             trace_id \"[t]uri=hep:h\", then trace(\"t\", \"m\")\n"
	    "Asterisk:    res_hep and res_hep_pjsip: hep.conf with enabled=yes,\n"
	    "             capture_address=198.51.100.5:9060 and capture_id=1\n"
	    "FreeSWITCH:  sofia.conf: capture-server \"udp:198.51.100.5:9060;hep=3\"; then\n"
	    "             fs_cli -x 'sofia global capture on'\n"
	    "\n"
	    "A firewall that drops fragments drops the long messages: INVITE and 200 with SDP.  Take TCP then.\n" },
	{ "file", "a capture file or a log that is there already",
	    "  sipwhy -I calls.pcap              pcap or pcapng, also .gz; several: -I a.pcap -I b.pcap\n"
	    "  sipwhy -I full.log                a log with SIP messages or codes in it, also .gz\n"
	    "  sipwhy -N -I calls.pcap           a report as text, without a screen\n"
	    "\n"
	    "To make one:  sudo tcpdump -i any -s 0 -w calls.pcap 'udp or tcp'\n" },
	{ "asterisk", "Asterisk, FreePBX",
	    "With root on the machine, for calls that are not encrypted:  sudo sipwhy\n"
	    "\n"
	    "From its log, encrypted calls too.  In /etc/asterisk/logger.conf (FreePBX: Settings, Asterisk\n"
	    "Logfile Settings) the file must have the level verbose:\n"
	    "  [logfiles]\n"
	    "  full => notice,warning,error,verbose\n"
	    "Then:\n"
	    "  asterisk -rx 'logger reload'\n"
	    "  asterisk -rx 'pjsip set logger on'        chan_sip: 'sip set debug on'\n"
	    "  sipwhy --follow /var/log/asterisk/full\n"
	    "\n"
	    "'pjsip set logger host 203.0.113.7' prints one peer only; 'pjsip set logger off' ends it.  It\n"
	    "prints every message: mind the disk of a busy machine.  Lines that only name a code are read\n"
	    "without any of this.\n"
	    "\n"
	    "As a capture that holds encrypted calls in clear:\n"
	    "  asterisk -rx 'pjsip set logger pcap /tmp/calls.pcap'\n"
	    "  sipwhy -I /tmp/calls.pcap\n" },
	{ "freeswitch", "FreeSWITCH, FusionPBX",
	    "With root on the machine, for calls that are not encrypted:  sudo sipwhy\n"
	    "\n"
	    "From its log, encrypted calls too:\n"
	    "  fs_cli -x 'sofia global siptrace on'\n"
	    "  sipwhy --follow /var/log/freeswitch/freeswitch.log\n"
	    "\n"
	    "'sofia profile internal siptrace on' prints one profile only; 'sofia global siptrace off' ends it.\n"
	    "Send no traces through mod_syslog: it drops messages that hold letters beyond ASCII.  Leave the\n"
	    "sofia log level as it is; raised it tells each response twice.\n" },
	{ "kamailio", "Kamailio",
	    "With root on the machine, for calls that are not encrypted:  sudo sipwhy\n"
	    "\n"
	    "From its log: every message by xlog, in request_route, onreply_route and branch_route or\n"
	    "wherever messages pass:\n"
	    "  loadmodule \"xlog.so\"\n"
	    "  modparam(\"xlog\", \"buf_size\", 65536)\n"
	    "  xlog(\"L_NOTICE\", \"$proto $si:$sp -> $Ri:$Rp\\n$mb\")\n"
	    "Without the larger buffer, messages above 4096 bytes are not logged at all.\n"
	    "  journalctl -o json -f -u kamailio | sipwhy -I -\n"
	    "  sipwhy --follow /var/log/kamailio.log           where syslog writes it\n"
	    "\n"
	    "Lines of acc (transaction answered, call missed) are read as responses too, without xlog.\n" },
	{ "opensips", "OpenSIPS",
	    "With root on the machine, for calls that are not encrypted:  sudo sipwhy\n"
	    "\n"
	    "From its log: every message by xlog, in route, onreply_route and wherever messages pass:\n"
	    "  xlog_buf_size=65536\n"
	    "  xlog(\"L_NOTICE\", \"$proto $si:$sp -> $Ri:$Rp\\n$mb\\n\")\n"
	    "In releases without $proto and $Ri say $socket_in(proto), $socket_in(ip) and $socket_in(port).\n"
	    "Without the larger buffer, messages above 4096 bytes are not logged at all.\n"
	    "  journalctl -o json -f -u opensips | sipwhy -I -\n"
	    "\n"
	    "The tracer module writing to a file or to syslog is read as well, and so are the lines of acc.\n" },
	{ "3cx", "3CX",
	    "On the machine itself (Linux), as root:\n"
	    "  sipwhy\n"
	    "From another one:\n"
	    "  ssh root@pbx tcpdump -i any -s 0 -U -w - 'udp or tcp and not port 22' | sipwhy -I -\n"
	    "\n"
	    "Without a shell there: take a capture in the management console, download it, and\n"
	    "  sipwhy -I capture.pcap\n"
	    "Its tunnel and calls over TLS are encrypted: use the side of the trunk, or a mirror port\n"
	    "(sipwhy --howto mirror).\n" },
	{ "sbc", "session border controllers: AudioCodes, Cisco, Oracle, Ribbon",
	    "All: mirror the port of the SBC to this machine (sipwhy --howto mirror), or their logs:\n"
	    "\n"
	    "AudioCodes: syslog to this machine, debug level Detailed (5).\n"
	    "  sudo sipwhy -S udp:0.0.0.0:514 --allow 192.0.2.10\n"
	    "\n"
	    "Cisco (CUBE, IOS): 'debug ccsip messages' and 'logging host' with the address of this machine,\n"
	    "then as above; or save the output and sipwhy -I it.  IOS prints no addresses beside messages;\n"
	    "17.8 and later have 'show voip trace all', which does.\n"
	    "\n"
	    "Oracle (Acme Packet): 'notify sipd siplog' begins, 'notify sipd nosiplog' ends sipmsg.log:\n"
	    "  sipwhy -I sipmsg.log\n"
	    "\n"
	    "Ribbon SBC Core: a call trace:  sipwhy -I trace.log\n" },
	{ "syslog", "syslog of any program that prints SIP",
	    "From this machine:\n"
	    "  sipwhy -S udp:5514                in rsyslog: *.* @127.0.0.1:5514\n"
	    "From others, who must be named:\n"
	    "  sipwhy -S tcp:0.0.0.0:5514 --allow 192.0.2.0/24\n"
	    "                                    in their rsyslog: *.* @@198.51.100.5:5514\n"
	    "Encrypted, and only from senders with a certificate of yours:\n"
	    "  sipwhy -S tls:0.0.0.0:6514 --tls-cert c.pem --tls-key k.pem --tls-ca ca.pem\n"
	    "\n"
	    "rsyslog cuts messages at 8 KiB: $MaxMessageSize 64k, in the first line of rsyslog.conf of every\n"
	    "machine on the way.  Over UDP what is lost is lost in silence; TCP and TLS are better.\n" },
	{ "journald", "the journal of systemd",
	    "  journalctl -o json -f -u freeswitch | sipwhy -I -           while it is written\n"
	    "  journalctl -o json -u kamailio --since today | sipwhy -I -  from this morning on\n"
	    "\n"
	    "-o json keeps messages of several lines in one piece.  A journal that limits the rate of a\n"
	    "service loses lines: RateLimitIntervalSec=0 in journald.conf.  sipwhy shows such gaps as notices.\n" },
	{ "docker", "PBXs in containers",
	    "From what the container prints:\n"
	    "  docker logs -f --since 0s pbx 2>&1 | sipwhy -I -\n"
	    "  kubectl logs -f deployment/pbx | sipwhy -I -\n"
	    "What is switched on inside is the same as without one (sipwhy --howto asterisk ...).\n"
	    "\n"
	    "From the network, on the host, as root; a packet that passes several bridges counts once:\n"
	    "  sipwhy -d any\n" },
};

enum { HOWTO_ROWS = sizeof howto_rows / sizeof howto_rows[0] };

void
howto_names(FILE *out)
{
	for (size_t i = 0; i < HOWTO_ROWS; i++)
		(void)fprintf(out, "%s ", howto_rows[i].name);
	(void)fputs("list", out);
}

static int
howto_list(FILE *out)
{
	for (size_t i = 0; i < HOWTO_ROWS; i++)
		(void)fprintf(out, "%-12s%s\n", howto_rows[i].name, howto_rows[i].title);
	return 0;
}

int
howto_print(FILE *out, const char *name)
{
	if (strcmp(name, "list") == 0)
		return howto_list(out);
	for (size_t i = 0; i < HOWTO_ROWS; i++)
		if (strcmp(howto_rows[i].name, name) == 0) {
			(void)fprintf(out, "%s\n\n%s", howto_rows[i].title, howto_rows[i].text);
			return 0;
		}
	(void)fputs("sipwhy: --howto: there is no such text; say one of ", stderr);
	howto_names(stderr);
	(void)fputc('\n', stderr);
	return 2;
}
