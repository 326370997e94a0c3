"""Repositories with a newer kernel, for machines that are upgraded: the kernel that was installed, under a higher version.

The version of a kernel stands in its image, and modules of one built with CONFIG_MODVERSIONS do not ask for it; so an image with other
digits is another kernel for whatever looks: `uname -r`, the menu, the folder of its modules.
"""

import hashlib
import lzma
import os
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile

from userland import archive

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "jefelinux"
ISO_WORK = pathlib.Path(os.environ.get("JEFE_ISO_WORK", CACHE / "tests"))

# What a machine of the tests has no use for: a package of a fifth of the size is unpacked in a fifth of the time.
LEFT_OUT = re.compile(
    r"kernel/(?:sound|drivers/(?!(?:acpi|ata|block|cdrom|char|firmware|hid|input|md|net|nvme|scsi|tty|usb|virtio)(?:/|$))|arch/x86/kvm"
    r"|drivers/(?:ata/pata|block/.*/|hid/hid-[^g]|input/(?:joystick|misc|tablet|touchscreen)|net/.*/|scsi/.*/|usb/(?:gadget|misc|serial))"
    r"|fs/(?!(?:autofs|binfmt|configfs|efi|ext4|fat|fuse|isofs|jbd2|mbcache|nls|overlayfs|squashfs)).*/|lib/test_"
    r"|net/(?!(?:802|bridge|core|ipv4|ipv6|key|llc|netfilter|netlink|packet|unix|xfrm)(?:/|$)))")


def renamed_image(image, old, new):
    """A bzImage that calls itself new, as long a version as old. The packed kernel in it may get shorter, never longer."""
    start = (image[0x1f1] + 1) * 512 + struct.unpack_from("<I", image, 0x248)[0]
    length = struct.unpack_from("<I", image, 0x24c)[0]
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ)
    kernel = unpacker.decompress(image[start:start + length])
    filters = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": 6 | lzma.PRESET_EXTREME, "dict_size": 32 << 20}]
    packed = lzma.compress(kernel.replace(old.encode(), new.encode()), lzma.FORMAT_XZ, lzma.CHECK_CRC32, filters=filters)
    room = length - len(unpacker.unused_data)
    if len(old) != len(new) or len(packed) > room:
        raise ValueError(f"{new} does not fit where {old} is: {len(packed)} bytes packed, {room} before")
    image = image[:start] + packed.ljust(room, b"\0") + image[start + room:]
    return image.replace(old.encode(), new.encode())


def renamed_kernel(source, old, new, image, root):
    """Image and modules of the kernel below source, under the version new below root; the path of the image there is given."""
    shutil.copytree(source / f"lib/modules/{old}", root / f"lib/modules/{new}",
                    ignore=lambda folder, names: [name for name in names if LEFT_OUT.search(f"{folder}/{name}".partition(f"/{old}/")[2])])
    subprocess.run(["depmod", "-b", root, new], check=True)
    (root / "boot").mkdir()
    (root / "boot" / image[1]).write_bytes(renamed_image((source / "boot" / image[0]).read_bytes(), old, new))


# Alpine


def write_apk(folder, root, name, version, fields, trigger=None):
    """The files below root as a package of Alpine, version 2."""
    paths = sorted(root.rglob("*"))
    data = archive(*[(str(path.relative_to(root)), path.stat().st_mode & 0o777, None if path.is_dir() else path.read_bytes())
                     for path in paths], ends=True)
    size = sum(path.stat().st_size for path in paths if path.is_file())
    lines = [f"pkgname = {name}", f"pkgver = {version}", "pkgdesc = for tests", "url = none", "arch = x86_64", f"size = {size}",
             "license = GPL-2.0", f"origin = {name}", *fields, f"datahash = {hashlib.sha256(data).hexdigest()}", ""]
    control = [(".PKGINFO", 0o644, "\n".join(lines).encode())] + ([(".trigger", 0o755, trigger.encode())] if trigger else [])
    (folder / f"{name}-{version}.apk").write_bytes(archive(*control, ends=False) + data)


