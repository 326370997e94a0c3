#!/usr/bin/env python3
"""UEFI, LUKS2, unattended; afterwards a newer kernel, the highest level, wrong passphrases, and the same disk under BIOS."""
import json
import re
from concurrent.futures import ThreadPoolExecutor

import kernels
from flow import BOOT, SLOW_COMMAND, UNLOCK_PROMPT, Installation, require

VOLUMES = {"home": "/home", "var_log": "/var/log", "audit": "/var/log/audit", "swap": "swap"}
pc = Installation("uefi-luks", firmware="uefi", more_disk=["remote_unlock: true", *(f"{volume}_size: 256M" for volume in VOLUMES)])
repository = pc.folder / "kernels"
made = ThreadPoolExecutor(1).submit(kernels.debian_repository, repository)  # while the machine installs


def volumes_are_there():
    """Each in the one encrypted partition, mounted with what its place in the tree forbids."""
    mounts = pc.ssh("cat /proc/mounts")
    for name, point in VOLUMES.items():
        if name != "swap":
            options = re.search(rf" {point} ext4 ([^ ]+) ", mounts)
            require(options and "nosuid,nodev" in options[1], f"{point} is no volume of its own:\n{mounts}")
    require(pc.root("swapon --noheadings --show=NAME").startswith("/dev/mapper/jefe-swap"), "there is no swap")
    found = pc.root("lvs --noheadings -o lv_name jefe").split()
    require(sorted(found) == sorted(["root", *VOLUMES]), f"volumes: {found}")


def wrong_passphrases():
    """Three wrong ones: no shell at this level, the machine restarts."""
    vm = pc.machine("locked", snapshot=True)
    for _ in range(3):
        vm.expect(UNLOCK_PROMPT, BOOT)
        vm.sendline("wrong")
    vm.expect(r"the disk stays locked", 60)
    vm.expect(r"no rescue shell; restarting", 30)


SSH_SERVERS = {"dropbear": ("dropbear", "jefe-dropbear"), "tinyssh": ("tcpserver", "jefe-tinyssh"), "openssh": ("sshd", "jefe-sshd")}


def ssh_servers_change_places():
    """One after the other, each confirmed over a connection that it took itself; it is confined, alone, and the audit finds nothing."""
    for server, (program, profile) in SSH_SERVERS.items():
        pc.harden(pc.level, f"--ssh {server}")
        found = pc.root(f"cat /proc/$(pgrep -o -x {program})/attr/apparmor/current; ss -Hltnp sport = :22")
        require(found.startswith(f"{profile} (enforce)"), f"{program} runs in {found}")
        require(set(re.findall(r'users:\(\("([^"]+)"', found)) == {program}, f"who listens: {found}")
        pc.audit()


def statuses():
    """Of every control, as the audit finds them now."""
    return {result["id"]: result["status"] for result in json.loads(pc.root("jefe-setup audit --json", check=False))["controls"]}


def dead_daemons_are_named():
    """A daemon whose process is gone is drift, whatever the service manager says of it."""
    watched = {"audit.service": "auditd", "audit.time_sync": "chrony", "audit.syslog": "busybox-syslogd", "auth.bans_service": "jefe-bans"}
    before = statuses()
    require({before[control] for control in watched} == {"PASS"}, f"before: {before}")
    pc.root("kill -9 $(pidof auditd chronyd) $(pgrep -f [s]yslogd.-n) $(pgrep -x fail2ban-server)")
    found = statuses()
    require({found[control] for control in watched} == {"DRIFT"}, f"killed: { {control: found[control] for control in watched} }")
    pc.root("; ".join(f"rc-service --quiet {service} zap; rc-service --quiet {service} start" for service in watched.values()), BOOT)
    pc.audit()


