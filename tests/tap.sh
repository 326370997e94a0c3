# TAP for shell tests: sourced. The script ends with exit "$bad".
# shellcheck shell=bash disable=SC2034
number=0
bad=0
check() { # check NAME TEST...
	local text=$1
	shift
	number=$((number + 1))
	if "$@"; then
		echo "ok $number - $text"
	else
		echo "not ok $number - $text"
		bad=1
	fi
}
