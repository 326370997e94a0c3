#!/usr/bin/env python3
"""LUKS2 by the full-screen wizard on screen and keyboard, read back from the console, and watched on the serial line; the disk is NVMe,
the unlock is typed."""
import re
import subprocess
import time

from flow import INSTALL, LIVE, UNLOCK_PROMPT, BOOT, Installation, find_bytes, require
from vm import Disk

pc = Installation("vga-wizard", firmware="uefi", bus="nvme")
stick = Disk(pc.folder / "stick.img", bus="usb", serial="STICK", format="raw")


def text(value):
    return lambda: pc.vm.type(value)


def keys(*chords):
    return lambda: pc.vm.keys(*chords)


def pause():
    """The last page forgets what was typed before it was shown."""
    time.sleep(3)


def letters():
    """Twice as large, half as many, and back."""
    rows = len(pc.vm.screen())
    for wanted in (rows // 2, rows):
        pc.vm.keys("g")
        for _ in range(10):
            time.sleep(1)
            found = len(pc.vm.screen())
            if found == wanted:
                break
        require(found == wanted, f"there are {found} rows on the screen, not {wanted}")


# What a page shows, and what is done there.
PAGES = [
    (r"This installs JefeLinux", [letters, keys("f10")]),
    (r"Which keyboard do you type on", [keys("f10")]),
    (r"Which disk gets JefeLinux.*nvme0n1", [keys("spc")]),
    (r"Which disk gets JefeLinux.*Health +good", [keys("b", "f10")]),
    (r"How is the disk divided", [keys("down", "spc", "m")]),
    (r"Select label type", [keys("q")]),
    (r"Press Enter to go back", [keys("ret")]),
    (r"How is the disk divided.*nvme0n1 has no partitions yet", [keys("pgup", "spc", "f10")]),
    (r"Encrypt the disk", [keys("tab"), text(pc.passphrase), keys("tab"), text(pc.passphrase), keys("tab", "tab", "spc", "f10")]),
    (r"How much hardening", [keys("f10")]),
    (r"How should the computer be set up", [text("\b\b\b\bvault1"), keys("tab", "tab", "t")]),
    (r"Where does it get the time", [keys("tab", "ret")]),
    (r"Part of the world.*\bUTC", [keys("up", "up", "up", "ret")]),
    (r"Amsterdam.*Andorra", [keys("ret")]),
    (r"Where does it get the time.*Europe/Amsterdam", [keys("f10")]),
    (r"How should the computer be set up.*Europe/Amsterdam", [keys("f10")]),
    (r"How does it reach the network", [keys("f10")]),
    (r"Who logs in\?.*No SSH key yet", [text("ana"), keys("f10", "ret")]),
    (r"Add a public SSH key", [lambda: pc.vm.type(pc.public_key()), keys("f10")]),
    (r"Next once more adds", [keys("f10")]),
    (r"Who logs in\?.*SHA256:", [keys("n")]),
    (r"Who else logs in", [text("bob"), keys("tab", "tab", "tab", "spc", "tab"), text(pc.password), keys("tab"), text(pc.password), keys("f10")]),
    (r"Who logs in\?.*bob, 0 SSH keys, password: typed", [keys("f10")]),
    (r"Is everything right", [keys("f10")]),
    (r"Everything on nvme0n1 will be erased", [pause, text("nvme0n1"), keys("f10")]),
]


def wait_screen(pattern, timeout):
    """Read the screen until it shows the pattern."""
    deadline, shown = time.monotonic() + timeout, []
    while time.monotonic() < deadline:
        shown = pc.vm.screen()
        match = re.search(pattern, "\n".join(shown), re.S)
        if match:
            return match
        time.sleep(1)
    require(False, f"the screen never showed {pattern!r}:\n" + "\n".join(shown))


def serial_shell(vm):
    """The serial line's installer is left for a shell."""
    vm.expect(r"Press 1, 2 or 3: ", LIVE)
    vm.send("1")
    vm.sendline(vm.expect(r"(\d): Quit\.(?s:.*?)Number, or Enter for Next: ", LIVE)[1])
    vm.expect(r"s for a shell\.", 60)
    vm.send("s")
    vm.expect(r"Type exit to come back", 60)


def attach(vm):
    """The installation that the screen began is watched on the serial line, left, watched again and taken over by a wizard there."""
    vm.shell("until [ -s /run/jefe/events ]; do sleep 1; done", BOOT)
    for word, answer in (("q", r"# \Z"), ("w", r"Installing")):
        vm.sendline("jefe-setup attach")
        vm.expect(r"Watching", 60)
        vm.expect(r"\[ *\d+/\d+\] ", 60)
        vm.sendline(word)
        vm.expect(answer, 60)


def save_on_stick(vm):
    """What the live system would forget: the logs and the header of the encrypted volume."""
    vm.keys("s")
    wait_screen(r"Save the logs.*stick JEFESTICK", 60)
    vm.keys("f10")
    wait_screen(r"JefeLinux is installed", 60)


def read_stick():
    for name in ("jefe-install.log", "vault1-luks-header.img"):
        subprocess.run(["mcopy", "-n", "-i", str(stick.path), f"::{name}", str(pc.folder / name)], check=True)
    require("== events" in (pc.folder / "jefe-install.log").read_text(), "the logs on the stick hold no events")
    subprocess.run(["cryptsetup", "isLuks", "--type", "luks2", str(pc.folder / "vault1-luks-header.img")], check=True)
    offset = find_bytes(stick.path, pc.passphrase.encode(), pc.password.encode())
    require(offset < 0, f"there is a secret at byte {offset} of the stick")


def install():
    subprocess.run(["truncate", "-s", "64M", str(stick.path)], check=True)
    subprocess.run(["mformat", "-i", str(stick.path), "-F", "-v", "JEFESTICK", "::"], check=True)
    vm = pc.machine("live", live=True, disks=[stick])
    vm.expect(r"executed automatically in \d", 60)
    serial_shell(vm)
    vm.open_shell(LIVE)
    for number, (pattern, actions) in enumerate(PAGES, 1):
        wait_screen(pattern, 60)
        for action in actions:
            action()
        print(f"# page: {vm.screenshot(f'page{number:02}')}", flush=True)
    attach(vm)
    match = wait_screen(r"JefeLinux is installed|Cause +([^\n]*)", INSTALL)
    require(match[1] is None, f"the installation failed: {match[1]}")
    require(vm.serial.wait(r"JefeLinux is installed", 60), "the wizard on the serial line does not know of the end")
    wait_screen(r"(\d+) of \1 controls are in place", 10)
    vm.screenshot("done")
    save_on_stick(vm)
    vm.keys("p")
    vm.wait_off(60)
    read_stick()


def other_logs_in(vm):
    """The second account, with the password that was typed for it, at a console."""
    vm.sendline()
    vm.expect(r"vault1 login: ", BOOT)
    vm.sendline("bob")
    vm.expect(r"Password: ", 60)
    vm.sendline(pc.password)
    vm.expect(r"bob@vault1", 60)
    vm.sendline("exit")


def boot():
    """The passphrase is typed on the keyboard this time."""
    vm = pc.machine("disk")
    vm.expect(UNLOCK_PROMPT, BOOT)
    vm.type(pc.passphrase + "\n")
    pc.login()
    other_logs_in(vm)
    require(pc.ssh("hostname").strip() == "vault1", "the host name is not the one typed")
    require(pc.ssh("readlink /etc/localtime").strip().endswith("/Europe/Amsterdam"), "the time zone is not the one chosen")
    require(pc.root("ls /etc/sudoers.d").split().count("jefe-bob") == 0, "the other account is an administrator")
    keys_to_unlock = pc.root("cat /etc/jefelinux/unlock/authorized_keys")
    require(pc.public_key().split()[1] in keys_to_unlock, f"the keys that unlock over SSH: {keys_to_unlock}")


pc.run([
    ("the wizard on the screen installs, watched and taken over on the serial line", install),
    ("unlocks by keyboard, starts from its disk and lets the key in", boot),
    ("no secret in files, disk and logs", pc.no_secrets),
])
