# fish completion for sipwhy: what `sipwhy --print fish` prints.

function __sipwhy_themes
	set -l home $XDG_CONFIG_HOME
	test -n "$home"; or set home ~/.config
	set -l own $home/sipwhy/themes/*.theme
	string replace -r '.*/(.*)\.theme$' '$1' -- $own
end
function __sipwhy_fields
	set -l typed (commandline -ct | string replace -r '^(--filter=)?["\']?' '')
	set -l head (string match -r '^(?:.*[ (])?[-!]?' -- "$typed" | string replace -a % %%)
	printf "$head%s:\t%s\n" code 'final code: 503, 5xx, 480..488, silence' class 'class of the code: 5xx' sip 'SIP cause in the Reason header' reason 'the most telling thing known' phrase 'reason phrase as received' q850 'Q.850 cause in the Reason header' warn 'Warning: its code, or part of its text' retry 'Retry-After in seconds' stale 'challenge for a nonce too old: yes, no' peer 'the other side: name, address or network' src 'who sent the response' dst 'who got the response' user 'From or To' from 'From user' to 'To user' prefix 'beginning of the number in To' ua 'User-Agent or Server' product 'User-Agent or Server without its version' saidby 'who gave the code first, if it was passed on' dir 'way of the response: in, out' source 'capture device, file or log' site 'host that told it' method 'INVITE, REGISTER, OPTIONS ...' cid 'Call-ID' branch 'branch of the topmost Via' transport 'udp, tcp, tls, ws, wss, sctp' setup 'first request to final answer: >5s' leg 'Call-ID of the joined leg; * any' n 'times seen, repeats and copies included' since '10m, 14:05, 2026-11-22T14:05' until '10m, 14:05, 2026-11-22T14:05' at '14:05..14:10, on any day' is 'new, muted, marked, relayed ...'
end

