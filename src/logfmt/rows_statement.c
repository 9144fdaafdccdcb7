/*
 * rows_statement - single lines that name a status code, or tell of a failure without one; a row each, with a line that
 * it must read.
 * Know: the first row whose pattern fits decides, so the more exact one stands first.  Every row names an anchor, a
 * text of eight bytes or more that all of its lines hold; statement_scan.c looks for nothing but these.
 */
#include "logfmt/rows.h"

/* The event decides what it means; the rest is the same in all of them. */
#define SECURITY_EVENT                                                                                                 \
	"SecurityEvent=\"{detail}\",EventTV=\"{*}\",Severity=\"{*}\",Service=\"{phrase}\","                            \
	"EventVersion=\"{*}\",AccountID=\"{user}\",SessionID=\"{call_id}\","                                           \
	"LocalAddress=\"{*}/{transport}/{own}\",RemoteAddress=\"{*}/{transport}/{peer_ip}/{peer_port}\""
#define SECURITY_REST                                                                                                  \
	"EventTV=\"2026-03-03T10:16:23.440+0000\",Severity=\"Error\",Service=\"PJSIP\",EventVersion=\"1\","            \
	"AccountID=\"1001\",SessionID=\"9b643476\",LocalAddress=\"IPV4/UDP/192.0.2.1/5060\","                          \
	"RemoteAddress=\"IPV4/UDP/198.51.100.60/5070\",Challenge=\"6a204bd8\""

#define LOST "the logger threw lines away: the counts of this time are too low"

static const char *const anchors[] = {
	/*  0 */ "ACC: transaction answered",
	/*  1 */ "ACC: call missed",
	/*  2 */ "ACC: request ac",
	/*  3 */ "ACC: call ended",
	/*  4 */ "Got SIP ",
	/*  5 */ "Got error ",
	/*  6 */ "registration attempt to",
	/*  7 */ "ing state [",
	/*  8 */ "Failed Registration",
	/*  9 */ "Ping failed",
	/* 10 */ "Ping succeeded",
	/* 11 */ "Responding ",
	/* 12 */ "to other leg",
	/* 13 */ "nta: received ",
	/* 14 */ "nta: sent ",
	/* 15 */ "is duplicate response",
	/* 16 */ "Response msg ",
	/* 17 */ "%SIP-3-MAXCONNCAC",
	/* 18 */ "%VOICE_IEC",
	/* 19 */ "\tSIP/2.0 ",
	/* 20 */ "' failed for '",
	/* 21 */ "rejected because",
	/* 22 */ "SecurityEvent",
	/* 23 */ "SIP auth ",
	/* 24 */ "authenticate device",
	/* 25 */ "busy/congested",
	/* 26 */ " Hangup ",
	/* 27 */ "Originate Failed",
	/* 28 */ "hanging up, cause",
	/* 29 */ "due to rate-limiting",
	/* 30 */ "Suppressed ",
	/* 31 */ "message repeated ",
	/* 32 */ "Logging resumed.  ",
	/* 33 */ "no more space for spec value"
};

