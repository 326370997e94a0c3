#!/usr/bin/python3
"""Debian on a disk that a security key unlocks: one with a PIN from the installation on, then another one without; and the passphrase."""
from flow import BOOT, ESCALATE, UNLOCK_PROMPT, Installation, require, skip_all

try:
    from security_key import SecurityKey
except ImportError as missing:
    skip_all(f"the software key needs {missing.name} of /usr/bin/python3")

PIN = "Otter-fido2-4711"
PIN_PROMPT = r"PIN of the security key: "
pc = Installation("fido2", level="baseline", more_disk=["fido2_unlock: true", f'fido2_pin: {{from: literal, value: "{PIN}"}}'])
pc.pin = PIN
first, second = SecurityKey(PIN), SecurityKey()


def installs():
    pc.security_key = first
    pc.install_unattended()
    require(first.asked == 2, f"it was touched {first.asked} times")


def by_pin():
    """A wrong one costs a try of the key's, and none of the passphrase's."""
    vm = pc.machine("pin")
    vm.expect(PIN_PROMPT, BOOT)
    vm.sendline("4712")
    vm.expect(r"this is not the PIN of the security key, which takes 7 more tries", 60)
    vm.expect(PIN_PROMPT, 60)
    vm.sendline(PIN)
    pc.login()
    require(not vm.serial.wait(UNLOCK_PROMPT, 0), "the passphrase was asked for")
    said = pc.root("jefe-setup fido2")
    require("unlocked by the security key Jefe Test Key" in said and "this start: unlocked" in said, said)
    said = pc.root("jefe-setup audit --control boot.fido2_unlock")
    require("PASS" in said, said)
    said = pc.root("cryptsetup luksDump --dump-json-metadata /dev/vda4")
    require('"fido2-clientPin-required":true' in "".join(said.split()) and '"systemd-fido2"' in said, said)


def another_key():
    """On the running system: the first one opens nothing any more."""
    pc.root("jefe-setup fido2 off")
    pc.plugged.unplug()
    pc.security_key = second
    pc.plug_in()
    said = pc.root("for i in 1 2 3 4 5 6 7 8 9; do jefe-setup fido2 list | grep fit && break; sleep 1; done")
    require("\tfit\t-\tJefe Test Key" in said, said)
    said = pc.vm.ssh("ana", pc.key, f"{ESCALATE[pc.base]} jefe-setup fido2 on --passphrase-fd 0", BOOT, pc.passphrase)
    require(said.returncode == 0 and said.stdout.count("touch the security key") == 2, f"{said.stdout}{said.stderr}")
    pc.power_off()


def without():
    """The passphrase, whatever is plugged in: the wrong key is told, and nobody touches it."""
    pc.security_key = first
    vm = pc.machine("passphrase")
    vm.expect(r"touch the security key, or give the passphrase", BOOT)
    vm.expect(r"it is not the security key of this disk", 60)
    vm.sendline(pc.passphrase)
    pc.login()
    require("this start: asked" in pc.root("jefe-setup fido2"), "the key unlocked it")


def plugged_in_later():
    pc.security_key = False
    vm = pc.machine("touch")
    vm.expect(UNLOCK_PROMPT, BOOT)
    asked = second.asked
    pc.security_key = second
    pc.plug_in()
    pc.login()
    require(second.asked == asked + 1 and "this start: unlocked" in pc.root("jefe-setup fido2"), "it was not the touch")


pc.run([
    ("installs unattended", installs),
    ("the key's PIN and a touch open it", by_pin),
    ("off, and on with another key", another_key),
    ("the passphrase opens it beside a key that is not the one", without),
    ("a touch of a key that is plugged in at the prompt opens it", plugged_in_later),
    ("no secret in files, disk and logs", pc.no_secrets),
])
