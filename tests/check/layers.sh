#!/bin/sh
# layers - the floors of doc/HACKING.md as a table: which doors each room may know, and the one address of each library and
# clock.  An arrow may only point down.  And the pages that comments send readers to are there.
. "$(dirname "$0")/../e2e/lib.sh"
cd "$top_srcdir" || exit 99

layers_nouns='arena buf callmsg cursor errmsg event frame hash hepcut incident inflate mem notice peers regex sipmsg slice sockaddr text timefmt tls'
# room: doors besides base and the nouns.
layers_table='
base:
ui: ui
filter: filter rule
input: input
wire: wire
logfmt: logfmt
sip: sip
track: track
tally: tally kpi wire
record: record tally kpi wire
store: store sift filter rule record tally kpi wire
sink: sink filter record tally kpi wire sip
term: term ui
view: view store sift filter rule ui sip record tally kpi wire
app: *
'

# layers_includes FILE: the quoted includes, as "line name".
layers_includes() {
	sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$1"
}

# layers_breach ROOM DOORS FILE...
layers_breach() {
	room=$1
	doors=$2
	shift 2
	for f; do
		[ -e "$f" ] || continue
		layers_includes "$f" | while read -r inc; do
			case $inc in
			sipwhy/*)
				[ "$doors" = '*' ] && continue
				door=${inc#sipwhy/}
				case " $layers_nouns $doors " in *" ${door%.h} "*) ;; *) echo "$f: $inc" ;; esac ;;
			config.h) ;;
			*/*)
				[ "${inc%%/*}" = "$room" ] || echo "$f: $inc is a private header of another room" ;;
			esac
		done
	done
}

echo "$layers_table" | sed '/^$/d' >"$work/table"
while IFS=: read -r room doors; do
	doors=$(echo $doors | sed 's/^ //')
	[ "$room" = app ] && doors='*'
	header=
	case " $layers_nouns " in *" $room "*) ;; *) header=include/sipwhy/$room.h ;; esac
	why=$(layers_breach "$room" "$doors" $header $(find "src/$room" -name '*.[ch]' 2>/dev/null))
	ok "$([ -z "$why" ]; echo $?)" "$room knows only what is below" "$why"
done <"$work/table"

why=
for h in $layers_nouns; do
	why=$why$(layers_breach base "" "include/sipwhy/$h.h")
done
ok "$([ -z "$why" ]; echo $?)" "base and the nouns know only each other" "$why"

why=
for d in src/*/; do
	room=$(basename "$d")
	grep -q "^$room:" "$work/table" || why="$why$room "
done
ok "$([ -z "$why" ]; echo $?)" "every room stands in the table" "$why"

# layers_address NAME ERE ALLOWED-ERE: lines that match ERE stand only in files that match ALLOWED.
layers_address() {
	why=$(grep -rnE "$2" src include --include='*.[ch]' | grep -Ev "^($3):")
	ok "$([ -z "$why" ]; echo $?)" "$1" "$why"
}

# layers_call NAME ERE ALLOWED-ERE: the same for code without comments and strings.
layers_call() {
	why=$(grep -E "$2" "$work/code" | grep -Ev "^($3):")
	ok "$([ -z "$why" ]; echo $?)" "$1" "$why"
}
c_code $(find src include -name '*.[ch]') >"$work/code"
inc='^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]'
layers_address "curses only in term/curses.c" "$inc(n?cursesw?(/n?curses)?|term)\\.h" 'src/term/curses\.c'
layers_address "libosip2 only in sip/parse.c" "${inc}osip" 'src/sip/parse\.c'
layers_address "libpcap only in input/pcap_*.c and sink/pcap_*.c" "${inc}pcap" 'src/(input|sink)/pcap_[a-z]*\.c'
layers_address "libuv only in input/, sink/, app/" "${inc}uv\\.h" 'src/(input|sink|app)/[a-z_]*\.[ch]'
layers_address "jansson only in record/ and sink/" "${inc}jansson" 'src/(record|sink)/[a-z_]*\.[ch]'
layers_address "OpenSSL only in base/tls.c" "${inc}openssl/" 'src/base/tls\.c'
layers_address "zlib only in base/inflate.c" "${inc}zlib" 'src/base/inflate\.c'
layers_address "seccomp and cap-ng only in app/" "$inc(seccomp|cap-ng|sys/capability)" 'src/app/[a-z_]*\.[ch]'
layers_address "PCRE2 only in base/regex.c" "${inc}pcre2" 'src/base/regex\.c'
layers_address "xxhash only in base/" "${inc}xxhash" 'src/base/[a-z_]*\.[ch]'
layers_address "inih only in app/config*.c" "${inc}ini\\.h" 'src/app/config[a-z_]*\.c'
layers_address "getopt only in app/options.c" "${inc}getopt" 'src/app/options\.c'

call='(^|[^A-Za-z0-9_"])'
# A slice of work is bounded by the monotonic clock, which input asks itself; the demo stamps its packets as a kernel would, and what receives text says when.
layers_call "clocks only in app/" "$call(clock_gettime|gettimeofday|timespec_get|time)[[:space:]]*\\(" 'src/(app/[a-z_]*|input/(demo|file|follow|receiver))\.[ch]'
layers_call "the monotonic clock only in app/ and input/" "${call}(uv_hrtime|uv_now)[[:space:]]*\\(" 'src/(app|input)/[a-z_]*\.[ch]'
layers_call "only main.c and app/ end the program" "$call(exit|_exit|abort|_Exit|quick_exit)[[:space:]]*\\(" 'src/(main\.c|app/[a-z_]*\.c)'

# A page that is not there has no line to show: the comments that name it are told.
why=$(grep -rnoE 'doc/[A-Za-z_-]+\.md' src include tests --include='*.[ch]' --include='*.sh' --include='*.awk' |
	while IFS=: read -r file line page; do [ -f "$page" ] || echo "$file:$line: $page"; done)
ok "$([ -z "$why" ]; echo $?)" "every page of doc/ that a comment names is there" "$why"
why=$(for page in doc/*.md; do grep -q "$page" README doc/*.md || echo "$page"; done)
ok "$([ -z "$why" ]; echo $?)" "every page of doc/ is named by another one or the README" "$why"

n=$(wc -l <src/main.c 2>/dev/null || echo 0)
ok "$([ "$n" -lt 100 ]; echo $?)" "main.c has under 100 lines" "$n lines"
tap_done