/* pattern; anchor, need, kind, reader, family, flow, method, name of the notice; what it means; a line and its code */
static const struct row_statement rows[] = {
	/* First of all: what was not logged can't be counted, and a repeat holds the line that it repeats. */
	{ { "rsyslog-lost", " {number} messages lost due to rate-limiting", "rsyslog: rate limit of an input", true },
	    29, "messages lost", ROW_NOTICE, ROW_PLAIN, 0, FLOW_UNKNOWN, NULL, "log-loss", LOST,
	    "rsyslogd: imuxsock[pid: 901]: 4711 messages lost due to rate-limiting (200 allowed within 5 seconds)", 0 },
	{ { "rsyslog-drops", "begin to drop messages due to rate-limiting", "rsyslog: rate limit of an input", true },
	    29, "begin to", ROW_NOTICE, ROW_PLAIN, 0, FLOW_UNKNOWN, NULL, "log-loss", LOST,
	    "rsyslogd: imuxsock from <kamailio:901>: begin to drop messages due to rate-limiting", 0 },
	{ { "journald-lost", "Suppressed {number} messages from {user}$", "journald: rate limit of a unit", true }, 30,
	    NULL, ROW_NOTICE, ROW_PLAIN, 0, FLOW_UNKNOWN, NULL, "log-loss", LOST,
	    "pbx systemd-journald[301]: Suppressed 4711 messages from kamailio.service", 0 },
	{ { "syslog-repeated", "message repeated {number} times", "syslog daemons: reduction of repeated lines", true },
	    31, NULL, ROW_NOTICE, ROW_PLAIN, 0, FLOW_UNKNOWN, NULL, "log-loss",
	    "the logger wrote one line in place of several, which are not counted; switch its reduction off",
	    "Mar  3 10:15:01 pbx kamailio[901]: message repeated 3 times: [ NOTICE: acc [acc.c:287]: ACC: call missed: "
	    "timestamp=1;method=INVITE;from_tag=a;to_tag=b;call_id=c;code=503;reason=x]",
	    0 },
	{ { "asterisk-lost", "Logging resumed.  {number} message[s] discarded.", "Asterisk: the queue of its logger",
	      true },
	    32, NULL, ROW_NOTICE, ROW_PLAIN, 0, FLOW_UNKNOWN, NULL, "log-loss", LOST,
	    "[Jun 29 11:16:37] WARNING[28086]: logger:0 ***: Logging resumed.  158329 messages discarded.", 0 },
	{ { "xlog-lost", "no more space for spec value", "Kamailio and OpenSIPS: a text longer than the buffer of xlog",
	      true },
	    33, NULL, ROW_NOTICE, ROW_PLAIN, 0, FLOW_UNKNOWN, NULL, "log-loss",
	    "a text (a message, mostly) was too long for xlog and is not in the log: raise its buf_size",
	    " 2(97) ERROR: {1 1 INVITE a} <core> [core/pvapi.c:1491]: pv_printf_mode(): no more space for spec value - "
	    "printed:39 token:9245 buffer:4096",
	    0 },
	{ { "acc-answered",
	      "ACC: transaction answered: {*}method={method};from_tag={from_tag};to_tag={to_tag};"
	      "call_id={call_id};code={code};reason={phrase}",
	      "Kamailio and OpenSIPS: module acc, transaction answered", true },
	    0, NULL, ROW_CODE, ROW_ACC, 1, FLOW_UNKNOWN, NULL, NULL, NULL,
	    "NOTICE: {2 101 INVITE 409f168d} acc [acc.c:288]: acc_log_request(): ACC: transaction "
	    "answered: timestamp=1772532915;method=INVITE;from_tag=7c;to_tag=69;call_id=409f168d;"
	    "code=503;reason=Service Unavailable;src_user=1001",
	    503 },
	{ { "acc-missed",
	      "ACC: call missed: {*}method={method};from_tag={from_tag};to_tag={to_tag};"
	      "call_id={call_id};code={code};reason={phrase}",
	      "Kamailio and OpenSIPS: module acc, call missed", true },
	    1, NULL, ROW_CODE, ROW_ACC, 1, FLOW_UNKNOWN, NULL, NULL, NULL,
	    "NOTICE: {2 101 INVITE 409f168d} acc [acc.c:288]: acc_log_request(): ACC: call missed: "
	    "timestamp=1772532915;method=INVITE;from_tag=7c;to_tag=69;call_id=409f168d;code=503;"
	    "reason=Service Unavailable;src_user=1001",
	    503 },
	{ { "acc-acknowledged",
	      "ACC: request acknowledged: {*}method={method};from_tag={from_tag};to_tag={to_tag};"
	      "call_id={call_id};code={code};reason={phrase}",
	      "Kamailio and OpenSIPS: module acc, request acknowledged", true },
	    2, "acknowledged", ROW_CODE, ROW_ACC, 1, FLOW_UNKNOWN, NULL, NULL, NULL,
	    "NOTICE: {2 101 INVITE 409f168d} acc [acc.c:288]: acc_log_request(): ACC: request "
	    "acknowledged: timestamp=1772532915;method=ACK;from_tag=7c;to_tag=69;call_id=409f168d;"
	    "code=503;reason=Service Unavailable;src_user=1001",
	    503 },
	{ { "acc-accounted",
	      "ACC: request accounted: ", "Kamailio and OpenSIPS: module acc, a text of the script's own", true },
	    2, "accounted", ROW_NEITHER, ROW_PLAIN, 0, FLOW_UNKNOWN, NULL, NULL, NULL,
	    "ACC: request accounted: timestamp=1;method=INVITE;from_tag=a;to_tag=;call_id=zz;code=404;"
	    "reason=Not found by script",
	    0 },
	{ { "acc-ended", "ACC: call ended: ", "OpenSIPS: module acc, a call detail record", true }, 3, NULL,
	    ROW_NEITHER, ROW_PLAIN, 0, FLOW_UNKNOWN, NULL, NULL, NULL,
	    "NOTICE:ACC: call ended: created=1;method=INVITE;from_tag=a;to_tag=b;call_id=zz;code=200;"
	    "reason=OK",
	    0 },
	{ { "chansip-incoming",
	      "Incoming call: Got SIP response {code} \"{phrase}\" back from [host "
	      "]['][sip:]{peer_uri}",
	      "Asterisk, chan_sip: answer to a call it sent", true },
	    4, "Incoming", ROW_CODE, ROW_PLAIN, 3, FLOW_IN, "INVITE", NULL, NULL,
	    "chan_sip.c: Incoming call: Got SIP response 486 \"Busy here\" back from 203.0.113.5:5060", 486 },
	{ { "chansip-got", "Got SIP response {code} \"{phrase}\" back from [host ]['][sip:]{peer_uri}",
	      "Asterisk, chan_sip: final answer to a request it sent", true },
	    4, "SIP response", ROW_CODE, ROW_PLAIN, 3, FLOW_IN, NULL, NULL, NULL,
	    "chan_sip.c: Got SIP response 603 \"Declined\" back from 203.0.113.5:5060", 603 },
	{ { "chansip-got-method", "Got SIP {method} response {code} \"{phrase}\" back from [host ]['][sip:]{peer_uri}",
	      "Asterisk, chan_sip: final answer to a request it sent", true },
	    4, NULL, ROW_CODE, ROW_PLAIN, 3, FLOW_IN, NULL, NULL, NULL,
	    "chan_sip.c: Got SIP SUBSCRIBE response 489 \"Bad event\" back from host '203.0.113.5'", 489 },
	{ { "chansip-register-error", "Got error {code} on register to {user}, giving up",
	      "Asterisk, chan_sip: a registration it gave up", true },
	    5, NULL, ROW_CODE, ROW_PLAIN, 0, FLOW_IN, "REGISTER", NULL, NULL,
	    "chan_sip.c: Got error 408 on register to alice@example.net, giving up (check config)", 408 },
	{ { "pjsip-registration",
	      "{*:Temporal,Fatal} response '{code}' received from '{peer_uri}' on registration "
	      "attempt to '{user}'",
	      "Asterisk, res_pjsip: answer to a registration it sent", true },
	    6, " response '", ROW_CODE, ROW_PLAIN, 0, FLOW_IN, "REGISTER", NULL, NULL,
	    "res_pjsip_outbound_registration.c: Temporal response '480' received from 'sip:203.0.113.5' "
	    "on registration attempt to 'sip:1001@example.net', retrying in '60'",
	    480 },
	{ { "pjsip-registration-fatal",
	      "'{code}' fatal response received from '{peer_uri}' on registration attempt to "
	      "'{user}'",
	      "Asterisk, res_pjsip: answer to a registration it sent", true },
	    6, "' fatal ", ROW_CODE, ROW_PLAIN, 0, FLOW_IN, "REGISTER", NULL, NULL,
	    "res_pjsip_outbound_registration.c: '404' fatal response received from 'sip:203.0.113.5' on "
	    "registration attempt to 'sip:1001@example.net', stopping outbound registration",
	    404 },
	{ { "pjsip-registration-forbidden",
	      ": {code} {phrase} fatal response received from '{peer_uri}' on registration attempt "
	      "to '{user}'",
	      "Asterisk, res_pjsip: answer to a registration it sent", true },
	    6, " fatal ", ROW_CODE, ROW_PLAIN, 0, FLOW_IN, "REGISTER", NULL, NULL,
	    "[2026-03-03 10:15:56] WARNING[2115] res_pjsip_outbound_registration.c: 403 Forbidden fatal "
	    "response received from 'sip:203.0.113.5' on registration attempt to 'sip:1001@example.net', "
	    "retrying in '30' seconds",
	    403 },
	{ { "pjsip-registration-silent", "No response received from '{peer_uri}' on registration attempt to '{user}'",
	      "Asterisk, res_pjsip: a registration nobody answered", true },
	    6, "No response", ROW_NOTICE, ROW_PLAIN, 0, FLOW_UNKNOWN, "REGISTER", "no-response",
	    "no answer to a registration that was sent: the registrar is down, or packets are lost on the way",
	    "No response received from 'sip:203.0.113.9:5080' on registration attempt to "
	    "'sip:1001@example.net', retrying in '60'",
	    0 },
	/* A 200 is told when it is sent or received, and once more when the ACK is. */
	{ { "freeswitch-state-answer",
	      "Channel {user} {*:entering,skipping} state \\[{*:completed,completing}\\]\\[{code}\\]",
	      "FreeSWITCH, mod_sofia: state of a call, final answer", true },
	    7, "[complet", ROW_CODE, ROW_PLAIN, 5, FLOW_UNKNOWN, "INVITE", NULL, NULL,
	    "[DEBUG] sofia.c:7493 Channel sofia/internal/1001@pbx.example.com entering state [completed][200]", 200 },
	{ { "freeswitch-state-ready", "Channel {user} {*:entering,skipping} state \\[ready\\]\\[{code}\\]",
	      "FreeSWITCH, mod_sofia: state of a call, answered and acknowledged", true },
	    7, "[ready]", ROW_CODE, ROW_PLAIN, 5, FLOW_UNKNOWN, "INVITE", NULL, NULL,
	    "[DEBUG] sofia.c:7493 Channel sofia/internal/1001@pbx.example.com entering state [ready][200]", 200 },
	{ { "freeswitch-state", "Channel {user} {*:entering,skipping} state \\[{word}\\]\\[{code}\\]",
	      "FreeSWITCH, mod_sofia: state of a call", true },
	    7, NULL, ROW_CODE, ROW_PLAIN, 0, FLOW_UNKNOWN, "INVITE", NULL, NULL,
	    "[DEBUG] sofia.c:7505 Channel sofia/external/+12025550195 entering state [terminated][486]", 486 },
	{ { "freeswitch-registration", ".c:{number} {user} Failed Registration with status {phrase} \\[{code}\\]",
	      "FreeSWITCH, mod_sofia: answer to a gateway's registration", true },
	    8, "status", ROW_CODE, ROW_PLAIN, 2, FLOW_IN, "REGISTER", "registration-failed",
	    "a registration that was sent failed inside the stack; no code of SIP was involved",
	    "[ERR] sofia_reg.c:2661 gw-one Failed Registration with status Forbidden [403]. failure #1", 403 },
	{ { "freeswitch-registration-retry", ".c:{number} {user} Failed Registration \\[{code}\\]",
	      "FreeSWITCH, mod_sofia: a gateway's registration will be tried again", true },
	    8, NULL, ROW_CODE, ROW_PLAIN, 2, FLOW_IN, "REGISTER", NULL, NULL,
	    "[WARNING] sofia_reg.c:520 gw-one Failed Registration [403], setting retry to 30 seconds.", 403 },
	{ { "freeswitch-ping-failed", "Ping failed {user} with code {code}",
	      "FreeSWITCH, mod_sofia: answer to a gateway's OPTIONS", true },
	    9, NULL, ROW_CODE, ROW_PLAIN, 0, FLOW_IN, "OPTIONS", NULL, NULL,
	    "[WARNING] sofia.c:6488 Ping failed gw-two with code 503 - count 1/1/3, state DOWN", 503 },
	{ { "freeswitch-ping", "Ping succeeded {user} with code {code}",
	      "FreeSWITCH, mod_sofia: answer to a gateway's OPTIONS", true },
	    10, NULL, ROW_CODE, ROW_PLAIN, 0, FLOW_IN, "OPTIONS", NULL, NULL,
	    "[WARNING] sofia.c:6463 Ping succeeded gw-two with code 200 - count 2/1/3, state UP", 200 },
	{ { "freeswitch-responding-invite", "Responding to INVITE with: {code}",
	      "FreeSWITCH, mod_sofia: answer to a call", true },
	    11, "INVITE", ROW_CODE, ROW_PLAIN, 0, FLOW_OUT, "INVITE", NULL, NULL,
	    "[DEBUG] mod_sofia.c:637 Responding to INVITE with: 486", 486 },
	{ { "freeswitch-responding", "Responding with {code} \\[{phrase}\\]",
	      "FreeSWITCH, mod_sofia: answer to a request", true },
	    11, " with ", ROW_CODE, ROW_PLAIN, 0, FLOW_OUT, NULL, NULL, NULL,
	    "[DEBUG] mod_sofia.c:2383 Responding with 603 [Decline]", 603 },
	{ { "freeswitch-passing", "Passing {code} {phrase} to other leg",
	      "FreeSWITCH, mod_sofia: answer handed to the other leg", true },
	    12, NULL, ROW_CODE, ROW_PLAIN, 0, FLOW_IN, "INVITE", NULL, NULL,
	    "[DEBUG] sofia.c:7069 Passing 183 Session Progress to other leg", 183 },
	{ { "sofia-received", "nta: received {code} {phrase} for {method} ({cseq})", "sofia-sip: nta, log level 5",
	      true },
	    13, NULL, ROW_CODE, ROW_PLAIN, 0, FLOW_IN, NULL, NULL, NULL,
	    "nta.c:3396 agent_recv_response() nta: received 488 Not Acceptable Here for INVITE (40182)", 488 },
	{ { "sofia-sent", "nta: sent {code} {phrase} for {method} ({cseq})", "sofia-sip: nta, log level 5", true }, 14,
	    NULL, ROW_CODE, ROW_PLAIN, 0, FLOW_OUT, NULL, NULL, NULL,
	    "nta.c:6897 incoming_reply() nta: sent 401 Unauthorized for REGISTER (17)", 401 },
	{ { "sofia-duplicate", "nta: {code} {phrase} is duplicate response to {cseq} {method}",
	      "sofia-sip: nta, log level 5", true },
	    15, NULL, ROW_CODE, ROW_PLAIN, 0, FLOW_IN, NULL, NULL, NULL,
	    "nta.c:9780 outgoing_recv() nta: 488 Not Acceptable Here is duplicate response to 40182 "
	    "INVITE",
	    488 },
	{ { "pjsip-message",
	      "{flow:RX=in,TX=out} {size} bytes Response msg {code}/{method}/cseq={cseq} {*}{*: "
	      "from , to }{transport} {peer}:",
	      "pjsua and other programs on pjsip: head of a message whose text is not printed", true },
	    16, " bytes ", ROW_CODE, ROW_PLAIN, 4, FLOW_UNKNOWN, NULL, NULL, NULL,
	    "10:15:02.815           pjsua_core.c .RX 289 bytes Response msg 486/INVITE/cseq=102 "
	    "(rdata0x7f) from UDP 203.0.113.5:5060:",
	    486 },
	{ { "pjsip-transaction", "Incoming Response msg {code}/{method}/cseq={cseq}",
	      "pjsua and other programs on pjsip: transaction layer", true },
	    16, "Incoming", ROW_CODE, ROW_PLAIN, 4, FLOW_IN, NULL, NULL, NULL,
	    "10:15:02.815        tsx0x7fb3fed6d5 ..Incoming Response msg 486/INVITE/cseq=102 "
	    "(rdata0x7fc13a8cf933) in state Calling",
	    486 },
	{ { "cisco-maxconn", "%SIP-3-MAXCONNCAC: {*} sent response {code}", "Cisco IOS: too many calls on a dial-peer",
	      true },
	    17, NULL, ROW_CODE, ROW_PLAIN, 0, FLOW_OUT, "INVITE", NULL, NULL,
	    "000414: *Mar  3 10:15:17.898: %SIP-3-MAXCONNCAC: Call rejected due to CAC based on maximum "
	    "number of connections on dial-peer 1, sent response 503",
	    503 },
	{ { "cisco-iec", "%VOICE_IEC-3-GW: {*}: Internal Error ({detail})", "Cisco IOS: internal error code of a call",
	      true },
	    18, NULL, ROW_NOTICE, ROW_PLAIN, 0, FLOW_UNKNOWN, NULL, "internal-error",
	    "the gateway could not go on with a call; what it answered is not in this line",
	    "000337: *Mar  3 10:15:08.201: %VOICE_IEC-3-GW: SIP: Internal Error (DNS query fail): "
	    "IEC=1.2.3.4.5.0 on callID 12 GUID=5654",
	    0 },
	{ { "sipp-short", "\\t{flow:R=in,S=out}\\t{call_id}\\tCSeq:{cseq} {method}\\tSIP/2.0 {code}[ {phrase}]",
	      "SIPp: -trace_shortmsg", true },
	    19, "\tCSeq:", ROW_CODE, ROW_PLAIN, 0, FLOW_UNKNOWN, NULL, NULL, NULL,
	    "2026-03-03\t10:15:01.449010\t1772532901.449010\tS\t099df970\tCSeq:71 REGISTER\tSIP/2.0 401 "
	    "Unauthorized",
	    401 },
	{ { "pjsip-unknown-endpoint",
	      "Request '{method}' from '{user}' failed for '{peer}' (callid: {call_id}) - No "
	      "matching endpoint found",
	      "Asterisk, res_pjsip: a request from nobody it knows", true },
	    20, "No matching", ROW_NOTICE, ROW_PLAIN, 0, FLOW_IN, NULL, "unknown-endpoint",
	    "no endpoint matches the address or the user; Asterisk answers 401, whatever password follows",
	    "res_pjsip/pjsip_distributor.c: Request 'INVITE' from '\"1001\" <sip:1001@192.0.2.1>' failed "
	    "for '198.51.100.9:5060' (callid: 67ca0405@198.51.100.9) - No matching endpoint found",
	    0 },
	{ { "pjsip-auth-failed",
	      "Request '{method}' from '{user}' failed for '{peer}' (callid: {call_id}) - Failed "
	      "to authenticate",
	      "Asterisk, res_pjsip: wrong credentials", true },
	    20, "authenticate", ROW_NOTICE, ROW_PLAIN, 0, FLOW_IN, NULL, "auth-failed",
	    "the endpoint is known, the password or the user name for it is wrong; Asterisk answers 401 again",
	    "res_pjsip/pjsip_distributor.c: Request 'INVITE' from '\"1001\" <sip:1001@192.0.2.1>' failed "
	    "for '198.51.100.9:5060' (callid: 67ca0405@198.51.100.9) - Failed to authenticate",
	    0 },
	{ { "pjsip-request-failed",
	      "Request '{method}' from '{user}' failed for '{peer}' (callid: {call_id}) - {detail}",
	      "Asterisk, res_pjsip: a request it refused", true },
	    20, "Request '", ROW_NOTICE, ROW_PLAIN, 0, FLOW_IN, NULL, "request-refused",
	    "the request was refused for the reason that the line gives",
	    "res_pjsip/pjsip_distributor.c: Request 'INVITE' from '\"1001\" <sip:1001@192.0.2.1>' failed "
	    "for '198.51.100.9:5060' (callid: 67ca0405@198.51.100.9) - Error to authenticate",
	    0 },
	{ { "pjsip-no-extension",
	      "Call ({transport}:{peer}) to extension '{user}' rejected because extension not "
	      "found in context '{detail}'",
	      "Asterisk, res_pjsip: no such number", true },
	    21, "Call (", ROW_NOTICE, ROW_PLAIN, 0, FLOW_IN, "INVITE", "no-extension",
	    "the number called is not in the dialplan; Asterisk sends 404",
	    "res_pjsip_session.c:  trunk-a: Call (UDP:198.51.100.9:5060) to extension '004410' rejected "
	    "because extension not found in context 'from-trunk'.",
	    0 },
	{ { "chansip-no-extension",
	      "Call from '{*}' ({peer}) to extension '{user}' rejected because extension not found in "
	      "context '{detail}'",
	      "Asterisk, chan_sip: no such number", true },
	    21, "Call from", ROW_NOTICE, ROW_PLAIN, 0, FLOW_IN, "INVITE", "no-extension",
	    "the number called is not in the dialplan; Asterisk sends 404",
	    "chan_sip.c: Call from '' (198.51.100.9:5060) to extension '90010' rejected because "
	    "extension not found in context 'public'.",
	    0 },
	{ { "chansip-wrong-password", "Registration from '{user}' failed for '{peer}' - Wrong password",
	      "Asterisk, chan_sip: wrong password of a phone", true },
	    20, "Wrong password", ROW_NOTICE, ROW_PLAIN, 0, FLOW_IN, "REGISTER", "auth-failed",
	    "wrong password; Asterisk sends 403, or 401 again",
	    "chan_sip.c: Registration from '\"500\" <sip:500@192.0.2.1:5060>' failed for "
	    "'198.51.100.9:5060' - Wrong password",
	    0 },
	{ { "chansip-registration", "Registration from '{user}' failed for '{peer}' - {detail}",
	      "Asterisk, chan_sip: a registration it refused", true },
	    20, "Registration from", ROW_NOTICE, ROW_PLAIN, 0, FLOW_IN, "REGISTER", "registration-refused",
	    "a registration was refused for the reason that the line gives",
	    "chan_sip.c: Registration from '<sip:500@192.0.2.1>' failed for '198.51.100.9:5060' - No "
	    "matching peer found",
	    0 },
	{ { "chansip-auth-failed", "Failed to authenticate device {user}[;tag={from_tag}] for {method}, code = ",
	      "Asterisk, chan_sip: wrong credentials", true },
	    24, NULL, ROW_NOTICE, ROW_PLAIN, 0, FLOW_IN, NULL, "auth-failed",
	    "wrong user name or password (the code in the line is Asterisk's own); Asterisk sends 401 or "
	    "403",
	    "chan_sip.c: Failed to authenticate device \"alice\" <sip:alice@192.0.2.1>;tag=da2b631e for "
	    "INVITE, code = -1",
	    0 },
	{ { "asterisk-busy", "Everyone is busy/congested at this time ({detail})",
	      "Asterisk, app_dial: no destination took the call", true },
	    25, NULL, ROW_NOTICE, ROW_PLAIN, 0, FLOW_UNKNOWN, NULL, "everyone-busy",
	    "no destination took the call; in brackets: how many were dialled: busy/congested/unavailable",
	    "app_dial.c: Everyone is busy/congested at this time (2:1/1/0)", 0 },
	{ { "asterisk-invalid-account", SECURITY_EVENT, "Asterisk: security events, no such account", true }, 22,
	    "\"InvalidAccountID\"", ROW_NOTICE, ROW_SECURITY, 0, FLOW_IN, NULL, "security-event",
	    "the account is not known here: a typing error, or somebody who tries names",
	    "SecurityEvent=\"InvalidAccountID\"," SECURITY_REST, 0 },
	{ { "asterisk-invalid-password", SECURITY_EVENT, "Asterisk: security events, wrong password", true }, 22,
	    "\"InvalidPassword\"", ROW_NOTICE, ROW_SECURITY, 0, FLOW_IN, NULL, "security-event",
	    "the password for this account is wrong", "SecurityEvent=\"InvalidPassword\"," SECURITY_REST, 0 },
	{ { "asterisk-challenge-failed", SECURITY_EVENT, "Asterisk: security events, wrong password", true }, 22,
	    "\"ChallengeResponseFailed\"", ROW_NOTICE, ROW_SECURITY, 0, FLOW_IN, NULL, "security-event",
	    "the credentials sent for this account do not fit: wrong password, user name or realm",
	    "SecurityEvent=\"ChallengeResponseFailed\"," SECURITY_REST, 0 },
	{ { "asterisk-acl", SECURITY_EVENT, "Asterisk: security events, refused address", true }, 22, "\"FailedACL\"",
	    ROW_NOTICE, ROW_SECURITY, 0, FLOW_IN, NULL, "security-event",
	    "an access list (acl, permit, deny) refuses the address", "SecurityEvent=\"FailedACL\"," SECURITY_REST, 0 },
	{ { "asterisk-security", SECURITY_EVENT, "Asterisk: security events, any other", true }, 22, NULL, ROW_NOTICE,
	    ROW_SECURITY, 0, FLOW_IN, NULL, "security-event",
	    "a request was refused for the reason that SecurityEvent names",
	    "SecurityEvent=\"RequestNotAllowed\"," SECURITY_REST, 0 },
	{ { "freeswitch-auth-challenge",
	      "SIP auth challenge ({method}) on sofia profile '{*}' for \\[{user}\\] from ip "
	      "{peer_ip}",
	      "FreeSWITCH, mod_sofia: for fail2ban", true },
	    23, "challenge", ROW_NOTICE, ROW_PLAIN, 0, FLOW_IN, NULL, "auth-challenge",
	    "a request came without credentials, as each first one does; FreeSWITCH sends 401 or 407",
	    "SIP auth challenge (REGISTER) on sofia profile 'internal' for [1001@pbx.example.com] from "
	    "ip 198.51.100.7",
	    0 },
	{ { "freeswitch-auth-failed",
	      "SIP auth failure ({method}) on sofia profile '{*}' for \\[{user}\\] from ip "
	      "{peer_ip}",
	      "FreeSWITCH, mod_sofia: wrong credentials", true },
	    23, "failure", ROW_NOTICE, ROW_PLAIN, 0, FLOW_IN, NULL, "auth-failed",
	    "wrong user name or password; FreeSWITCH sends 403",
	    "SIP auth failure (INVITE) on sofia profile 'internal' for [1001@pbx.example.com] from ip "
	    "198.51.100.8",
	    0 },
	{ { "freeswitch-hangup", " Hangup {user} \\[{word}\\] \\[{detail}\\]", "FreeSWITCH: end of a call", true }, 26,
	    NULL, ROW_NOTICE, ROW_CAUSE, 0, FLOW_UNKNOWN, NULL, "hangup",
	    "a call ended with a failure; the cause is a Q.850 one, the code on the wire is not in this "
	    "line",
	    "[NOTICE] sofia.c:8736 Hangup sofia/external/+12025550195 [CS_CONSUME_MEDIA] [CALL_REJECTED]", 0 },
	{ { "freeswitch-originate", "Originate Failed.  Cause: {detail}",
	      "FreeSWITCH, mod_dptools: a call it could not place", true },
	    27, NULL, ROW_NOTICE, ROW_CAUSE, 0, FLOW_UNKNOWN, NULL, "hangup",
	    "a call could not be placed; the cause is a Q.850 one, the code on the wire is not in this "
	    "line",
	    "[INFO] mod_dptools.c:3637 Originate Failed.  Cause: NORMAL_TEMPORARY_FAILURE", 0 },
	{ { "freeswitch-hanging-up", "Channel {user} hanging up, cause: {detail}",
	      "FreeSWITCH, mod_sofia: end of a call", true },
	    28, NULL, ROW_NOTICE, ROW_CAUSE, 0, FLOW_UNKNOWN, NULL, "hangup",
	    "a call ended with a failure; the cause is a Q.850 one, the code on the wire is not in this "
	    "line",
	    "[DEBUG] mod_sofia.c:463 Channel sofia/internal/1001@pbx.example.com hanging up, cause: "
	    "USER_BUSY",
	    0 },
};

const struct row_statement *
rows_statement(size_t *n)
{
	*n = sizeof rows / sizeof rows[0];
	return rows;
}

const char *const *
rows_anchors(size_t *n)
{
	*n = sizeof anchors / sizeof anchors[0];
	return anchors;
}
