#!/usr/bin/python3
"""Debian on a disk that a security key unlocks: one with a PIN from the installation on, then another one without; and the passphrase."""
from flow import BOOT, ESCALATE, UNLOCK_PROMPT, Installation, require, skip_all

try:
    from security_key import SecurityKey
except ImportError as missing:
    skip_all(f"the software key needs {missing.name} of /usr/bin/python3")

PIN_PROMPT = r"PIN of the security key: "
pc = Installation("fido2", level="baseline", more_disk=["fido2_unlock: true", 'fido2_pin: {from: literal, value: "Otter-fido2-4711"}'])
pc.pin = "Otter-fido2-4711"
first, second = SecurityKey(pc.pin), SecurityKey()


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
    vm.sendline(pc.pin)
    pc.login()
    require(not vm.serial.wait(UNLOCK_PROMPT, 0), "the passphrase was asked for")
    said = pc.root("jefe-setup fido2; jefe-setup audit --control boot.fido2_unlock")
    require("unlocked by the security key Jefe Test Key" in said and "this start: unlocked" in said and "PASS" in said, said)
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


def without():
    """The passphrase, beside a key that is not the one."""
    pc.security_key = first
    vm = pc.machine("passphrase")
    vm.expect(r"touch the security key, or give the passphrase", BOOT)
    vm.expect(r"it is not the security key of this disk", 60)
    vm.sendline(pc.passphrase)
    vm.expect(r"vault1 login: ", BOOT)


def plugged_in_later():
    asked, pc.security_key = second.asked, False
    vm = pc.machine("touch")
    vm.expect(UNLOCK_PROMPT, BOOT)
    pc.security_key = second
    pc.plug_in()
    vm.expect(r"vault1 login: ", BOOT)
    require(second.asked == asked + 1, f"it was touched {second.asked - asked} times")


pc.run([
    ("installs unattended", installs),
    ("the key's PIN and a touch open it", by_pin),
    ("off, and on with another key", another_key),
    ("no secret in files, disk and logs", pc.no_secrets),
    ("the passphrase opens it beside a key that is not the one", without),
    ("a touch of a key that is plugged in at the prompt opens it", plugged_in_later),
])
