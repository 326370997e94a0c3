#!/usr/bin/env python3
"""UEFI, in the free space of a disk with another system: what is there stays to the last bit, and both start. The power goes in the middle."""
import hashlib
import re
import subprocess

from flow import BOOT, LIVE, Installation, require

MIB = 1 << 20
pc = Installation("beside", firmware="uefi", level="baseline", encrypted=False, more_disk=["layout: free", "home_size: 256M"])
raw = pc.folder / "disk.raw"
# Number, first and last MiB: an EFI partition, a small gap, somebody's data, the large gap, more data.
OTHERS = {1: (1, 64), 2: (100, 299), 7: (7000, 7199)}


def run(*command):
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)


def place(number):
    first, last = OTHERS[number]
    return first * MIB, (last + 1 - first) * MIB


def other_system():
    """A boot loader that says who it is, where Windows has its own and where firmware looks; and data."""
    config, loader, content = pc.folder / "other.cfg", pc.folder / "other.efi", pc.folder / "content"
    config.write_text('echo "This is the other system."\nsleep --interruptible 999\n')
    run("grub-mkstandalone", "-O", "x86_64-efi", "-o", loader, "--modules=echo sleep", "--locales=", "--fonts=", "--themes=",
        f"boot/grub/grub.cfg={config}")
    run("truncate", "-s", "7400M", raw)
    run("sgdisk", "-a", "1", *(f"-n{number}:{first}M:{last + 1}M-1" for number, (first, last) in OTHERS.items()), "-t1:ef00", "-c2:root", raw)
    esp = f"{raw}@@{place(1)[0]}"
    run("mformat", "-i", esp, "-F", "-T", place(1)[1] // 512, "-v", "SYSTEM", "::")
    run("mmd", "-i", esp, "::EFI", "::EFI/BOOT", "::EFI/Microsoft", "::EFI/Microsoft/Boot")
    for name in ("BOOT/BOOTX64.EFI", "Microsoft/Boot/bootmgfw.efi"):
        run("mcopy", "-i", esp, loader, f"::EFI/{name}")
    content.mkdir()
    (content / "letters").write_bytes(loader.read_bytes())
    for number in (2, 7):
        start, size = place(number)
        run("mke2fs", "-q", "-F", "-t", "ext4", "-L", f"data{number}", "-d", content, "-E", f"offset={start}", raw, size // 1024)
    run("qemu-img", "convert", "-O", "qcow2", raw, pc.disk.path)


def read(image, number):
    with open(image, "rb") as file:
        start, size = place(number)
        file.seek(start)
        return hashlib.sha256(file.read(size)).hexdigest()


def power_goes():
    """While the system is unpacked: the other one has everything, and the table its partitions."""
    pc.machine("broken", live=True, disks=[pc.answers_medium(pc.answers())])
    pc.menu("jefe.auto=yes jefe.onfail=poweroff")
    pc.vm.expect(r"\] Unpack the system", LIVE)
    pc.stop()


def rest_is_untouched():
    """Bit by bit what is no EFI partition; of that one, the files that were there."""
    pc.power_off()
    now, loader = pc.folder / "now.raw", pc.folder / "now.efi"
    run("qemu-img", "convert", "-O", "raw", pc.disk.path, now)
    for number in (2, 7):
        require(read(now, number) == read(raw, number), f"partition {number} is not what it was")
    esp = f"{now}@@{place(1)[0]}"
    for name in ("BOOT/BOOTX64.EFI", "Microsoft/Boot/bootmgfw.efi"):
        run("mcopy", "-n", "-o", "-i", esp, f"::EFI/{name}", loader)
        require(loader.read_bytes() == (pc.folder / "other.efi").read_bytes(), f"EFI/{name} is not what it was")
    table = subprocess.run(["sgdisk", "-p", str(now)], check=True, capture_output=True, text=True).stdout
    found = re.findall(r"^ +(\d+) +(\d+) +(\d+) .* (\S*)$", table, re.M)
    require([name for number, _, _, name in found if number in "34"] == ["boot", "volumes"], f"the partitions are:\n{table}")
    now.unlink()


def other_starts():
    """From our boot menu."""
    vm = pc.machine("other")
    vm.expect(r"executed automatically in", BOOT)
    for _ in range(8):
        vm.send("\x1b[B")  # one entry down; there are fewer, and the list stops at its end
    vm.send("\x1b[A\r")  # the last is the firmware's setup
    vm.expect(r"This is the other system", BOOT)


def medium_opens_it():
    pc.recovery_shell()
    pc.says("jefe-setup recover open")
    pc.says("jefe-setup recover shell -- ls -d /home/ana", r"/home/ana\r?\n")
    pc.says("jefe-setup recover loader --yes")
    pc.says("jefe-setup recover close; ls -A /mnt/jefe /dev/mapper; sync", r"control")


pc.run([
    ("there is another system", other_system),
    ("power goes while it is installed", power_goes),
    ("installs unattended in the same place", pc.install_unattended),
    ("starts and lets the key in", pc.boot),
    ("audit finds no failure", pc.audit),
    ("what was there is there to the last bit", rest_is_untouched),
    ("the other system starts from our menu", other_starts),
    ("the medium opens it and reinstalls the boot loader", medium_opens_it),
    ("starts again", lambda: pc.boot("again")),
])
