#!/usr/bin/env python3
"""Alpine payload from the local mirror, LUKS2, made as the image of a disk and started from SATA."""
from flow import Installation

pc = Installation("alpine-luks", base="alpine", bus="sata")
pc.run([
    ("installs unattended as an image", pc.install_image),
    ("unlocks, starts from its disk and lets the key in", pc.boot),
    ("audit finds no failure", pc.audit),
    ("no secret in files, disk and logs", pc.no_secrets),
    ("starts by UEFI, too, after two wrong passphrases", pc.boot_other_firmware),
])