def unconfirmed_is_taken_back():
    """A change that shuts us out: without a word from us everything is as before, the policy, too."""
    state = "sha256sum /etc/jefelinux/policy.yaml /var/lib/jefelinux/written; ls /var/lib/jefelinux/changes"
    before, kept = statuses(), pc.root(state)
    said = pc.root("jefe-setup harden --set network.ssh_sources=192.0.2.0/24 --confirm-within 20 </dev/null", check=False)
    require("unless you confirm" in said, said)
    pc.vm.hang_up()
    require(pc.vm.ssh("ana", pc.key, "true", 10, fresh=True).returncode != 0, "the change does not shut us out")
    pc.vm.wait_ssh("ana", pc.key, BOOT)
    pc.root("while [ -e /run/jefe/rollback ]; do sleep 1; done", BOOT)
    pc.root("grep -a \"nobody confirmed\" /var/log/messages")
    after = statuses()
    different = {control: (before[control], after[control]) for control in before
                 if before[control] not in (after[control], "PENDING-REBOOT")}
    require(not different and pc.root(state) == kept, f"not as before: {different}\n{kept}{pc.root(state)}")


def kernel_upgrade():
    """From a second repository: the new kernel gets its initramfs and is what starts, the old one stays in the menu."""
    new, old = made.result(), pc.ssh("uname -r").strip()
    pc.root("! grep \"cannot make an initramfs\" /var/lib/jefelinux/journal.jsonl")
    pc.bring(repository, "/opt/kernels")
    pc.root("echo \"deb [signed-by=/opt/kernels/kernels.gpg] file:/opt/kernels kernels main\" >/etc/apt/sources.list.d/kernels.list")
    apt = ("DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dir::Etc::SourceList=sources.list.d/kernels.list "
           "-o Dir::Etc::SourceParts=/dev/null")
    pc.root(f"{apt} update")
    said = pc.root(f"{apt} dist-upgrade 2>&1", 600)
    require(f"Setting up linux-image-{new}" in said, said)
    require(pc.menu_kernels() == [new, old], f"the boot menu has {pc.menu_kernels()}, not {new} and {old}:\n{said}")
    left = pc.root("ls /boot")
    require({f"initrd.img-{new}", f"initrd.img-{old}"} <= set(left.split()), f"in /boot there are:\n{left}{said}")
    pc.root("rm -r /opt/kernels")


def paranoid():
    """Raised on the running system; the restart that also starts the new kernel makes it complete. The passphrase comes from afar."""
    pc.harden("paranoid")
    pc.power_off()
    pc.boot("upgraded", over_ssh=True)
    version = pc.ssh("uname -r").strip()
    require(version == made.result(), f"it is kernel {version} that runs")
    pc.audit()
    pc.root("test $(cat /proc/sys/kernel/modules_disabled) = 1 && ! modprobe dummy 2>/dev/null && rc-service jefe-firewall restart && "
            "nft list chain inet jefe input | grep -q 'policy drop'", SLOW_COMMAND)
    pc.root("grep -q libscudo /proc/$(cat /run/sshd.pid)/maps && grep -q libscudo /proc/1/maps")
    pc.audit_notices()


pc.run([
    ("installs unattended", pc.install_unattended),
    ("unlocks, starts from its disk and lets the key in", pc.boot),
    ("every volume is where it belongs", volumes_are_there),
    ("audit finds no failure", pc.audit),
    ("a write to the shadow file is recorded, and who guesses is banned", pc.records_and_bans),
    ("profiles confine daemons that work", pc.profiles_confine),
    ("daemons that died are named", dead_daemons_are_named),
    ("a change that nobody confirms is taken back as a whole", unconfirmed_is_taken_back),
    ("a newer kernel from a second repository gets its initramfs and boot menu entry", kernel_upgrade),
    ("raised to paranoid, and unlocked over SSH, it starts the newer kernel, nothing fails, every break is noticed", paranoid),
    ("one SSH server answers in the other's place", ssh_servers_change_places),
    ("no secret in files, disk and logs", pc.no_secrets),
    ("the medium opens it, reinstalls the boot loader, which BIOS finds gone, and gives it another passphrase", pc.recover),
    ("starts by BIOS, too, after two wrong passphrases", pc.boot_other_firmware),
    ("three wrong passphrases end without a shell", wrong_passphrases),
])
