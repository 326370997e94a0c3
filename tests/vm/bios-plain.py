#!/usr/bin/env python3
"""BIOS, plain disk, lowest level, unattended from an answer file on a stick, started from the medium's own boot menu."""
import time

from flow import BOOT, Installation, require

pc = Installation("bios-plain", encrypted=False, level="baseline")
ENTRY = r"Booting `JefeLinux, Linux [^ ']+"


def reset():
    """UEFI writes what GRUB writes once more on the serial line: nothing from before counts."""
    pc.vm.hang_up()
    pc.vm.serial.forget()
    pc.vm.qmp("system_reset")


def resets_lower_the_level():
    """Power lost in two starts: the third is one level lower and says so; with the level chosen again the next one is as ever."""
    well = "until grep -aq ^jefe_tries=0 /boot/grub/grubenv; do sleep 1; done"
    pc.harden("hardened")
    pc.root(f"jefe-setup harden --confirm; {well}; sync", BOOT)
    reset()
    for _ in range(2):
        pc.vm.expect(ENTRY + "'", BOOT)
        time.sleep(8)  # counted, and far from done
        reset()
    pc.vm.expect(ENTRY + ", one hardening level lower'", BOOT)
    pc.login()
    line = "[t]he level was lowered from hardened to baseline"  # not what sudo records of this
    told = pc.root(f"{well}; grep -ac \"{line}\" /etc/jefelinux/lowered "
                   f"/var/log/messages /var/log/jefe-canary.log; grep -ah \"jefe: dropped: \" /var/log/messages", BOOT)
    require(told.count(":1\n") == 3 and "kernel.module_signatures" in told, f"not everybody was told: {told}")
    require("lowered from hardened" in pc.ssh("bash -lc true 2>&1"), "the login does not tell")
    audit = pc.root("jefe-setup audit", check=False)
    failed = [line.split()[:2] for line in audit.splitlines() if line.strip().startswith(("FAIL ", "DRIFT "))]
    require(failed == [["FAIL", "boot.level_kept:"]] and "audit: baseline" in audit, f"at the lower level:\n{audit}")
    pc.harden("hardened")
    pc.root("jefe-setup harden --confirm; test ! -e /etc/jefelinux/lowered && sync")
    pc.machine("raised")  # power lost again, but not by a reset: QEMU lets GRUB copy to memory where much code ran for minutes
    pc.vm.expect(ENTRY + "'", BOOT)
    pc.login()
    pc.root(well, BOOT)


def answers_are_kept():
    """A second audit starts no program whose answer is known; after a change of what it tells of, the program is asked again."""
    kept = "jefe-setup audit >/dev/null; stat -c \"%n %i\" /run/jefe/listing.*"
    before = pc.root(kept)
    require(len(before.splitlines()) == 4 and pc.root(kept) == before, f"asked again, or not kept: {before}")
    pc.root("nft add element inet jefe banned4 { 192.0.2.99 } && nft flush set inet jefe banned4")
    after = pc.root(kept)
    changed = {line.split()[0] for line in set(after.splitlines()) - set(before.splitlines())}
    require(changed == {"/run/jefe/listing.firewall", "/run/jefe/listing.firewall-wanted"}, f"asked again: {changed}")


pc.run([
    ("installs unattended", pc.install_unattended),
    ("starts from its disk and lets the key in", pc.boot),
    ("audit finds no failure", pc.audit),
    ("an audit asks programs only what it does not know", answers_are_kept),
    ("a level that does not start is lowered", resets_lower_the_level),
    ("starts by UEFI, too", pc.boot_other_firmware),
])