complete -c sipwhy -f
complete -c sipwhy -s d -l device -x -a 'any (path basename /sys/class/net/*)' -d 'capture on these interfaces'
complete -c sipwhy -s I -l input -r -F -d 'read a capture (pcap, pcapng) or a log, gzip too; - is standard input'
complete -c sipwhy -l follow -r -F -d 'read what is written to this log from now on, over rotations'
complete -c sipwhy -l from-start -d 'with --follow: what stands in it already, too'
complete -c sipwhy -s S -l syslog -x -d 'receive syslog: udp:PORT, udp:ADDR:PORT, tcp:..., tls:..., unix:PATH, unix-stream:PATH'
complete -c sipwhy -s L -l hep-listen -x -d 'receive mirrored SIP (HEP, plain copies): udp:PORT, udp:ADDR:PORT, tcp:..., tls:...'
complete -c sipwhy -l tzsp -x -d 'receive packets in TZSP: udp:PORT, udp:ADDR:PORT'
complete -c sipwhy -l hep-key -r -F -d 'the key that HEP must have to be taken, and that -H sends: the first line of this file'
complete -c sipwhy -l allow -x -d 'who may send to -S, -L, --tzsp on an address that is not loopback; any: everybody'
complete -c sipwhy -l tls-cert -r -F -d 'certificate of -S tls:... and -L tls:... (PEM, with its chain)'
complete -c sipwhy -l tls-key -r -F -d 'and its key'
complete -c sipwhy -l tls-ca -r -F -d 'and the authority that senders must have a certificate of'
complete -c sipwhy -s E -l hep-parse -d 'read HEP that the capture carries'
complete -c sipwhy -l demo -d 'made-up traffic of a small PBX, to look around'
complete -c sipwhy -l seed -x -d 'seed of the demo\'s traffic'
complete -c sipwhy -s B -l buffer -x -d 'kernel buffer of a capture, -L or --tzsp in MiB'
complete -c sipwhy -l duration -x -d 'end after so many seconds'
complete -c sipwhy -s c -l calls -d 'only calls: leave out REGISTER, OPTIONS, SUBSCRIBE, NOTIFY, PUBLISH, MESSAGE'
complete -c sipwhy -s i -l ignore-case -d 'MATCH ignores letter case'
complete -c sipwhy -s v -l invert -d 'keep the messages that MATCH does not match'
complete -c sipwhy -l filter -x -a '(__sipwhy_fields)' -d 'failures that are shown, or listed by -N: words and field:value, as in class:5xx peer:carrier-a'
complete -c sipwhy -s l -l limit -x -d 'events kept in the list'
complete -c sipwhy -s R -l rotate -d 'accepted as in sngrep: a full list always drops its oldest events, and counts them'
complete -c sipwhy -s O -l output -r -F -d 'save the packets that carry SIP to a new capture file'
complete -c sipwhy -s H -l hep-send -x -d 'send the messages on to a HOMER as HEP: udp:HOST:PORT, tcp:..., tls:...'
complete -c sipwhy -l hep-id -x -d 'with -H: this agent\'s number'
complete -c sipwhy -l hep-ca -r -F -d 'with -H tls:...: the authority that signed the collector\'s certificate, or that certificate'
complete -c sipwhy -s N -l no-interface -d 'no screen: a report at the end of the files, after --duration, or on INT or TERM'
complete -c sipwhy -s q -l quiet -d 'with -N: leave out what is only there to reassure'
complete -c sipwhy -l json -f -a 'records report' -d '-N with JSON: the record stream, or --json=report for one object'
complete -c sipwhy -l events -d 'list the events in the report'
complete -c sipwhy -l messages -d 'with --json: the messages of failed calls, too'
complete -c sipwhy -l no-redact -d 'leave users and credentials readable in the evidence that is saved or copied'
complete -c sipwhy -l color -x -a 'auto never 16 256 true' -d 'colours of the screen'
complete -c sipwhy -l glyphs -x -a 'auto ascii cp437 utf8' -d 'characters for lines, bars and sparklines'
complete -c sipwhy -l theme -r -F -a 'dark light mono 16 highcontrast sngrep solarized (__sipwhy_themes)' -d 'colours by name or from a file'
complete -c sipwhy -l mouse -d 'the mouse selects and scrolls'
complete -c sipwhy -l refresh -x -d 'seconds from one drawing of numbers to the next'
complete -c sipwhy -l fast -d 'draw four times a second'
complete -c sipwhy -l window -x -a 'auto 1m 5m 15m 1h 24h all' -d 'time that rates and shares are of at the start'
complete -c sipwhy -l command -x -d 'do at the start what this line after : would'
complete -c sipwhy -l confirm-quit -x -a 'auto always never' -d 'ask before q quits'
complete -c sipwhy -l bell -x -a 'never crit' -d 'ring for critical incidents'
complete -c sipwhy -s f -l config -r -F -d 'read this configuration instead of /etc/sipwhy.conf and ~/.config/sipwhy/config'
complete -c sipwhy -s F -l no-config -d 'read neither of these two files'
complete -c sipwhy -s D -l dump-config -d 'print the settings in force and leave'
complete -c sipwhy -l check-config -d 'the same, and judge them: the exit status is 0 or 2'
complete -c sipwhy -l explain -x -a '100 180 181 182 183 199 200 202 204 300 301 302 303 305 380 400 401 402 403 404 405 406 407 408 409 410 411 412 413 414 415 416 417 420 421 422 423 424 425 428 429 430 433 436 437 438 439 440 469 470 473 475 476 477 478 479 480 481 482 483 484 485 486 487 488 489 490 491 493 494 500 501 502 503 504 505 510 513 555 580 600 603 604 606 607 608 666 687 1xx 2xx 3xx 4xx 5xx 6xx trunk-down congestion refused register-storm brute-force scan codec nat loop fraud stir dns session-timer early-media credentials number-format inbound-route too-big overload ack-missing alg analytics tls subscription masked silence' -d 'explain and leave: 403, 403 "Insufficient funds", 4xx, q850:34, warning:304, trunk-down, silence'
complete -c sipwhy -l howto -x -a 'capture ssh mirror hep file asterisk freeswitch kamailio opensips 3cx sbc syslog journald docker list' -d 'print how to feed sipwhy from a product and leave; list names them'
complete -c sipwhy -l reset -d 'put a terminal right that was left unusable, and leave'
complete -c sipwhy -s h -l help -d 'this page'
complete -c sipwhy -s V -l version -d 'print the version'
