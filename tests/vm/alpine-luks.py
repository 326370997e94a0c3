#!/usr/bin/env python3
"""Alpine payload from the local mirror, SATA disk, LUKS2, unattended."""
from flow import Installation

pc = Installation("alpine-luks", base="alpine", bus="sata")
pc.run([
    ("installs unattended", pc.install_unattended),
    ("unlocks, starts from its disk and lets the key in", pc.boot),
    ("audit finds no failure", pc.audit),
    ("no secret in files, disk and logs", pc.no_secrets),
    ("starts by UEFI, too", pc.boot_other_firmware),
])
