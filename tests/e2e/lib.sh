# lib.sh - what every test script shares: where things are, TAP (testanything.org, version 12), waiting without sleeping blindly,
# one tmux server of our own.  Sourced, never run.  Needs sh, awk, jq; no other interpreter.
#
# The caller sets nothing.  Environment: top_srcdir, top_builddir, SIPWHY (the program), SIPWHY_SHARED (the samples),
# SIPWHY_E2E_SLACK (factor for time limits on slow machines and under sanitizers, default 1).

lib_here=$(cd "$(dirname "$0")" && pwd)
top_srcdir=$(cd "${top_srcdir:-$lib_here/../..}" && pwd)
top_builddir=$(cd "${top_builddir:-.}" && pwd)
SIPWHY=${SIPWHY:-$top_builddir/sipwhy}
SIPWHY_SHARED=${SIPWHY_SHARED:-$top_srcdir/../shared}
# A script changes directory: what was told relative to here is made absolute first.
case $SIPWHY in /*) ;; *) SIPWHY=$PWD/$SIPWHY ;; esac
case $SIPWHY_SHARED in /*) ;; *) SIPWHY_SHARED=$PWD/$SIPWHY_SHARED ;; esac
SLACK=${SIPWHY_E2E_SLACK:-1}
SIPWHY_E2E_SLACK=$SLACK
LC_ALL=C.UTF-8
export LC_ALL SIPWHY_E2E_SLACK

tap_n=0
tap_failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/sipwhy-e2e.XXXXXX") || exit 99
# Some programs run as an ordinary user and must reach the files here.
chmod 755 "$work"
# Whoever runs the tests has settings and a history of his own.
HOME=$work
XDG_CONFIG_HOME=$work/none
XDG_STATE_HOME=$work/state
export HOME XDG_CONFIG_HOME XDG_STATE_HOME
lib_pids=
lib_tmux=sipwhy-$$

# lib_panes: the processes of tmux's panes, and all below them.
lib_panes() {
	lib_next=$(tmux -L "$lib_tmux" list-panes -a -F '#{pane_pid}' 2>/dev/null)
	while [ -n "$lib_next" ]; do
		echo "$lib_next"
		lib_next=$(for lib_p in $lib_next; do pgrep -P "$lib_p"; done)
	done
}

# A leak check that is hung up in the middle of its work never ends (LeakSanitizer), and would take a processor from all the others.
lib_cleanup() {
	trap - EXIT
	lib_left=$(lib_panes)
	tmux -L "$lib_tmux" kill-server 2>/dev/null
	# shellcheck disable=SC2086
	if [ -n "$lib_left" ] && ! wait_for 2 gone $lib_left; then
		kill -KILL $lib_left 2>/dev/null
	fi
	for lib_p in $lib_pids; do
		kill "$lib_p" 2>/dev/null && wait "$lib_p" 2>/dev/null
	done
	[ "${KEEP_WORK:-0}" = 1 ] || rm -rf "$work"
}
trap lib_cleanup EXIT
trap 'exit 129' HUP INT TERM

# tap_skip_all REASON: nothing here can run on this machine.
tap_skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}

# tap_done: the plan, last.  A script that ends before it has no plan, and the driver calls that an error.
tap_done() {
	echo "1..$tap_n"
	[ "$tap_failed" -eq 0 ]
	exit
}

# ok STATUS NAME [DETAIL...]: STATUS 0 is a pass.
ok() {
	tap_n=$((tap_n + 1))
	ok_status=$1
	ok_name=$2
	shift 2
	if [ "$ok_status" -eq 0 ]; then
		echo "ok $tap_n - $ok_name"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_n - $ok_name"
		[ $# -eq 0 ] || printf '%s\n' "$*" | sed 's/^/#   /' | head -40
	fi
}

# skip NAME REASON: one line that says what was not tested and why.
skip() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}

# is NAME GOT WANTED
is() {
	if [ "$2" = "$3" ]; then ok 0 "$1"; else ok 1 "$1" "got: $2
wanted: $3"; fi
}

# like NAME FILE ERE: some line of FILE matches.
like() {
	if grep -Eq -- "$3" "$2"; then ok 0 "$1"; else ok 1 "$1" "no line matches: $3
$(head -30 "$2")"; fi
}

# need PROGRAM...: skip all when one is not here.
need() {
	for need_p; do
		command -v "$need_p" >/dev/null 2>&1 || tap_skip_all "no $need_p here"
	done
}

need_program() {
	[ -x "$SIPWHY" ] || tap_skip_all "no program at $SIPWHY"
	need jq
}

need_samples() {
	[ -d "$SIPWHY_SHARED/samples" ] || tap_skip_all "no samples at $SIPWHY_SHARED (set SIPWHY_SHARED)"
}

# wait_for SECONDS COMMAND...: true as soon as COMMAND is, false when SECONDS (times slack) are over.
wait_for() {
	wait_end=$(($(date +%s%N) + $1 * SLACK * 1000000000))
	shift
	while :; do
		"$@" >/dev/null 2>&1 && return 0
		[ "$(date +%s%N)" -lt "$wait_end" ] || return 1
		sleep 0.03
	done
}

# gone PID...: none of them lives (a zombie is gone).
gone() {
	for gone_p; do
		[ -d "/proc/$gone_p" ] || continue
		grep -q '^State:[[:space:]]*Z' "/proc/$gone_p/status" 2>/dev/null || return 1
	done
	return 0
}

# drained PORT: nothing on its way to this port, UDP or TCP, waits in the kernel; no connection waits to be let in.
drained() {
	awk -v p="$(printf ':%04X' "$1")" '{ split($5, q, ":") }
		substr($2, length($2) - 4) == p && q[2] ~ /[1-9A-F]/ { busy = 1 }
		substr($3, length($3) - 4) == p && q[1] ~ /[1-9A-F]/ { busy = 1 }
		END { exit busy }' /proc/net/udp /proc/net/udp6 /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# asleep PID: it waits for events, so it has taken those there were: a process that was not given its turn yet does not sleep.
asleep() {
	grep -q '^State:[[:space:]]*S' "/proc/$1/status" 2>/dev/null && grep -Eq 'poll|select|^0?$' "/proc/$1/wchan"
}

# heard PID PORT...: it has taken all that was sent there.
heard() {
	heard_pid=$1
	shift
	for heard_port; do
		drained "$heard_port" || return 1
	done
	asleep "$heard_pid"
}

# read_whole PID FILE: it has this file open, and has read it to its end.
read_whole() {
	for read_fd in /proc/"$1"/fd/*; do
		[ "$(readlink "$read_fd" 2>/dev/null)" = "$2" ] || continue
		[ "$(awk '$1 == "pos:" { print $2 }' "/proc/$1/fdinfo/${read_fd##*/}" 2>/dev/null)" != "$(stat -c %s "$2")" ] || return 0
	done
	return 1
}

