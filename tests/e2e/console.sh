#!/bin/bash
# console - a whole investigation typed into a real terminal (tmux) on a replayed capture: the spike is seen, failures are
# filtered, one is opened, its cause read, its ladder and messages looked at, evidence saved, the group muted, the theme
# changed, and the program left; each screen is looked at on the way.
. "$(dirname "$0")/lib.sh"
need_program
need tmux

cd "$work" || exit 99
mkdir -p home/.config/sipwhy/themes state
echo '# name: mine' >home/.config/sipwhy/themes/mine.theme
printf '# name: bent\nclass.9xx = red\nframe.title = #010203 | 123\n' >home/.config/sipwhy/themes/bent.theme
chmod 700 home
"$SIPWHY" -F --demo --seed 1 -N -O calls.pcap --duration 2 >/dev/null 2>err
ok $? "the demo's calls are a capture" "$(cat err)"
failed=$("$SIPWHY" -F -N -I calls.pcap --json=report | jq '.failures | add')
server=$("$SIPWHY" -F -N -I calls.pcap --events --filter 5xx --json=report | jq '.events | length')

# sees NAME ERE: within five seconds.
sees() {
	wait_for 5 shows it "$2"
	ok $? "$1" "wanted: $2
$(screen it)"
}

# types KEY...
types() {
	tm send-keys -t it "$@"
}

tm new-session -d -s it -x 80 -y 24 "env -u NO_COLOR -u XDG_CONFIG_HOME HOME='$work/home' XDG_STATE_HOME='$work/state' LC_ALL=C.UTF-8 TZ=UTC \
	sh -c '\"$SIPWHY\" -I calls.pcap; echo exit status \$?; exec tail -f /dev/null'"

sees "start: the overview of the capture" '^ sipwhy .*calls\.pcap.*ENDED'
sees "every class has its row" '5xx server +[0-9]+'
sees "the spike: what goes on stands on top" 'Carrier congestion.* 198\.51\.100\.20 .*since'
sees "the most frequent codes, with their share of the bars" '486 Busy Here +[0-9]+ █'

types 2
sees "2: the events, newest first" '^ Events +sort time v'
sees "all of them are there" "[^0-9]1/$failed "
types / 5xx
sees "/5xx narrows while it is typed" '^/5xx'
sees "the count is live" "$server match"
types Enter
sees "Enter keeps it" 'Filter 5xx'
sees "what is left is counted" "$server of $failed"
others() { screen it | grep -E '^[> *N].*[0-9:]{8} [0-9-]{3} ' | awk '{ print substr($0, 11, 3) }' | grep -v '^5'; }
none_left() { ! others; }
ok "$(wait_for 5 none_left; echo $?)" "no row of another class is left" "$(others)"

types Enter
sees "Enter opens the newest" '^─ 50[0-9] '
sees "what it means" 'Means'
sees "who said it" 'Said by'
sees "likely causes" 'Likely, most likely first'
types PageDown
sees "what to check, and what the answer says of itself" 'OPTIONS ping|Headers that matter'
types x
sees "x: the ladder" '^ Ladder +call '
sees "both parties and the arrows" 'INVITE.*▶'
sees "who said no" 'said here'
types Enter
sees "Enter: the message behind the arrow" '^ Raw +message [0-9]+ of [0-9]+'
sees "with its headers" ' Call-ID: '
types '['
sees "[: the message before" '^ Raw +message'
types Escape
sees "Esc: the ladder again" '^ Ladder'
types Escape
sees "Esc: the failure again" '^ Event '

types Y
sees "Y: evidence is saved, and it says where" 'sipwhy-[0-9]{8}-[0-9]{6}'
file=$(ls sipwhy-* 2>/dev/null | head -n 1)
ok "$([ -n "$file" ] && grep -q '^| SIP/2\.0 50' "$file"; echo $?)" "the file has the message" "$(ls -la; head -50 "$file" 2>/dev/null)"
is "nobody else may read it" "$(stat -c %a "$file" 2>/dev/null)" 600
to=$(sed -n 's/^To: .*sip:\(+[0-9]*\)@.*/\1/p' calls.pcap 2>/dev/null | head -n 1)
ok "$([ -z "$to" ] || ! grep -qF "$to" "$file"; echo $?)" "no number of a user stands in it" "$(grep -nF "$to" "$file" | head)"

types Escape
sees "Esc: the list, still filtered" 'Filter 5xx'
types Escape
sees "Esc drops the filter first" 'Filter none'
types 3
sees "3: the groups" '^ Groups by signature'
sees "the outage is one row" '503 Q\.850/34'
types m
sees "m mutes it" '[Mm]uted'
types b
sees "b: by code" 'Groups by code'
types 1
sees "1: the overview" 'CLASS +TOTAL'
types : 'theme mono' Enter
sees ":theme mono" 'mono'
coloured() { tm capture-pane -e -p -t it | grep -E $'\e\\[[0-9;]*(3[0-7]|9[0-7]|38;)[0-9;]*m'; }
plain() { ! coloured; }
ok "$(wait_for 5 plain; echo $?)" "mono has no colour" "$(coloured | head -n 3)"
types : 'theme dark' Enter
wait_for 5 sh -c "tmux -L '$lib_tmux' capture-pane -e -p -t it | grep -qE '\[[0-9;]*38;'"
ok $? "and dark has" "$(tm capture-pane -e -p -t it | head -3)"
types : 'theme mine' Enter
sees "a theme of the user's own, whose home the console may not read" '^ theme mine *$'
types : 'theme bent' Enter
sees "a wrong line of a theme is told by file, line and role" 'bent\.theme:2: "class\.9xx" is not a role'
ok "$(wait_for 5 sh -c "tmux -L '$lib_tmux' capture-pane -e -p -t it | grep -qE '38;(5;123|2;1;2;3)'"; echo $?)" \
	"and the rest of it is on the screen" "$(tm capture-pane -e -p -t it | head -3)"
types : 'theme mine' Enter
sees "back to one without a fault" '^ theme mine *$'
types '?'
sees "?: the keys of this screen" 'Help: '
types Escape
sees "back" 'CLASS +TOTAL'
types q
sees "q leaves a file without a question" '^exit status 0'

# A theme with a wrong line keeps nobody from the screen, and is told on it and where it came from.
tm new-session -d -s bent -x 80 -y 24 "env -u NO_COLOR -u XDG_CONFIG_HOME HOME='$work/home' LC_ALL=C.UTF-8 TZ=UTC \
	'$SIPWHY' -F --theme bent -I calls.pcap; exec sleep 60"
ok "$(wait_for 5 shows bent 'bent\.theme:2: "class\.9xx" is not a role'; echo $?)" "so at the start" "$(screen bent)"
wait_for 5 shows bent 'CLASS +TOTAL'
tm send-keys -t bent q
ok "$(wait_for 5 shows bent '^sipwhy: .*bent\.theme:2: "class\.9xx" is not a role'; echo $?)" "and before the first screen" "$(screen bent)"
is "the prompt's lines are kept for the next run" "$(cat state/sipwhy/history 2>/dev/null | head -3 | tr '\n' ' ')" "/5xx :theme mono :theme dark "
tap_done
