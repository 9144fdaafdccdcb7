#!/bin/sh
# banned - what no source may hold: calls that overrun or hide, // comments, indents of blanks, long lines, promises for later.
. "$(dirname "$0")/../e2e/lib.sh"
cd "$top_srcdir" || exit 99

sources=$(find src include tests -name '*.[ch]' | sort)
[ -n "$sources" ] || tap_skip_all "no sources"

# banned_none NAME TEXT
banned_none() {
	ok "$([ -z "$2" ]; echo $?)" "$1" "$2"
}

c_code $sources >"$work/code"
call='(^|[^A-Za-z0-9_])'
banned_none "no sprintf, strcpy, strcat, atoi, strtok, system, popen, gets" \
	"$(grep -E ": .*$call(sprintf|vsprintf|strcpy|stpcpy|strcat|atoi|atol|atof|strtok|strtok_r|system|popen|gets|alloca)[[:space:]]*\\(" "$work/code")"
banned_none "the heap only through mem.h" \
	"$(grep '^src/' "$work/code" | grep -Ev '^src/base/mem\.c:' | grep -E "$call(malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf)[[:space:]]*\\(")"
banned_none "no // comments" "$(grep '@@' "$work/code")"
banned_none "no struct typedefs" "$(grep -E '^(src|include)' "$work/code" | grep -E ': typedef[[:space:]]+(struct|union|enum)')"
# Blanks may align what goes on after tabs, and four go on a line of the first column; else they were meant as tabs.
banned_none "indents are tabs" "$(grep -E "^[^:]*:[0-9]*: ( {8,}| {1,3})[^ ]" "$work/code" | head -20)"
banned_none "no blanks at the end of a line" "$(grep -nE '[[:space:]]+$' $sources | head -20)"
# A tab counts as eight columns; what is not ASCII is counted by character.
banned_none "no line over 120 columns" "$(for f in $sources; do expand "$f" | LC_ALL=C awk -v f="$f" '{ gsub(/[\200-\277]/, "") }
	length($0) > 120 { print f ":" FNR ": " length($0) " columns" }'; done | head -20)"
banned_none "no promises for later" "$(grep -nE "$call(TO""DO|FIX""ME|X""XX|HACK|TBD)([^A-Za-z0-9_]|$)" $sources | head -20)"
banned_none "no setjmp" \
	"$(grep -E "$call(setjmp|longjmp|sigsetjmp|siglongjmp)[[:space:]]*\\(" "$work/code")"
banned_none "each file opens with a comment" "$(for f in $sources; do head -1 "$f" | grep -q '^/\*' || echo "$f"; done)"
tap_done
