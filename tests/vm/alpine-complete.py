#!/usr/bin/env python3
"""Alpine alone, as from a whole mirror: the live system is Alpine, too, and jefe-setup is compiled on it; LUKS2 with a logical volume, by BIOS."""
from flow import LIVE, Installation, medium, require

LOADER = "/lib/ld-musl-x86_64.so.1"
pc = Installation("alpine-complete", base="alpine", iso=medium("alpine-complete"), more_disk=["home_size: 256M"])


def wizard_starts():
    """In line mode on the serial line, which asks for the display first."""
    vm = pc.machine("wizard", live=True)
    pc.menu()
    vm.expect(r"Press 1, 2 or 3: ", LIVE)
    vm.send("1")
    vm.expect(r"This installs JefeLinux", 60)


def libraries_are_alpines():
    """Of what apk installed, every one; there is no other C library."""
    listed = pc.root(f"{LOADER} --list /opt/jefe/bin/jefe-setup")
    paths = {line.split("=>")[1].split()[0] for line in listed.splitlines() if "=>" in line}
    require({"/usr/lib/libcryptsetup.so.12", LOADER} <= paths and not [path for path in paths if "/jefe/" in path], f"its libraries:\n{listed}")
    pc.root("for library in " + " ".join(sorted(paths)) + "; do apk info --quiet --who-owns $library || exit 1; done")
    pc.root("test ! -e /opt/jefe/lib && test ! -e /lib64")


def recovers():
    """Also what libcryptsetup keeps as JSON is changed by it."""
    pc.power_off()
    pc.recover()


pc.run([
    ("the wizard starts", wizard_starts),
    ("installs unattended", pc.install_unattended),
    ("unlocks, starts from its disk and lets the key in", pc.boot),
    ("jefe-setup runs with Alpine's own libraries", libraries_are_alpines),
    ("audit finds no failure", pc.audit),
    ("the medium opens it, reinstalls the boot loader and gives it another passphrase", recovers),
    ("starts with that", pc.boot),
])
