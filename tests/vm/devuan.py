#!/usr/bin/env python3
"""Devuan, made from the stand-in for its mirror (tests/iso/devuan-mirror): UEFI, LUKS2, unattended. Nothing of systemd runs, eudev does."""
import os
import pathlib

from flow import SLOW_COMMAND, Installation, require

pc = Installation("devuan", base="devuan", firmware="uefi")
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "jefelinux"
SOURCES = """Types: deb
URIs: https://deb.devuan.org/merged
Suites: daedalus daedalus-updates daedalus-security
Components: main
Signed-By: /usr/share/keyrings/devuan-archive-keyring.gpg
"""


def no_systemd():
    """Of its packages there is the library alone, that of its programs none; init is sysvinit's."""
    packages = pc.ssh("dpkg-query -W -f \"\\${Package} \\${source:Package}\\n\" | sed -n \"s/ systemd\\$//p\"").split()
    require(set(packages) <= {"libsystemd0"}, f"packages of systemd: {packages}")
    programs = pc.root("readlink /proc/[0-9]*/exe", check=False)
    require("/sbin/init\n" in programs and "systemd" not in programs, f"what runs: {programs}")


def eudev_runs():
    """By our script under the package's name, so that an update of the package restarts it; it knows the disk, and ports keep their names."""
    pc.root("until [ -e /dev/disk/by-id/virtio-JEFETEST1 ]; do sleep 1; done; pgrep -x udevd", SLOW_COMMAND)
    require(pc.root("test ! -e /etc/init.d/udev && grep -c \"in no hurry\" /etc/init.d/eudev") == "1\n", "eudev's script is not ours")
    require("eth0:" in pc.ssh("cat /proc/net/dev"), "the network port is not called eth0")
    before = pc.root("pgrep -o -x udevd")
    package = next((CACHE / "devuan/pool/DEVUAN/main").glob("eudev_*.deb"))
    copied = pc.vm.copy("ana", pc.key, package, "eudev.deb")
    require(copied.returncode == 0, f"sftp: {copied.stderr}")
    said = pc.root("dpkg -i /home/ana/eudev.deb 2>&1", SLOW_COMMAND)
    require(pc.root("pgrep -o -x udevd") != before, f"eudev was not restarted: {said}")
    pc.audit()


def updates_come_from_devuan():
    """Its mirror and suites, by a keyring that is there and belongs to a package; nothing else."""
    found = pc.root("cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null", check=False)
    require(found == SOURCES, f"sources of packages:\n{found}")
    owner = pc.ssh("dpkg-query -S /usr/share/keyrings/devuan-archive-keyring.gpg && test -s /usr/share/keyrings/devuan-archive-keyring.gpg")
    require(owner.startswith("devuan-keyring:"), f"the keyring belongs to {owner}")


pc.run([
    ("installs unattended", pc.install_unattended),
    ("unlocks, starts from its disk and lets the key in", pc.boot),
    ("audit finds no failure", pc.audit),
    ("nothing of systemd is there", no_systemd),
    ("updates come from Devuan", updates_come_from_devuan),
    ("eudev runs, and again after its update", eudev_runs),
    ("profiles confine daemons that work", pc.profiles_confine),
    ("no secret in files, disk and logs", pc.no_secrets),
    ("the medium opens it, reinstalls the boot loader and gives it another passphrase", pc.recover),
    ("starts by BIOS, too, after two wrong passphrases", pc.boot_other_firmware),
])
