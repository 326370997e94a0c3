#!/usr/bin/env python3
"""BIOS, plain disk, lowest level, unattended from an answer file on a stick, started from the medium's own boot menu."""
from flow import Installation

pc = Installation("bios-plain", encrypted=False, level="baseline")
pc.run([
    ("installs unattended", pc.install_unattended),
    ("starts from its disk and lets the key in", pc.boot),
    ("audit finds no failure", pc.audit),
    ("the audit notices everything that is broken", pc.audit_notices),
    ("no secret in files, disk and logs", pc.no_secrets),
    ("starts by UEFI, too", pc.boot_other_firmware),
])
