#!/usr/bin/env python3
"""UEFI, LUKS2, unattended; afterwards wrong passphrases, a kernel upgrade, and the same disk under BIOS."""
from flow import BOOT, UNLOCK_PROMPT, Installation, require

pc = Installation("uefi-luks", firmware="uefi")


def wrong_passphrases():
    """Two wrong ones, then the right one; then three wrong ones: no shell at this level, the machine restarts."""
    vm = pc.machine("wrong", snapshot=True)
    for left in ("2 tries left", "1 try left"):
        vm.expect(UNLOCK_PROMPT, BOOT)
        vm.sendline("wrong")
        vm.expect(rf"this is not the passphrase; {left}", 60)
    pc.unlock()
    pc.login()
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
    pc.power_off()
    pc.boot("upgraded")


pc.run([
    ("installs unattended", pc.install_unattended),
    ("unlocks, starts from its disk and lets the key in", pc.boot),
    ("audit finds no failure", pc.audit),
    ("a kernel upgrade makes a new initramfs that starts", kernel_upgrade),
    ("no secret in files, disk and logs", pc.no_secrets),
    ("starts by BIOS, too", pc.boot_other_firmware),
    ("wrong passphrases are counted and end without a shell", wrong_passphrases),
])