# quiet: for half a second no packet was sent here.
quiet() {
	quiet_was=$(cat /proc/net/dev)
	sleep 0.5
	[ "$quiet_was" = "$(cat /proc/net/dev)" ]
}

# background PID: end it with the script.
background() {
	lib_pids="$lib_pids $1"
}

children() {
	cat "/proc/$1/task/$1/children" 2>/dev/null
}

# status_of PID FIELD: one value of /proc/PID/status.
status_of() {
	awk -v f="$2:" '$1 == f { print $2; exit }' "/proc/$1/status" 2>/dev/null
}

# free_udp_port [FROM]: a UDP port nobody holds, from FROM on.
free_udp_port() {
	port=${1:-15060}
	while awk -v p="$(printf ':%04X' "$port")" 'substr($2, length($2) - 4) == p { f = 1 } END { exit !f }' /proc/net/udp; do
		port=$((port + 1))
	done
	echo "$port"
}

# can_capture: this process may open a packet socket on lo.
can_capture() {
	[ "$(id -u)" -eq 0 ] && [ $((0x$(status_of $$ CapEff) >> 13 & 1)) -eq 1 ]
}

# A tmux server of our own.  It stays when its last session ends: one that is about to go takes no other.
echo 'set -s exit-empty off' >"$work/.tmux.conf"
tm() {
	tmux -L "$lib_tmux" -f "$work/.tmux.conf" "$@"
}

# screen TARGET: what the pane shows.
screen() {
	tm capture-pane -p -t "$1"
}

# shows TARGET ERE
shows() {
	screen "$1" | grep -Eq -- "$2"
}

