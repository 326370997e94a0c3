#!/usr/bin/env python3
"""Debian by UEFI with a TPM: what changed asks once, then nobody is asked; and nothing else gets the key."""
import shutil
import time

from flow import BOOT, ESCALATE, UNLOCK_PROMPT, Installation, require, skip_all

if not shutil.which("swtpm"):
    skip_all("swtpm is not installed")

pc = Installation("tpm", firmware="uefi", level="baseline", more_disk=["tpm_unlock: true"])
pc.tpm = pc.folder / "tpm"
UNLIKE = "the computer did not start as it did last"


def asks(title, why):
    """This start says why, and waits for the passphrase."""
    pc.machine(title)
    pc.vm.expect(rf"the TPM does not unlock the disk: {why}; please give the passphrase", BOOT)
    pc.vm.expect(UNLOCK_PROMPT, 30)


def asks_and_starts(title, why):
    asks(title, why)
    pc.vm.sendline(pc.passphrase)
    pc.login()


def state():
    return pc.root("cat /run/jefe/tpm").strip()


def first_start():
    """Made anew by hand, it is sealed to this start; and then the kernel line becomes another."""
    asks_and_starts("first", "the TPM keeps no key for this disk yet")
    pc.root("jefe-setup tpm off")
    require("the TPM does not unlock it" in pc.root("jefe-setup tpm"), "off is not off")
    said = pc.vm.ssh("ana", pc.key, f"{ESCALATE[pc.base]} jefe-setup tpm on --passphrase-fd 0", BOOT, pc.passphrase)
    require(said.returncode == 0, f"{said.stdout}{said.stderr}")
    pc.root("jefe-setup tpm renew && echo jefe.test=1 >>/etc/jefelinux/cmdline && jefe-setup bootmenu")
    require("the TPM keeps a key for it" in pc.root("jefe-setup tpm"), "on is not on")
    pc.power_off()


def other_kernel_line():
    """When the start got well, the TPM has the key for it."""
    asks_and_starts("changed", UNLIKE)
    deadline = time.monotonic() + BOOT
    while (found := state()) != "sealed":
        require(time.monotonic() < deadline and not found.startswith("failed"), f"the start was not confirmed: {found}")
        time.sleep(2)
    pc.power_off()


def no_question():
    """And behind it the key is out of reach, also for root."""
    vm = pc.machine("unasked")
    pc.login()
    require(not vm.serial.wait(UNLOCK_PROMPT, 0) and state() == "unlocked", state())
    said = pc.root("/usr/libexec/jefelinux/jefe-tpm open /dev/vda4 again", check=False)
    require(said.strip() == UNLIKE, said)
    found = pc.root("grep -rlFs -f /etc/jefelinux/tpm/key /boot /etc /home /run /tmp /var").split()
    require(found == ["/etc/jefelinux/tpm/key"], f"the key is in {found}")
    found = pc.root("jefe-setup audit --control boot.tpm_unlock")
    require("PASS" in found, found)


def from_the_medium():
    """Another system on this computer, with the disk in it."""
    pc.recovery_shell()
    pc.says("modprobe -a tpm_tis tpm_crb; /usr/libexec/jefelinux/jefe-tpm open /dev/vda4 stolen", UNLIKE, code=1)


def cleared():
    pc.stop()
    shutil.rmtree(pc.tpm)
    asks("cleared", "the TPM was cleared, or it is another one")


pc.run([
    ("installs unattended", pc.install_unattended),
    ("the first start asks; off, on and renew", first_start),
    ("another kernel line asks", other_kernel_line),
    ("and the start after that does not", no_question),
    ("no secret in files, disk and logs", pc.no_secrets),
    ("the medium does not get the key", from_the_medium),
    ("a TPM that was cleared asks", cleared),
])
