#!/usr/bin/env python3
"""UEFI, LUKS2, unattended; afterwards a kernel upgrade, the highest level, wrong passphrases, and the same disk under BIOS."""
from flow import BOOT, SLOW_COMMAND, UNLOCK_PROMPT, Installation, require

pc = Installation("uefi-luks", firmware="uefi")


def wrong_passphrases():
    """Three wrong ones: no shell at this level, the machine restarts."""
    vm = pc.machine("locked", snapshot=True)
    for _ in range(3):
        vm.expect(UNLOCK_PROMPT, BOOT)
        vm.sendline("wrong")
    vm.expect(r"the disk stays locked", 60)
    vm.expect(r"no rescue shell; restarting", 30)


def kernel_upgrade():
    """What the package of a kernel runs makes a new initramfs and boot menu, and the system starts with them."""
    before = pc.root("stat -c %Y.%i /boot/initr* /boot/grub/grub.cfg")
    pc.root("version=$(uname -r); sleep 1; run-parts --arg=$version --arg=/boot/vmlinuz-$version /etc/kernel/postinst.d", 600)
    after = pc.root("stat -c %Y.%i /boot/initr* /boot/grub/grub.cfg")
    same = set(before.split()) & set(after.split())
    require(not same, f"the hook left files as they were: {before!r} {after!r}")


def paranoid():
    """Raised on the running system; the restart that also starts the new initramfs makes it complete."""
    pc.harden("paranoid")
    pc.power_off()
    pc.boot("upgraded")
    pc.audit()
    pc.root("test $(cat /proc/sys/kernel/modules_disabled) = 1 && ! modprobe dummy 2>/dev/null && rc-service jefe-firewall restart && "
            "nft list chain inet jefe input | grep -q 'policy drop'", SLOW_COMMAND)
    pc.root("grep -q libscudo /proc/$(cat /run/sshd.pid)/maps && grep -q libscudo /proc/1/maps")
    pc.audit_notices()


pc.run([
    ("installs unattended", pc.install_unattended),
    ("unlocks, starts from its disk and lets the key in", pc.boot),
    ("audit finds no failure", pc.audit),
    ("a write to the shadow file is recorded, and who guesses is banned", pc.records_and_bans),
    ("profiles confine daemons that work", pc.profiles_confine),
    ("the audit notices everything that is broken", pc.audit_notices),
    ("a kernel upgrade makes a new initramfs and boot menu", kernel_upgrade),
    ("raised to paranoid it starts again, nothing fails, every break is noticed", paranoid),
    ("no secret in files, disk and logs", pc.no_secrets),
    ("starts by BIOS, too, after two wrong passphrases", pc.boot_other_firmware),
    ("three wrong passphrases end without a shell", wrong_passphrases),
])
