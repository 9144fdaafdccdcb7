#!/bin/bash
# man - the manual page and the completions against the program's own tables: what `sipwhy --print` prints stands in
# doc/sipwhy.1 and completions/ word for word, and each option of --help in all of them.
# SIPWHY_UPDATE=1 writes them anew instead.
. "$(dirname "$0")/../e2e/lib.sh"
need_program

page=$top_srcdir/doc/sipwhy.1
# file of each completion, as shells look for it.
shells='bash:sipwhy.bash zsh:_sipwhy fish:sipwhy.fish'

# man_part NAME: the part of the page between its marks.
man_part() {
	sed -n "/^\\.\\\\\" begin $1\$/,/^\\.\\\\\" end $1\$/p" "$page" | sed '1d;$d'
}

# man_put NAME: the page with that part as it is printed.
man_put() {
	awk -v begin=".\\\\\" begin $1" -v end=".\\\\\" end $1" -v part="$work/$1" '
		$0 == begin { print; while ((getline line < part) > 0) print line; skip = 1; next }
		$0 == end { skip = 0 }
		!skip { print }' "$page" >"$work/page" && cat "$work/page" >"$page"
}

for part in man keys; do
	"$SIPWHY" --print $part >"$work/$part" 2>"$work/err"
	ok $? "--print $part" "$(cat "$work/err")"
	[ "${SIPWHY_UPDATE:-0}" = 1 ] && man_put $part
	man_part $part >"$work/stands"
	why=$(diff "$work/stands" "$work/$part" | head -20)
	ok "$([ -s "$work/$part" ] && [ -z "$why" ]; echo $?)" "doc/sipwhy.1 has the $part of the program" "$why
SIPWHY_UPDATE=1 $0 puts it there"
done
for s in $shells; do
	file=$top_srcdir/completions/${s#*:}
	"$SIPWHY" --print "${s%%:*}" >"$work/printed" 2>"$work/err"
	[ "${SIPWHY_UPDATE:-0}" = 1 ] && cat "$work/printed" >"$file"
	why=$(diff "$file" "$work/printed" 2>&1 | head -20)
	ok "$([ -s "$work/printed" ] && [ -z "$why" ]; echo $?)" "completions/${s#*:} is what the program prints" "$why
SIPWHY_UPDATE=1 $0 puts it there"
done

# Not by the table this time: what a user reads in --help is found everywhere.
"$SIPWHY" --help >"$work/help"
names=$(grep -oE '^  (-., |    )--[a-z-]+' "$work/help" | grep -oE -- '--[a-z-]+')
ok "$([ "$(echo "$names" | wc -l)" -ge 40 ]; echo $?)" "--help has all options" "$names"
why=
for name in $names; do
	grep -qE "^\\.It (Fl . , )?Fl -${name#--}( |\$)" "$page" || why="$why manual:$name"
	grep -qE -- "[ |\"]$name[ |)\"]" "$top_srcdir/completions/sipwhy.bash" || why="$why bash:$name"
	grep -qE -- "(^|[[:space:],'])$name(=-|=)?['}]" "$top_srcdir/completions/_sipwhy" || why="$why zsh:$name"
	grep -qE -- " -l ${name#--} " "$top_srcdir/completions/sipwhy.fish" || why="$why fish:$name"
done
ok "$([ -z "$why" ]; echo $?)" "each option of --help stands in the manual and in each completion" "$why"
why=$(grep -oE '^\.It Fl (. , Fl )?-[a-z-]+' "$page" | grep -oE -- '-[a-z-]{2,}$' | while read -r name; do
	echo "$names" | grep -qx -- "-$name" || echo "$name"
done)
ok "$([ -z "$why" ]; echo $?)" "and no other" "$why"

# The languages themselves.
if command -v mandoc >/dev/null; then
	why=$(mandoc -Tlint -W style "$page" 2>&1 | grep -vE 'referenced manual not found|outdated mandoc\.db')
	ok "$([ -z "$why" ]; echo $?)" "mandoc has nothing to say" "$why"
	long=$(mandoc -Tascii "$page" | col -b | awk 'length($0) > 80' | head -3)
	ok "$([ -z "$long" ]; echo $?)" "the page fits in 80 columns" "$long"
else
	skip "mandoc has nothing to say" "no mandoc"
fi
for s in bash zsh fish; do
	command -v $s >/dev/null || { skip "$s reads its completion" "no $s"; continue; }
	case $s in bash) file=sipwhy.bash ;; zsh) file=_sipwhy ;; fish) file=sipwhy.fish ;; esac
	why=$($s -n "$top_srcdir/completions/$file" 2>&1)
	ok "$([ -z "$why" ]; echo $?)" "$s reads its completion" "$why"
done

# bash completes: complete_line WORD...: what it offers for the last word.
complete_line() {
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_sipwhy
	echo "${COMPREPLY[*]}"
}
. "$top_srcdir/completions/sipwhy.bash"
is "options" "$(complete_line sipwhy --no-in)" "--no-interface"
is "choices" "$(complete_line sipwhy --glyphs u)" "utf8"
is "choices behind a =" "$(complete_line sipwhy --color = n)" "never"
is "forms of --json only behind a =" "$(complete_line sipwhy --json = r) $(complete_line sipwhy --json --ev)" "records report --events"
is "codes" "$(complete_line sipwhy --explain 48)" "480 481 482 483 484 485 486 487 488 489"
is "incidents" "$(complete_line sipwhy --explain trunk-d)" "trunk-down"
is "texts of --howto" "$(complete_line sipwhy --howto free)" "freeswitch"
like "interfaces" <(complete_line sipwhy -d '') '(^| )lo( |$)'
touch "$work/a b.pcap"
is "files" "$(cd "$work" && complete_line sipwhy -I 'a')" "a b.pcap"
mkdir -p "$work/sipwhy/themes"
: >"$work/sipwhy/themes/solar-own.theme"
is "themes, those of the user too" "$(XDG_CONFIG_HOME=$work complete_line sipwhy --theme sol)" "solarized solar-own"
is "fields of a filter" "$(complete_line sipwhy --filter pro)" "product:"
is "and behind others, in quotes" "$(complete_line sipwhy --filter "'class:5xx -pee")" "class:5xx -peer:"
is "but not in a value" "$(complete_line sipwhy --filter "'peer:carrier-a")" ""

# fish_line LINE: what fish offers for it, without the descriptions.
fish_line() {
	(cd "$work" && XDG_CONFIG_HOME=$work fish --no-config -c "source '$top_srcdir/completions/sipwhy.fish'; complete -C '$1'" 2>&1 | cut -f 1)
}
if command -v fish >/dev/null; then
	is "fish: files" "$(fish_line 'sipwhy -I a')" "a b.pcap"
	like "fish: interfaces" <(fish_line 'sipwhy -d ') '^lo$'
	is "fish: themes, those of the user too" "$(fish_line 'sipwhy --theme solar' | sort | tr '\n' ' ')" "solar-own solarized "
	is "fish: themes of a user without any" "$(rm -r "$work/sipwhy"; fish_line 'sipwhy --theme solar')" "solarized"
	is "fish: fields of a filter" "$(fish_line 'sipwhy --filter=pro')" "--filter=product:"
else
	skip "fish completes" "no fish"
fi

# What ships as a theme is offered.
why=$(for f in "$top_srcdir"/themes/*.theme; do
	name=${f##*/}
	complete_line sipwhy --theme '' | tr ' ' '\n' | grep -qx -- "${name%.theme}" || echo "${name%.theme}"
done)
ok "$([ -z "$why" ]; echo $?)" "each theme of themes/ is offered" "$why"
tap_done
