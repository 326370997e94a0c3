# TAP for shell tests: sourced. The script ends with exit "$bad".
# shellcheck shell=sh disable=SC2034
number=0
bad=0

# report NAME STATUS [FILE]: one line; FILE explains a failure.
report() {
	number=$((number + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		[ -z "$3" ] || sed 's/^/# /' "$3"
		bad=1
	fi
}

# check NAME TEST...
check() {
	checked=$1
	shift
	"$@"
	report "$checked" $?
}
