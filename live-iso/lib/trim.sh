# The live image without what only an installed system, or nobody, uses: bases/live-excluded.list.
# shellcheck shell=bash

# trim_live ROOT
trim_live() {
	local kernel path
	kernel=$(kernel_version "$1")
	for path in $(list "$here/bases/live-excluded.list" | grep -v '^kernel/'); do
		# A pattern below ROOT.
		# shellcheck disable=SC2086
		(cd "$1" && rm -rf -- $path)
	done
	[ -s "$1/lib/modules/$kernel/modules.dep" ] || return 0
	modules_excluded "$1/lib/modules/$kernel/modules.dep" | (cd "$1/lib/modules/$kernel" && xargs -r rm -f)
	in_root "$1" depmod "$kernel"
}

# modules_excluded MODULES.DEP: paths of the modules in excluded folders, but for those that a module outside of them needs.
modules_excluded() {
	awk '
		NR == FNR { folders[++count] = $1 "/"; next }
		{ sub(/:$/, "", $1); kept = 1; for (i = 1; i <= count; i++) if (index($1, folders[i]) == 1) kept = 0 }
		kept { for (i = 2; i <= NF; i++) needed[$i] = 1 }
		!kept { excluded[$1] = 1 }
		END { for (path in excluded) if (!(path in needed)) print path }
	' <(list "$here/bases/live-excluded.list" | grep '^kernel/') "$1"
}
