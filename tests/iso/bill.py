#!/usr/bin/env python3
"""Is a bill of materials well-formed SPDX 2.3? bill.py FILE [PARENT:CHILD]...: a relationship between packages of these names must exist."""
import json
import re
import sys

DOCUMENT = ("spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo", "packages", "relationships")
PACKAGE = ("SPDXID", "name", "versionInfo", "downloadLocation", "filesAnalyzed", "licenseConcluded", "licenseDeclared", "copyrightText")
KINDS = ("DESCRIBES", "CONTAINS", "DYNAMIC_LINK", "STATIC_LINK")


def problems(bill):
    yield from (f"the document has no {field}" for field in DOCUMENT if not bill.get(field))
    if bill["spdxVersion"] != "SPDX-2.3" or bill["dataLicense"] != "CC0-1.0" or bill["SPDXID"] != "SPDXRef-DOCUMENT":
        yield "the document does not say that it is SPDX 2.3"
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", bill["creationInfo"]["created"]) or not bill["creationInfo"]["creators"]:
        yield f"creationInfo {bill['creationInfo']}"
    seen = {"SPDXRef-DOCUMENT"}
    for package in bill["packages"]:
        yield from (f"{package} has no {field}" for field in PACKAGE if package.get(field) in (None, ""))
        if not re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", package["SPDXID"]) or package["SPDXID"] in seen:
            yield f"{package['SPDXID']}: not an identifier, or there twice"
        seen.add(package["SPDXID"])
        for checksum in package.get("checksums", []):
            if not re.fullmatch("[0-9a-f]{64}", checksum["checksumValue"]) or checksum["algorithm"] != "SHA256":
                yield f"{package['name']}: checksum {checksum}"
        for reference in package.get("externalRefs", []):
            if not re.fullmatch(r"pkg:(deb/debian|apk/alpine)/[^\s:+]+@[^\s:+]+\?arch=\w+", reference["referenceLocator"]):
                yield f"{package['name']}: purl {reference['referenceLocator']}"
    related = set()
    for relation in bill["relationships"]:
        ends = {relation["spdxElementId"], relation["relatedSpdxElement"]}
        if relation["relationshipType"] not in KINDS or not ends <= seen:
            yield f"relationship {relation}"
        related |= ends
    yield from (f"{name} is related to nothing" for name in sorted(seen - related))


def main(path, *wanted):
    with open(path, encoding="ascii") as file:
        bill = json.load(file)
    found = list(problems(bill))
    names = {package["SPDXID"]: package["name"].split(" system,")[0].capitalize() if " system," in package["name"] else package["name"]
             for package in bill["packages"]}
    pairs = {f"{names.get(relation['spdxElementId'])}:{names.get(relation['relatedSpdxElement'])}" for relation in bill["relationships"]}
    found += [f"no relationship {pair}" for pair in wanted if pair not in pairs]
    print("\n".join(found))
    return 1 if found else 0


sys.exit(main(*sys.argv[1:]))
