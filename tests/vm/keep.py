#!/usr/bin/env python3
"""UEFI, in partitions that somebody made beside data, encrypted, with logical volumes; then replaced by a new system that keeps /home. The power
goes in the middle of that."""
import hashlib
import subprocess

from flow import LIVE, Failed, Installation, require

MIB = 1 << 20
pc = Installation("keep", firmware="uefi", level="baseline",
                  more_disk=["layout: manual", "root_partition: 5", "boot_partition: 2", "esp_partition: 1", "home_size: 256M", "var_size: 1G",
                             "discard: true"])
raw = pc.folder / "disk.raw"
# Number, first and last MiB, type: root does not lie behind /boot, and the EFI partition has no file system yet.
PARTS = {1: (1, 64, "ef00"), 2: (65, 576, "8300"), 3: (577, 676, "8300"), 5: (700, 7000, "8300")}


def run(*command, **more):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, **more)


def somebodys():
    with open(raw, "rb") as file:
        file.seek(PARTS[3][0] * MIB)
        return hashlib.sha256(file.read(100 * MIB)).hexdigest()


def divide():
    """Data between those for us; in one of ours is what nobody wants any more."""
    content = pc.folder / "content"
    content.mkdir()
    (content / "letters").write_bytes(bytes(range(256)) * 40960)
    run("truncate", "-s", "7200M", raw)
    run("sgdisk", "-a", "1", *(word for number, (first, last, kind) in PARTS.items()
                               for word in (f"-n{number}:{first}M:+{last + 1 - first}M", f"-t{number}:{kind}")), raw)
    for number in (3, 5):
        first, last, _ = PARTS[number]
        run("mke2fs", "-q", "-F", "-t", "ext4", "-L", f"data{number}", "-d", content, "-E", f"offset={first * MIB}", raw, (last + 1 - first) * 1024)
    pc.before = somebodys()
    run("qemu-img", "convert", "-O", "qcow2", raw, pc.disk.path)


def owner(path):
    return pc.ssh(f"sudo -n stat -c %u:%U {path}").strip()


def use_it():
    """What people have: a letter of ana's, bob's with a folder, and a page that is served."""
    pc.boot()
    pc.ssh("echo my letter >letter; sudo -n sh -c 'echo page >/srv/page; echo gone >/opt/old; mkdir /home/bob/work; echo bobs >/home/bob/work/file; "
           "chown -R bob: /home/bob/work'; sync")
    require(owner("/home/bob/work") == "1001:bob", f"bob's folder is {owner('/home/bob/work')}'s")
    require("allow_discards" in pc.ssh("sudo -n dmsetup table"), "the encrypted volume does not pass on which blocks are free")
    pc.ssh("sudo -n sh -ec 'test -x /etc/cron.daily/jefelinux-trim; /etc/cron.daily/jefelinux-trim; fstrim /home'")
    pc.host_key = pc.ssh("cat /etc/ssh/ssh_host_ed25519_key.pub")


def keep(**changes):
    pc.more_disk = ["layout: keep"]
    return pc.answers(**changes).replace("  kdf_memory: 64M\n", "")


def refuses():
    """With a passphrase that does not open it nothing is changed."""
    pc.machine("refused", live=True, disks=[pc.answers_medium(keep().replace(pc.passphrase, "not-the-passphrase-of-this"))])
    pc.menu("jefe.auto=yes jefe.onfail=poweroff")
    pc.vm.expect(r"nothing was written", LIVE)
    pc.vm.expect(r"install failed: [^\r\n]*must be that of the system whose /home stays", LIVE)
    pc.vm.wait_off(60)


def power_goes():
    pc.machine("broken", live=True, disks=[pc.answers_medium(keep())])
    pc.menu("jefe.auto=yes jefe.onfail=poweroff")
    pc.vm.expect(r"\] Unpack the system", LIVE)
    pc.stop()


def replace():
    """bob comes first now, and still gets what is his."""
    text = keep()
    start, users = text.split("users:\n")
    users, end = users.split("hardening:")
    ana, bob = users.split("  - name: bob\n")
    pc.machine("live", live=True, disks=[pc.answers_medium(f"{start}users:\n  - name: bob\n{bob}{ana}hardening:{end}")])
    pc.menu("jefe.auto=yes jefe.onfail=poweroff")
    pc.wait_installed()
    pc.vm.wait_off(60)


def everything_stayed():
    pc.boot("again", snapshot=True)  # firmware that knows nothing of it
    found = pc.ssh("sudo -n cat /home/ana/letter /srv/page /home/bob/work/file; test -e /opt/old || echo no other").split("\n")
    require(found == ["my letter", "page", "bobs", "no other", ""], f"there is: {found}")
    require((owner("/home/bob/work"), owner("/home/ana")) == ("1001:bob", "1000:ana"), "folders belong to somebody else")
    require(pc.ssh("cat /etc/ssh/ssh_host_ed25519_key.pub") != pc.host_key, "the new system has the host key of the old one")
    mounts = pc.ssh("cat /proc/mounts")
    require("/dev/mapper/jefe-home /home " in mounts and "/dev/mapper/jefe-var /var " in mounts, f"mounted are:\n{mounts}")


def data_is_untouched():
    pc.power_off()
    run("qemu-img", "convert", "-O", "raw", pc.disk.path, raw)
    if somebodys() != pc.before:
        raise Failed("the partition with somebody's data is not what it was")
    table = run("sgdisk", "-p", raw).stdout
    require("jefe-boot" in table and "jefe-volumes" in table, f"the partitions are:\n{table}")
    raw.unlink()


def medium_opens_it():
    pc.recovery_shell()
    pc.says("jefe-setup recover open", asks=[(r"[Pp]assphrase[^\r\n]*: ", pc.passphrase)])
    pc.says("jefe-setup recover shell -- cat /home/ana/letter", r"my letter")


pc.run([
    ("partitions are there", divide),
    ("installs unattended in them", pc.install_unattended),
    ("people use it", use_it),
    ("the wrong passphrase changes nothing", refuses),
    ("power goes while it is replaced", power_goes),
    ("a new system takes its place", replace),
    ("what people have is there", everything_stayed),
    ("audit finds no failure", pc.audit),
    ("other data is there to the last bit", data_is_untouched),
    ("the medium opens it", medium_opens_it),
])
