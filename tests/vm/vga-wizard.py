#!/usr/bin/env python3
"""LUKS2 by the full-screen wizard on screen and keyboard, read back from the console; the disk is NVMe, the unlock is typed."""
import re
import time

from flow import INSTALL, LIVE, UNLOCK_PROMPT, BOOT, Installation, require

pc = Installation("vga-wizard", firmware="uefi", bus="nvme")


def text(value):
    return lambda: pc.vm.type(value)


def keys(*chords):
    return lambda: pc.vm.keys(*chords)


def pause():
    """The last page forgets what was typed before it was shown."""
    time.sleep(3)


# What a page shows, and what is done there.
PAGES = [
    (r"This installs JefeLinux", [keys("f10")]),
    (r"Which keyboard do you type on", [keys("f10")]),
    (r"Which disk gets JefeLinux.*nvme0n1", [keys("spc", "f10")]),
    (r"How is the disk divided", [keys("f10")]),
    (r"Encrypt the disk", [keys("tab"), text(pc.passphrase), keys("tab"), text(pc.passphrase), keys("f10")]),
    (r"How much hardening", [keys("f10")]),
    (r"How should the computer be set up", [text("\b\b\b\bvault1"), keys("f10")]),
    (r"How does it reach the network", [keys("f10")]),
    (r"Who logs in\?.*No SSH key yet", [text("ana"), keys("f10", "ret")]),
    (r"Add a public SSH key", [lambda: pc.vm.type(pc.public_key()), keys("f10")]),
    (r"Who logs in\?.*SHA256:", [keys("f10")]),
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


def install():
    vm = pc.machine("live", live=True)
    vm.expect(r"executed automatically in \d", 60)
    vm.expect(r"Press 1, 2 or 3: ", LIVE)
    vm.open_shell(LIVE)
    for number, (pattern, actions) in enumerate(PAGES, 1):
        wait_screen(pattern, 60)
        for action in actions:
            action()
        print(f"# page: {vm.screenshot(f'page{number:02}')}", flush=True)
    match = wait_screen(r"JefeLinux is installed|Cause +([^\n]*)", INSTALL)
    require(match[1] is None, f"the installation failed: {match[1]}")
    wait_screen(r"(\d+) of \1 controls are in place", 10)
    vm.screenshot("done")
    vm.keys("p")
    vm.wait_off(60)


def boot():
    """The passphrase is typed on the keyboard this time."""
    vm = pc.machine("disk")
    vm.expect(UNLOCK_PROMPT, BOOT)
    vm.type(pc.passphrase + "\n")
    pc.login()
    require(pc.ssh("hostname").strip() == "vault1", "the host name is not the one typed")


pc.run([
    ("the wizard on the screen installs", install),
    ("unlocks by keyboard, starts from its disk and lets the key in", boot),
    ("no secret in files, disk and logs", pc.no_secrets),
])
