#!/bin/sh
# Keys sealed by a TPM that swtpm plays. Prints TAP.
command -v swtpm >/dev/null || {
	echo "1..0 # SKIP needs swtpm"
	exit 0
}
[ -x "${top_builddir:-.}/tests/engine/seal" ] || {
	echo "1..0 # SKIP this build has no libtss2 or no cmocka"
	exit 0
}
exec "${top_builddir:-.}/tests/engine/seal"
