#!/bin/sh
# logs - every log sample against its truth, whole and a line at a time (logs.c).
. "$(dirname "$0")/../e2e/lib.sh"
need_samples
[ -d "$SIPWHY_SHARED/samples/logs" ] || tap_skip_all "the log samples are not there"
[ -x "$top_builddir/tests/samples/logs" ] || tap_skip_all "tests/samples/logs is not built"
trap - EXIT
rm -rf "$work"
exec "$top_builddir/tests/samples/logs" "$SIPWHY_SHARED/samples/logs"
