#!/usr/bin/env python3
"""LUKS2 by the wizard in line mode, over the serial line only."""
import re
import time

from flow import INSTALL, LIVE, Failed, Installation, require

pc = Installation("serial-wizard")
keys_typed = 0


def add_key(_):
    """The menu of SSH keys: the first time add one, then go on."""
    global keys_typed
    keys_typed += 1
    return "1" if keys_typed == 1 else ""


def confirm(_):
    """Like a person: what is typed before the question can be read does not count."""
    time.sleep(3)
    return "vda"


# What the wizard asks and what we answer: a text, or a function of the match. The first that matches counts.
DIALOGUE = [
    (r"Press 1, 2 or 3: ", lambda _: pc.vm.send("1")),
    (r"(\d+): vda,[^\r\n]*\r\n(?:[^\r\n]*\r\n)*?Choice, 1 to \d+: ", lambda match: match[1]),
    (r"Choice, 1 to \d+ \[\d+\]: ", ""),
    (r"Keyboard layout:(?:[^\r\n]*\r\n)+?Choice \[us\]: ", ""),
    (r"Try it here [^:\r\n]*: ", ""),
    (r"EFI partition \[512M\]: ", ""),
    (r"Boot partition \[1G\]: ", ""),
    (r"Root partition [^:\r\n]*: ", ""),
    (r"Passphrase, not shown: ", pc.passphrase),
    (r"Again, not shown: ", pc.passphrase),
    (r"y or n \[[yn]\]: ", ""),
    (r"Host name \[jefe\]: ", "vault1"),
    (r"Time zone \[UTC\]: ", "Europe/Berlin"),
    (r"VLAN [^:\r\n]*: ", ""),
    (r"User name [^:\r\n]*: ", "ana"),
    (r"Full name [^:\r\n]*: ", ""),
    (r"\d+: Add an SSH key\.\s+Number, or Enter for Next: ", add_key),
    (r"Key [^:\r\n]*: ", lambda _: pc.public_key()),
    (r"or from [^:\r\n]*: ", ""),
    (r"Type vda to start, or < to go back: ", confirm),
    (r"(?:Number, or )?Enter for [^:\r\n]*: ", ""),
]
ONE_OF_THEM = "|".join(f"(?:{re.sub(r'[(](?![?])', '(?:', pattern)})" for pattern, _ in DIALOGUE)
INSTALLING = r"\nInstalling\.\r?\n"


def answer(text):
    """Send what belongs to the question that ended text."""
    for pattern, reply in DIALOGUE:
        match = re.search(rf"(?:{pattern})\Z", text)
        if match:
            reply = reply(match) if callable(reply) else reply
            if reply is not None:
                pc.vm.sendline(reply)
            return
    raise Failed(f"no answer to {text[-200:]!r}")


def install():
    vm = pc.machine("live", live=True)
    vm.expect(r"executed automatically in \d", 60)
    vm.send("s")
    timeout = LIVE
    for _ in range(70):
        match = vm.expect(rf"(?s)(.*?)(?:(?P<end>{INSTALLING})|{ONE_OF_THEM})", timeout)
        if match["end"]:
            break
        answer(match[0])
        timeout = 60
    match = vm.expect(r"JefeLinux is installed|Cause: ([^\r\n]*)", INSTALL)
    require(match[1] is None, f"the installation failed: {match[1]}")
    number = vm.expect(r"(\d+): Power off\.(?s:.*?)Number: ", 30)[1]
    vm.sendline(number)
    vm.wait_off(60)


pc.run([
    ("line mode installs", install),
    ("unlocks, starts from its disk and lets the key in", pc.boot),
    ("no secret in files, disk and logs", pc.no_secrets),
])
