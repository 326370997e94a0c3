#!/usr/bin/env python3
"""The part of live-iso/demo that types and reads.

    demo.py auto ISO FOLDER BASE FIRMWARE ACCELERATOR     install unattended with an encrypted disk, boot it, print its audit
"""

import os
import pathlib
import re
import secrets
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/vm"))
from vm import VM, Disk, VMError  # pylint: disable=wrong-import-position

ESCALATE = {"debian": "sudo -n", "alpine": "doas -n"}
# Seconds, for a slow machine that emulates.
LIVE, INSTALL, BOOT, AUDIT = 300, 1800, 600, 300


def say(text):
    print(f"\n==> {text}", flush=True)


def answers(public_key):
    return f"""schema: 1
system:
  hostname: demo
disk:
  match: {{serial: JEFEDEMO}}
  erase: matched-disks
  encryption: luks2
  passphrase: {{from: "file:/run/jefe/answers-medium/passphrase"}}
users:
  - name: demo
    admin: true
    ssh_keys: ["{public_key}"]
hardening:
  level: hardened
finish: poweroff
"""


def answers_medium(folder, text, passphrase):
    """An ext4 image labelled JEFEANSWERS with the answer file and the passphrase it names, closed to others."""
    content, image = folder / "answers", folder / "answers.img"
    shutil.rmtree(content, ignore_errors=True)
    content.mkdir(mode=0o700)
    for name, data in (("answers.yaml", text), ("passphrase", passphrase)):
        with open(content / name, "w", opener=lambda path, flags: os.open(path, flags, 0o600), encoding="utf-8") as file:
            file.write(data)
    image.unlink(missing_ok=True)
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-L", "JEFEANSWERS", "-d", content, image, "8M"],
                   check=True, umask=0o077)
    shutil.rmtree(content)
    return Disk(image, bus="usb", serial="ANSWERS", format="raw")


def install(vm):
    """Show the lines of the installation until it is over."""
    vm.expect(r"Answers: ", LIVE)
    while True:
        line = vm.expect(r"([^\r\n]*)\r?\n", INSTALL)[1]
        if line.strip():
            print(f"    {vm.seconds():6.1f} s  {line}", flush=True)
        if line.startswith("jefe: install failed"):
            raise VMError(line)
        if line.startswith("jefe: install done"):
            vm.wait_off(120)
            return


def audit(vm, folder, base, key):
    answer = vm.ssh("demo", key, f"{ESCALATE[base]} /usr/sbin/jefe-setup audit", AUDIT)
    (folder / "audit.txt").write_text(answer.stdout + answer.stderr)
    if answer.returncode not in (0, 1) or not answer.stdout.strip():
        raise VMError(f"the audit did not run: exit code {answer.returncode}: {answer.stderr.strip()}")
    return answer.returncode, answer.stdout.strip().splitlines()


def auto(iso, folder, base, firmware, accelerator):
    folder = pathlib.Path(folder)
    key, passphrase = folder / "key", "-".join(secrets.token_hex(2) for _ in range(4))
    for path in (folder / "demo.qcow2", key, folder / "key.pub", folder / "demo.vars.fd"):
        path.unlink(missing_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "demo", "-f", key], check=True)
    medium = answers_medium(folder, answers(pathlib.Path(f"{key}.pub").read_text(encoding="utf-8").strip()), passphrase)
    machine = {"firmware": firmware, "accelerator": accelerator, "variables": folder / "demo.vars.fd"}
    disk = Disk(folder / "demo.qcow2", size="8G", serial="JEFEDEMO")

    say("Installing unattended on an empty disk, encrypted with LUKS2")
    with VM("demo-live", folder, cdrom=iso, disks=[disk, medium], **machine) as vm:
        vm.expect(r"Install JefeLinux", BOOT)  # the menu of an ISO that installs by itself waits for a key
        vm.sendline()
        install(vm)
    medium.path.unlink()

    say("Booting the installed disk and unlocking it over the serial line")
    with VM("demo-disk", folder, disks=[disk], **machine) as vm:
        vm.expect(r"passphrase to unlock the disk: ", BOOT)
        print(f"    {vm.seconds():6.1f} s  asked for the passphrase", flush=True)
        time.sleep(0.5)
        vm.sendline(passphrase)
        print(f"    {vm.wait_ssh('demo', key, BOOT):6.1f} s  logged in by SSH with the key", flush=True)
        status, lines = audit(vm, folder, base, key)
    say(f"Audit of the installed system (all of it: {folder}/audit.txt)")
    for line in lines:
        if re.match(r"\s*fail\b", line, re.I) or line == lines[-1]:
            print(line)
    return status


def main():
    if len(sys.argv) == 7 and sys.argv[1] == "auto":
        try:
            return auto(*sys.argv[2:])
        except VMError as error:
            print(f"demo: {error}", file=sys.stderr)
            return 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
