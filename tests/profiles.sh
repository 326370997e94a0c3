#!/bin/bash
# The AppArmor profiles: each compiles as it enforces and as it complains, is confined to what parser 3.0 knows, and forbids nothing
# that it also allows (a deny rule always wins). Prints TAP. Needs apparmor_parser and its abstractions.
top=$(cd "${top_srcdir:-.}" && pwd) || exit 99
command -v apparmor_parser >/dev/null && [ -e /etc/apparmor.d/abi/3.0 ] || { echo "1..0 # SKIP apparmor is not installed"; exit 0; }
profiles=$top/installer/controls/files/apparmor
tree=$(mktemp -d) || exit 99
trap 'rm -rf "$tree"' EXIT
cp -r /etc/apparmor.d/{abi,abstractions,tunables} "$profiles"/* "$tree" || exit 99

number=0
bad=0
check() { # check NAME TEST...
	local text=$1 output
	shift
	number=$((number + 1))
	if output=$("$@" 2>&1) && [ -z "$output" ]; then
		echo "ok $number - $text"
	else
		printf '%s\n' "$output" | sed 's/^/# /'
		echo "not ok $number - $text"
		bad=1
	fi
}

# Without the kernel: features are those of the ABI the profiles are written for. Warnings fail, too.
compile() {
	apparmor_parser --config-file /dev/null --base "$tree" --features-file "$tree/abi/3.0" --skip-kernel-load --skip-cache --warn=all "$1"
}

complaining() {
	sed 's/flags=(/flags=(complain,/' "$1" >"$tree/complaining"
	grep -q '^profile .* flags=(complain,' "$tree/complaining" && compile "$tree/complaining"
}

# Allow rules that no access is left of, because a deny rule covers them: printed.
covered() {
	python3 - "$1" <<-'PYTHON'
		import itertools, re, sys
		rule = re.compile(r"^\s*(deny\s+)?(?:owner\s+)?((?:/|@\{)\S*)\s+([rwalkmixpuUPC]+)(?:\s*->.*)?,")
		def expand(text):
		    found = re.search(r"\{([^{}@]*,[^{}]*)\}", text)
		    if not found:
		        return [text]
		    return [one for choice in found[1].split(",") for one in expand(text[:found.start()] + choice + text[found.end():])]
		def pattern(text):
		    text = re.sub(r"@\{[a-zA-Z_]+\}", lambda name: "V" + name[0][2:-1], text)
		    return "".join(".+" if part == "**" else "[^/]+" if part == "*" else part if part.startswith("[") else re.escape(part)
		                   for part in re.split(r"(\*\*|\*|\[[^]]*\])", text))
		def sample(text):
		    text = re.sub(r"@\{([a-zA-Z_]+)\}", r"V\1", text)
		    return re.sub(r"\[(.)[^]]*\]\*?", r"\1", text).replace("**", "any/thing").replace("*", "any")
		rules = [found for line in open(sys.argv[1]) if (found := rule.match(line))]
		denied = [(one, found[3]) for found in rules if found[1] for one in expand(found[2])]
		for found in rules:
		    for one, (other, access) in itertools.product([] if found[1] else expand(found[2]), denied):
		        if set(found[3]) <= set(access) and re.fullmatch(pattern(other), sample(one)):
		            print(f"{one} {found[3]}: denied by {other} {access}")
	PYTHON
}

finds_covered() {
	printf 'profile x {\n  /var/log/** rw,\n  /var/log/wtmp r,\n  deny /var/log/{wtmp,btmp} rw,\n}\n' >"$tree/bad"
	[ "$(covered "$tree/bad")" = "/var/log/wtmp r: denied by /var/log/wtmp rw" ]
}

names=$(cd "$profiles" && echo jefe-*)
# shellcheck disable=SC2086 # a list of words
set -- $names
echo "1..$((3 * $# + 3))"
check "an allow rule behind a deny rule is found" finds_covered
for name; do
	check "$name compiles" compile "$profiles/$name"
	check "$name compiles when it only reports" complaining "$profiles/$name"
	check "$name allows nothing that it forbids" covered "$profiles/$name"
done
check "no profile is for an interpreter" test -z "$(grep -hE '^profile \S+ \S*(python|node|perl|/sh|bash|busybox)' "$profiles"/jefe-*)"
# shellcheck disable=SC2016
check "every profile is compiled into jefe-setup" sh -c '
	for name; do grep -q "^	$name \\\\\\\\*\$\|^	$name\$" "$0/installer/controls/local.mk" || echo "$name"; done' "$top" "$@"
exit "$bad"
