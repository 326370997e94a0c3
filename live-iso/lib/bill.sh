# The bill of materials: every package of the live system, of what is installed and of jefe-setup, as SPDX 2.3 in JSON.
# shellcheck shell=bash

# inventory BASE ROOT: "name version architecture source licence hash" lines, tabs between, "-" for what is not known.
inventory() {
	"$1_inventory" "$2" | LC_ALL=C sort
}

# libraries_of BASE: of the program of BASE, in the form of inventory with DYNAMIC_LINK or STATIC_LINK in front.
libraries_of() {
	local maker
	maker=$(maker_of "$1")
	inventory "$maker" "$work/$maker/build" | join -t "$(printf '\t')" -o 1.2,2.1,2.2,2.3,2.4,2.5,2.6 \
		<("${maker}_libraries" "$(program_of "$1")" | LC_ALL=C sort -u) -
}

# make_bill FILE
make_bill() {
	local body=$work/cache/bill-$unit_name
	{
		! live_wanted || bill_system Live "$live_base" "$live_root"
		bill_system Installed "$base" "$target_root"
	} >"$body"
	bill_document "$(sha256sum <"$body" | cut -c1-32)" <"$body" >"$1"
	rm "$body"
}

# bill_system NAME BASE ROOT: rows "system relationship name version architecture source licence hash", tabs between.
bill_system() {
	printf '%s\tSYSTEM\t%s\t%s\n' "$1" "$2" "$(branch_of "$2")"
	inventory "$2" "$3" | sed "s/^/$1\tCONTAINS\t/"
	[ "$target" != oci ] || return 0 # jefe-setup worked on it from outside
	printf '%s\tPROGRAM\tjefe-setup\t%s\t%s\tjefelinux\tGPL-3.0-or-later\t-\n' "$1" "$version" "$arch"
	libraries_of "$2" | sed "s/^/$1\t/"
}

# bill_document ID: rows on stdin to the document on stdout.
bill_document() {
	awk -F '\t' -v id="$1" -v version="$version" -v created="$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)" '
		function text(value) { gsub(/\\/, "\\\\", value); gsub(/"/, "\\\"", value); return "\"" value "\"" }
		function encoded(value) { gsub(/%/, "%25", value); gsub(/\+/, "%2B", value); gsub(/:/, "%3A", value); return value }
		function relate(from, kind, to) {
			links = links (links ? ",\n" : "") sprintf("    {\"spdxElementId\": \"%s\", \"relationshipType\": \"%s\", \"relatedSpdxElement\": \"%s\"}", from, kind, to)
		}
		function package(key, name, release, more) {
			printf "%s    {\"SPDXID\": \"%s\", \"name\": %s, \"versionInfo\": %s, \"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": false,\n" \
				"     \"licenseConcluded\": \"NOASSERTION\", \"licenseDeclared\": \"NOASSERTION\", \"copyrightText\": \"NOASSERTION\"%s}",
				(count++ ? ",\n" : ""), key, text(name), text(release), more
		}
		function details(	more) {
			if ($6 != "-") more = ",\n     \"sourceInfo\": " text("built from " $6)
			if ($7 != "-") more = more ",\n     \"licenseComments\": " text("The package says: " $7)
			if ($8 ~ /^sha256:/) more = more ",\n     \"checksums\": [{\"algorithm\": \"SHA256\", \"checksumValue\": \"" substr($8, 8) "\"}]"
			else if ($8 != "-") more = more ",\n     \"comment\": " text("checksum of the package index: " $8)
			if (kinds[$1]) more = more sprintf(",\n     \"externalRefs\": [{\"referenceCategory\": \"PACKAGE-MANAGER\", \"referenceType\": \"purl\",\n" \
				"      \"referenceLocator\": %s}]", text("pkg:" kinds[$1] "/" encoded($3) "@" encoded($4) "?arch=" $5))
			return more
		}
		function key(	name) { name = $3; gsub(/[^A-Za-z0-9.]/, "-", name); return "SPDXRef-" $1 "-" ++number "-" name }
		BEGIN {
			print "{\n  \"spdxVersion\": \"SPDX-2.3\", \"dataLicense\": \"CC0-1.0\", \"SPDXID\": \"SPDXRef-DOCUMENT\","
			printf "  \"name\": %s,\n  \"documentNamespace\": \"https://spdx.org/spdxdocs/jefelinux-%s\",\n", text("jefelinux-" version), id
			printf "  \"creationInfo\": {\"created\": \"%s\", \"creators\": [\"Tool: jefelinux-build-%s\"]},\n  \"packages\": [\n", created, version
			package("SPDXRef-Medium", "JefeLinux", version, "")
			relate("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Medium")
		}
		$2 == "SYSTEM" {
			kinds[$1] = $3 ~ /^de/ ? "deb/" $3 : $3 == "alpine" ? "apk/alpine" : ""
			package("SPDXRef-" $1, tolower($1) " system, base " $3, $4, "")
			relate("SPDXRef-Medium", "CONTAINS", "SPDXRef-" $1)
			next
		}
		$2 == "PROGRAM" { kinds[$1] = "" }
		{
			this = key()
			package(this, $3, $4, details())
			relate($2 ~ /LINK$/ ? program : "SPDXRef-" $1, $2 ~ /LINK$/ ? $2 : "CONTAINS", this)
			if ($2 == "PROGRAM") program = this
		}
		END { printf "\n  ],\n  \"relationships\": [\n%s\n  ]\n}\n", links }'
}
