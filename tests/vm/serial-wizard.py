#!/usr/bin/env python3
"""LUKS2 by the wizard in line mode, over the serial line only; before, its two full-screen displays as far as nothing is written."""
import re
import subprocess
import time

from flow import INSTALL, LIVE, ROOT, Failed, Installation, require

pc = Installation("serial-wizard")
keys_typed = 0
# The bridge from the emulated terminal to the line: it presses the key that chooses the display.
BRIDGE = """#!/bin/sh
stty raw -echo && { printf %s "$2"; exec cat; } | socat - "UNIX-CONNECT:$1"
"""
# tests/screens/screenplay.c; what the keys F10 and Ctrl-B are on a serial line. $1: socket, $2: key, $3: passphrase, $4: SSH key
PLAY = """start $1 $2
wait This installs JefeLinux
shot welcome
key F10
wait Which keyboard do you type on
key F10
wait Which disk gets JefeLinux
key Space
key F10
wait How is the disk divided
key F10
wait Encrypt the disk
key Tab
type $3
key Tab
type $3
key F10
wait How much hardening
key F10
wait How should the computer be set up
key F10
wait How does it reach the network
key F10
wait No SSH key yet
type ana
key F10
key Enter
wait Add a public SSH key
type $4
key F10
wait Next once more adds
key F10
wait SHA256:
key F10
wait Is everything right
key F10
wait Everything on vda will be erased
shot gate
key ^B
wait Is everything right
type q
sleep 2000
"""


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
    (r"Root [^:\r\n]*: ", ""),
    (r"Passphrase, not shown: ", pc.passphrase),
    (r"Again, not shown: ", pc.passphrase),
    (r"y or n \[[yn]\]: ", ""),
    (r"Host name \[jefe\]: ", "vault1"),
    (r"Time zone \[UTC\]: ", "Europe/Berlin"),
    (r"VLAN [^:\r\n]*: ", ""),
    (r"Proxy [^:\r\n]*: ", ""),
    (r"User name [^:\r\n]*: ", "ana"),
    (r"Full name [^:\r\n]*: ", ""),
    (r"\d+: Add an SSH key\.\r?\n(?:[^\r\n]*\r?\n)*?Number, or Enter for Next: ", add_key),
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


def frames(key):
    """The pages that a terminal of 80x24 on the line shows, by name, from the choice of the display to the last page and out again."""
    bridge, play, program = (pc.folder / "bridge", pc.folder / "full-screen.play", ROOT / "build/tests/screens/screenplay")
    bridge.write_text(BRIDGE)
    bridge.chmod(0o755)
    play.write_text(PLAY)
    subprocess.run(["make", "-s", "-C", ROOT / "build", "tests/screens/screenplay"], check=True)
    with pc.vm.lent_serial() as path:
        played = subprocess.run([program, "-t", "vt220", bridge, play, path, key, pc.passphrase, pc.public_key()], capture_output=True, text=True)
    play.unlink()
    (pc.folder / f"frames-{key}.txt").write_text(played.stdout)
    require(played.returncode == 0, f"display {key}:\n{played.stderr}")
    return {name: shown for name, shown in re.findall(r"=== (\w+), .*\n((?:(?!===).*\n)*)", played.stdout)}


def full_screen():
    """Thin is ASCII, rich has frames; both lead to the last page, and out to where a shell may be had."""
    vm = pc.machine("live", live=True)
    vm.expect(r"executed automatically in \d", 60)
    vm.send("s")
    vm.expect(DIALOGUE[0][0], LIVE)
    for key in "23":
        shown = frames(key)
        require(re.search(r"Memory +1\.4 GiB", shown["welcome"]) and "Type vda to start" in shown["gate"], f"display {key}: {shown}")
        require(shown["gate"].isascii() == (key == "2"), f"display {key}: {shown['gate']}")
        vm.send("s")
        vm.expect(r"Type exit to come back", 60)
        vm.sendline("cmp -n 1048576 /dev/vda /dev/zero && rm /run/jefe/console.ttyS0; exit")
        vm.expect(r"How do you want to install", 60)


def install():
    vm, timeout = pc.vm, LIVE
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
    ("thin and rich lead over the serial line to the last page, and out of it", full_screen),
    ("line mode installs", install),
    ("unlocks, starts from its disk and lets the key in", pc.boot),
    ("no secret in files, disk and logs", pc.no_secrets),
])
