#!/bin/bash
# oom - every unit test once more with its n-th allocation failing, n = 1, 2, ...; under the sanitizers, which see what breaks.
# A test may fail then (what it asserts needs memory); it may not hang, and no report may come but one: a test that goes on with
# the NULL of a constructor, told by the type of a handle that a header keeps opaque.  Anything deeper is ours.
# SIPWHY_OOM_JOBS [2]: runs at a time; SIPWHY_OOM_UPTO [25]: the last n.  Of a test that takes its time (files that are rotated a
# thousand times) a few n must do.
. "$(dirname "$0")/../e2e/lib.sh"

oom_upto=${SIPWHY_OOM_UPTO:-25}
oom_jobs=${SIPWHY_OOM_JOBS:-2}
case $(nm "$SIPWHY" 2>/dev/null) in
*__asan_init*) ;;
*)
	echo "1..0 # SKIP only a sanitizer build sees what breaks"
	exit 0
	;;
esac

# oom_one TEST N: prints what broke in that run.
oom_one() {
	SIPWHY_FAIL_AT=$2 SIPWHY_SHARED=/nonexistent ASAN_OPTIONS=detect_leaks=0:handle_segv=2 timeout $((60 * SLACK)) "$1" >"$work/oom.$2" 2>&1
	[ $? != 124 ] || echo "$2: hangs"
	line=$(grep -a -m1 -E 'runtime error|ERROR: AddressSanitizer|/src/.*: Assertion .* failed' "$work/oom.$2")
	[ -n "$line" ] || return 0
	handle=$(sed -n "s/.*member access within null pointer of type '\(const \)\?\(struct [a-z_]*\)'.*/\2/p" <<<"$line")
	[ -n "$handle" ] && grep -rqsx --include='*.h' "$handle;" "$top_srcdir/include" "$top_srcdir/src" && return 0
	echo "$2: $line"
}

# oom_which TEST: the n to try; its first run is timed.
oom_which() {
	oom_from=$(date +%s%N)
	oom_one "$1" 1 >"$work/oom.first"
	if [ $(($(date +%s%N) - oom_from)) -gt 1000000000 ]; then echo 2 5 11; else seq 2 "$oom_upto"; fi
}

export -f oom_one
export work top_srcdir SLACK
for t in "$top_builddir"/tests/*/*_test; do
	[ -x "$t" ] || continue
	which=$(oom_which "$t")
	broken=$(cat "$work/oom.first"; printf '%s\n' $which | xargs -P "$oom_jobs" -I '{}' bash -c 'oom_one "$0" "$1"' "$t" '{}')
	ok "$([ -z "$broken" ]; echo $?)" "${t#"$top_builddir/"}: allocations 1 to ${which##*[[:space:]]} fail in turn" "$broken"
done
tap_done
