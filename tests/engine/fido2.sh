#!/bin/sh
# Secrets derived by a security key in software. Prints TAP.
/usr/bin/python3 -c 'import cbor2, cryptography' 2>/dev/null || {
	echo "1..0 # SKIP needs cbor2 and cryptography of /usr/bin/python3"
	exit 0
}
[ -x "${top_builddir:-.}/tests/engine/touch" ] || {
	echo "1..0 # SKIP this build has no libfido2 or no cmocka"
	exit 0
}
export top_srcdir="${top_srcdir:-.}"
exec "${top_builddir:-.}/tests/engine/touch"
