#!/bin/sh
# sizes - the ten largest files and functions, to look at; a habit, not a law, so nothing fails here.
. "$(dirname "$0")/../e2e/lib.sh"
cd "$top_srcdir" || exit 99

sources=$(find src -name '*.[ch]' | sort)
[ -n "$sources" ] || tap_skip_all "no sources"
echo "# largest files (look again at 800 lines)"
wc -l $sources | grep -v ' total$' | sort -rn | head -10 | sed 's/^/# /'
echo "# longest functions (look again at 80 lines)"
awk '/^[a-z][a-z0-9_]*\(/ { name = $0; sub(/\(.*/, "", name) }
	/^\{/ { from = FNR }
	/^\}/ && from { print FNR - from - 1, name, FILENAME; from = 0 }' $sources | sort -rn | head -10 | sed 's/^/# /'
ok 0 "sizes told"
tap_done
