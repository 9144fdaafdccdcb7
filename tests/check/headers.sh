#!/bin/sh
# headers - each door (include/sipwhy/*.h) compiles alone, twice over, with warnings as errors.
. "$(dirname "$0")/../e2e/lib.sh"
cc=${CC:-cc}
command -v ${cc%% *} >/dev/null 2>&1 || tap_skip_all "no C compiler"

for h in "$top_srcdir"/include/sipwhy/*.h; do
	name=sipwhy/${h##*/}
	printf '#include "%s"\n#include "%s"\nextern int headers_alone;\n' "$name" "$name" >"$work/alone.c"
	why=$($cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wstrict-prototypes -Werror -fsyntax-only -I"$top_srcdir/include" "$work/alone.c" 2>&1)
	ok $? "$name compiles alone" "$why"
done
tap_done
