#!/usr/bin/env python3
"""Make a package of Alpine from a folder: apk.py FOLDER NAME VERSION OUTPUT [depend:NAME...] [provides:NAME...]

What its programs and libraries for musl need of libraries, and which they are, is found out, as Alpine's own tools do it. Nobody signs it."""

import gzip
import hashlib
import io
import pathlib
import re
import subprocess
import sys
import tarfile


def segment(entries, ends):
    """Entries of (name, path, content) as a gzipped tar; only the last one of a package has an end."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, path, content in entries:
            info = tarfile.TarInfo(name)
            info.mode = path.lstat().st_mode & 0o7777 if path else 0o644
            if path and path.is_symlink():
                info.type, info.linkname = tarfile.SYMTYPE, str(path.readlink())
                content = None
                info.pax_headers = {"APK-TOOLS.checksum.SHA1": hashlib.sha1(info.linkname.encode()).hexdigest()}
            elif path and path.is_dir():
                info.type = tarfile.DIRTYPE
            else:
                content = path.read_bytes() if path else content
                info.size = len(content)
                info.pax_headers = {"APK-TOOLS.checksum.SHA1": hashlib.sha1(content).hexdigest()} if path else {}
            tar.addfile(info, io.BytesIO(content) if content is not None else None)
        end = tar.offset
    return gzip.compress(raw.getvalue() if ends else raw.getvalue()[:end], 1, mtime=0)


def libraries(paths):
    """What files for musl need, and the names that they have as libraries."""
    needed, names = set(), set()
    for path in paths:
        if path.is_symlink() or not path.is_file() or path.open("rb").read(4) != b"\x7fELF" or path.suffix in (".o", ".a"):
            continue
        said = subprocess.run(["readelf", "-d", path], check=True, capture_output=True, text=True).stdout
        mine = set(re.findall(r"\(NEEDED\).*\[(.*)\]", said))
        if any(name.startswith(("libc.so.6", "ld-linux")) for name in mine) or "x86_64-linux-gnu" in str(path):
            continue
        needed |= mine
        if re.fullmatch(r"(usr/)?lib/[^/]+", str(path.relative_to(folder))):
            names |= set(re.findall(r"\(SONAME\).*\[(.*)\]", said))
    return needed - names, names


def modules(paths):
    """What pkg-config asks for in its files, and what they answer."""
    needed, given = set(), set()
    for path in paths:
        if path.suffix == ".pc":
            text = path.read_text()
            version = re.search(r"^Version: *([0-9.]*)", text, re.M)[1]
            given.add(f"pc:{path.stem}={version or 1}")
            for line in re.findall(r"^Requires(?:\.private)?:(.*)", text, re.M):
                needed |= {f"pc:{word}" for word in re.findall(r"(?:^|[ ,])([A-Za-z][^ ,<>=]*)", line)}
    return needed - {module.split("=")[0] for module in given}, given


folder, name, version, output = pathlib.Path(sys.argv[1]), *sys.argv[2:5]
found = sorted(folder.rglob("*"))
needs, gives = libraries(found)
asks, answers = modules(found)
data = segment([(str(path.relative_to(folder)), path, None) for path in found], ends=True)
size = sum(path.stat().st_size for path in found if path.is_file() and not path.is_symlink())
lines = [f"pkgname = {name}", f"pkgver = {version}", "pkgdesc = stand-in for tests", "url = none", "arch = x86_64", f"size = {size}",
         "license = none", f"origin = {name}"]
lines += [" = ".join(word.split(":", 1)) for word in sys.argv[5:]]
lines += [f"depend = {need}" for need in sorted({f"so:{library}" for library in needs} | asks)]
lines += [f"provides = {given}" for given in sorted({f"so:{library}=1" for library in gives} | answers)]
lines += [f"datahash = {hashlib.sha256(data).hexdigest()}", ""]
pathlib.Path(output).write_bytes(segment([(".PKGINFO", None, "\n".join(lines).encode())], ends=False) + data)