# As mkinitfs does what concerns us: its trigger asks the configuration first, its program writes where it is told.
MKINITFS = "#!/bin/sh\necho \"by mkinitfs\" >\"$2\"\n"
MKINITFS_CONFIGURATION = "features=\"ata base\"\n"
MKINITFS_TRIGGER = """#!/bin/sh
echo "$@" >>/opt/mkinitfs.triggered
. /etc/mkinitfs/mkinitfs.conf
[ "$disable_trigger" != yes ] || exit 0
for folder in "$@"; do
	mkinitfs -o "/boot/initramfs-${folder##*/}" "$(cat "$folder/kernel.release")"
done
"""


def write_file(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def foreign_program(name, root):
    """A program of this machine below root, for a system with another C library: its own are in /opt/NAME, which each of them names."""
    folder = root / "opt" / name
    folder.mkdir(parents=True)
    program = pathlib.Path(shutil.which(name, path="/usr/sbin:/sbin:/usr/bin:/bin"))
    needed = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    (root / "sbin").mkdir()
    (root / "lib64").mkdir()
    shutil.copy(program, root / "sbin" / name)
    for library in ("ld-linux-x86-64.so.2", "libgcc_s.so.1"):  # found by their names alone
        shutil.copy(f"/lib/x86_64-linux-gnu/{library}", root / "lib64")
    for library in set(re.findall(r"=> (/\S+)", needed)):
        shutil.copy(library, folder)
    for path in (root / "sbin" / name, root / "lib64/libgcc_s.so.1", *folder.iterdir()):
        if path.name != "libc.so.6":  # it needs the loader alone, and would not start with another section more
            subprocess.run(["patchelf", "--force-rpath", "--set-rpath", f"/opt/{name}", path], check=True)


def alpine_index(folder, minirootfs, scratch):
    """Index the packages with Alpine's own apk and sign the index; the key to trust is left beside it."""
    subprocess.run(["tar", "-C", scratch, "-xzf", minirootfs, "./lib", "./sbin/apk", "./usr/lib"], check=True)
    loader = [scratch / "lib/ld-musl-x86_64.so.1", "--library-path", f"{scratch}/lib:{scratch}/usr/lib", scratch / "sbin/apk"]
    index, key = scratch / "index.tar.gz", scratch / "key.pem"
    command = [*loader, "index", "--quiet", "--allow-untrusted", "--rewrite-arch", "x86_64", "-o", index]
    subprocess.run([*command, *folder.glob("*.apk")], check=True)
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", folder.parent / "kernels.rsa.pub"], check=True)
    signature = subprocess.run(["openssl", "dgst", "-sha1", "-sign", key, index], check=True, capture_output=True).stdout
    (folder / "APKINDEX.tar.gz").write_bytes(archive((".SIGN.RSA.kernels.rsa.pub", 0o644, signature), ends=False) + index.read_bytes())


def alpine_repository(folder):
    """Below folder: linux-lts, newer than the stand-in of the copy of Alpine's packages and named as Alpine names its kernels; a mkinitfs,
    which the kernel must not bring along; and the cryptsetup that the copy lacks. Returns the version."""
    copy = max((CACHE / "alpine").glob("v*/standin/x86_64/linux-lts-*.apk"))
    minirootfs = max((copy.parents[2] / "releases/x86_64").glob("alpine-minirootfs-*.tar.gz"))
    packages = folder / "x86_64"
    packages.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        old_root, root, other, program, apk = (scratch / name for name in ("old", "new", "mkinitfs", "cryptsetup", "apk"))
        old_root.mkdir()
        subprocess.run(["tar", "--warning=no-unknown-keyword", "-C", old_root, "-xzf", copy], check=True)
        old = next((old_root / "lib/modules").iterdir()).name
        start = ".".join(old.split(".")[:2])
        new = f"{start}.{'9' * (len(old) - len(start) - 7)}-0-lts"
        renamed_kernel(old_root, old, new, ("vmlinuz-lts", "vmlinuz-lts"), root)
        shutil.copy(old_root / "boot/config-lts", root / "boot")
        write_file(root / "usr/share/kernel/lts/kernel.release", new)
        write_apk(packages, root, "linux-lts", f"{new.split('-')[0]}-r0", ["depend = initramfs-generator"])
        write_file(other / "sbin/mkinitfs", MKINITFS, 0o755)
        write_file(other / "etc/mkinitfs/mkinitfs.conf", MKINITFS_CONFIGURATION)
        write_apk(packages, other, "mkinitfs", "3.9.1-r0", ["provides = initramfs-generator", "provider_priority = 900",
                                                           "triggers = /usr/share/kernel/*"], MKINITFS_TRIGGER)
        foreign_program("cryptsetup", program)
        write_apk(packages, program, "cryptsetup", "2.6.1-r0", [])
        apk.mkdir()
        alpine_index(packages, minirootfs, apk)
    return new


# Debian


def write_deb(packages, root, control, old, new, versions):
    """The files below root as a package, with the control files of another, in which its kernel and version become new ones."""
    (root / "DEBIAN").mkdir()
    for path in sorted(control.iterdir()):
        if path.name != "md5sums":
            text = path.read_text().replace(old, new).replace(*versions)
            write_file(root / "DEBIAN" / path.name, text, path.stat().st_mode & 0o777)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "-b", root, packages], check=True, stdout=subprocess.DEVNULL)