# not_shows TARGET ERE
not_shows() {
	! shows "$1" "$2"
}

# class_total FILE CLASS: the total that a dashboard's class row tells ("4xx ... 12,345 ..."); empty when there is none.
class_total() {
	awk -v c="$2" '{
		gsub(/[^ -~]/, " ")
		for (i = 1; i <= NF && i <= 2; i++)
			if ($i == c) {
				for (j = i + 1; j <= NF; j++)
					if ($j ~ /^[0-9][0-9,]*$/) {
						gsub(/,/, "", $j)
						print $j
						exit
					}
			}
	}' "$1"
}

# unbalanced REPORT: names of sources whose frames are not all accounted for.
unbalanced() {
	jq -r '.sources[] | select(.frames != ([.verdicts[]] | add) + .filtered_input + .skipped or .balanced != true)
	    | .name + ": " + tojson' "$1"
}

# c_code FILE...: C with strings, character constants and comments blanked, as "file:line: text"; a // comment becomes @@.
c_code() {
	LC_ALL=C awk '
	FNR == 1 { inside = 0 }
	{
		out = ""
		n = length($0)
		for (i = 1; i <= n; i++) {
			c = substr($0, i, 1)
			two = substr($0, i, 2)
			if (inside) {
				if (two == "*/") { inside = 0; i++ }
			} else if (two == "/*") { inside = 1; i++; out = out " " }
			else if (two == "//") { out = out "@@"; break }
			else if (c == "\"" || c == "\047") {
				for (i++; i <= n && substr($0, i, 1) != c; i++)
					if (substr($0, i, 1) == "\\") i++
				out = out c c
			} else out = out c
		}
		print FILENAME ":" FNR ": " out
	}' "$@"
}

# isolate ARG...: go on in a network namespace of our own when that can be had, so that nobody else's packets are on lo;
# where it can't, those who ask for it go one after the other.
isolate() {
	[ -z "$SIPWHY_E2E_ISOLATED" ] || return 0
	SIPWHY_E2E_ISOLATED=no
	export SIPWHY_E2E_ISOLATED top_srcdir top_builddir SIPWHY SIPWHY_SHARED
	if unshare -n sh -c 'ip link set lo up' 2>/dev/null; then
		SIPWHY_E2E_ISOLATED=yes
		lib_cleanup
		exec unshare -n sh -c 'ip link set lo up && exec "$@"' sh "$0" "$@"
	fi
	if flock -n -o "$work" true 2>/dev/null; then
		lib_cleanup
		exec flock -o "$top_builddir" "$0" "$@"
	fi
}

# capturing PID: it holds a packet socket and has given up its rights, so it listens or is about to.
capturing() {
	[ "$((0x$(status_of "$1" CapEff)))" -eq 0 ] && packet_sockets "$1" | grep -q .
}

# packet_sockets PID: inodes of the packet sockets it holds.
packet_sockets() {
	packet_inodes=$(awk 'NR > 1 { print $9 }' "/proc/$1/net/packet" 2>/dev/null)
	for packet_fd in /proc/"$1"/fd/*; do
		packet_l=$(readlink "$packet_fd" 2>/dev/null)
		for packet_i in $packet_inodes; do
			[ "$packet_l" != "socket:[$packet_i]" ] || echo "$packet_i"
		done
	done
}

# console_of / engine_of SUPERVISOR: which child is which: the engine is the one in a session of its own.
engine_of() {
	for engine_c in $(children "$1"); do
		[ "$(awk '{ sub(/.*\) /, ""); print $4 }' "/proc/$engine_c/stat" 2>/dev/null)" != "$engine_c" ] || echo "$engine_c"
	done
}
console_of() {
	for console_c in $(children "$1"); do
		[ "$(awk '{ sub(/.*\) /, ""); print $4 }' "/proc/$console_c/stat" 2>/dev/null)" = "$console_c" ] || echo "$console_c"
	done
}

# terminals PID: descriptors that are terminals.
terminals() {
	for terminals_fd in /proc/"$1"/fd/*; do
		case $(readlink "$terminals_fd" 2>/dev/null) in
		/dev/pts/* | /dev/tty* | /dev/ptmx | /dev/console) echo "${terminals_fd##*/}" ;;
		esac
	done
}