def debian_index(folder, scratch):
    """Index and sign the packages, as live-iso and tests/iso/mirrors.sh do it; the key to trust is left beside them."""
    sign = ('export GNUPGHOME=$2 && . live-iso/bases/debian.sh && debian_index "$1" kernels && suite=$1/dists/kernels && '
            'sed -i "1i Date: $(date -Ru)" "$suite/Release" && '
            'gpg --batch --quiet --passphrase "" --quick-generate-key tests@localhost ed25519 sign never && '
            'gpg --batch --quiet --clearsign --output "$suite/InRelease" "$suite/Release" && '
            'gpg --batch --quiet --output "$1/kernels.gpg" --export && gpgconf --kill all')
    scratch.mkdir(mode=0o700)
    subprocess.run(["bash", "-euc", sign, "sign", folder, scratch], check=True, cwd=pathlib.Path(__file__).resolve().parents[2])


def debian_repository(folder):
    """Below folder: a newer linux-image-amd64, which needs a kernel of another name, as after a change of its ABI. Returns the version."""
    found = max((ISO_WORK / "cache/apt").glob("linux-image-[0-9]*-amd64_*.deb"), key=lambda path: path.stat().st_mtime)
    old = found.name.split("_")[0].removeprefix("linux-image-")
    new = re.sub(r"-(\d+)-", lambda match: f"-{int(match[1]) + 1}-", old)
    version = found.name.split("_")[1]
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for name in (f"linux-image-{old}", "linux-image-amd64"):
            package = found.with_name(f"{name}_{version}_amd64.deb")
            old_root, control, root = scratch / f"{name}.old", scratch / f"{name}.control", scratch / name
            subprocess.run(["dpkg-deb", "-x", package, old_root], check=True)
            subprocess.run(["dpkg-deb", "-e", package, control], check=True)
            root.mkdir()
            if name.endswith(old):
                renamed_kernel(old_root, old, new, (f"vmlinuz-{old}", f"vmlinuz-{new}"), root)
                shutil.copy(old_root / f"boot/config-{old}", root / f"boot/config-{new}")
                for index in (root / f"lib/modules/{new}").glob("modules.*"):  # made where it is installed
                    if index.name not in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
                        index.unlink()
            write_deb(folder, root, control, old, new, (version, f"{version}+new"))
        debian_index(folder, scratch / "gnupg")
    return new
