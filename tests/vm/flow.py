"""What the scenarios share: a machine to install on, the ways to install it, and the questions asked of the result.

A scenario is a list of steps, each a title and a function. It prints TAP; the steps behind a failed one are not run.
"""

import base64
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import traceback

from vm import VM, Disk, VMError

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORK = pathlib.Path(os.environ.get("JEFE_VM_FOLDER", ROOT / "build/machines"))
FLIP = ROOT / "build/tests/vm/flip"
ESCALATE = {"debian": "sudo -n", "devuan": "sudo -n", "alpine": "doas -n"}
UNLOCK_PROMPT = r"passphrase to unlock the disk: "

# Time limits in seconds, about three times what an idle machine of two cores needs without hardware acceleration.
LIVE, INSTALL, BOOT, SLOW_COMMAND = 150, 900, 240, 180


class Failed(Exception):
    """What was found is not what should be."""


class Skipped(Exception):
    """It cannot be asked here; the reason."""


def require(condition, message):
    if not condition:
        raise Failed(message)


def run_steps(name, steps):
    """Run and report; the exit code."""
    print(f"1..{len(steps)}", flush=True)
    failed = None
    for number, (title, function) in enumerate(steps, 1):
        start = time.monotonic()
        if failed:
            print(f"not ok {number} - {name}: {title} (not reached)", flush=True)
            continue
        try:
            function()
            print(f"ok {number} - {name}: {title} ({time.monotonic() - start:.0f} s)", flush=True)
        except Skipped as reason:
            print(f"ok {number} - {name}: {title} # SKIP {' '.join(str(reason).split())}", flush=True)
        except Exception as error:  # whatever it is, the report must go on
            failed = error
            print(f"not ok {number} - {name}: {title} ({time.monotonic() - start:.0f} s)")
            explained = str(error) if isinstance(error, (VMError, Failed)) else traceback.format_exc()
            print("\n".join(f"# {line}" for line in explained.splitlines()), flush=True)
    return 1 if failed else 0


def skip_all(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


def medium(base):
    """The ISO of a base, built before by tests/vm/run; see tests/vm/iso."""
    path = pathlib.Path(os.environ.get("JEFE_ISO_FOLDER", WORK)) / f"{base}.iso"
    if not path.exists():
        skip_all(f"there is no ISO of base {base} ({path}); tests/vm/iso {base} {path} makes it")
    return path


def build(base, output, *options):
    """build.sh, with the roots from which the ISO of this base was made."""
    answer = subprocess.run([ROOT / "tests/vm/iso", base, output, *options], capture_output=True, text=True)
    require(answer.returncode == 0, f"build.sh {options}: exit code {answer.returncode}\n{answer.stdout}{answer.stderr}")


def find_bytes(path, *secrets):
    """Offset of the first of the secrets that is in a file of any size, or -1."""
    offset, kept, longest = 0, b"", max(map(len, secrets))
    with open(path, "rb") as file:
        while block := file.read(1 << 22):
            data = kept + block
            for secret in secrets:
                if (at := data.find(secret)) >= 0:
                    return offset - len(kept) + at
            offset += len(block)
            kept = data[-longest:]
    return -1


class Installation:
    """One computer: it boots the medium, is installed, and boots from its disk."""

    def __init__(self, name, *, base="debian", firmware="bios", encrypted=True, memory=1536, bus="virtio", iso=None, level="hardened", roles=(), more_disk=()):
        self.name, self.base, self.firmware, self.encrypted, self.memory, self.level = name, base, firmware, encrypted, memory, level
        self.roles, self.more_disk = ", ".join(roles), more_disk
        self.folder = WORK / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.iso = iso or medium(base)
        self.disk = Disk(self.folder / "disk.qcow2", bus=bus, serial="JEFETEST1")
        self.more_disks = []  # that every machine has
        self.tpm = None  # folder of the one that every machine has
        self.security_key = None  # plugged in when a machine starts; False: there is only the port for one
        self.passphrase = f"Horse-Battery-{name}-47"
        self.password = f"Staple-{name}-11"
        self.pin = None  # of its security key
        self.key = self.folder / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ana@test", "-f", str(self.key)], check=True)
        self.vm = None
        self.copied = False
        self.lines = []

    # Machines

    def machine(self, title, *, live=False, firmware=None, disks=(), snapshot=False):
        """A started machine; the one before is stopped."""
        self.stop()
        firmware = firmware or self.firmware
        disk = self.disk._replace(snapshot=snapshot)
        self.vm = VM(title, self.folder, firmware=firmware, memory=self.memory, disks=[disk, *self.more_disks, *disks],
                     cdrom=self.iso if live else None, tpm=self.tpm, key_port=self.security_key is not None, variables=self.folder / f"vars.{title if snapshot else 'main'}.fd")
        self.vm.start()
        if self.security_key:
            self.plug_in()
        return self.vm

    def plug_in(self):
        """The security key, until the machine ends or it is unplugged."""
        self.plugged = self.security_key.plug(self.vm.run / "key")

    def stop(self):
        if self.vm:
            self.vm.stop()
            self.vm = None

    def run(self, steps):
        """Run the steps, clean up, and end the program."""
        try:
            code = run_steps(self.name, [(title, self._reporting(step)) for title, step in steps])
        finally:
            self.stop()
        if code == 0:
            os.unlink(self.disk.path)
        sys.exit(code)

    def _reporting(self, step):
        def run():
            try:
                step()
            except Exception:
                if self.vm:
                    self.vm.report()
                raise
        return run

    # Installing

    def answers(self, **changes):
        """The answer file of this installation. The secrets in it must not be found anywhere afterwards."""
        values = {"serial": "JEFETEST1", "erase": "matched-disks", "encryption": "luks2" if self.encrypted else "none",
                  "level": self.level, "finish": "poweroff", **changes}
        secret = f"  passphrase: {{from: literal, value: \"{self.passphrase}\"}}\n  kdf_memory: 64M\n" if self.encrypted else ""
        secret += "".join(f"  {line}\n" for line in self.more_disk)
        return (f"schema: 1\nallow_plaintext: true\n"
                f"system:\n  hostname: vault1\n  keymap: us\n  timezone: Europe/Berlin\n"
                f"disk:\n  match: {{serial: \"{values['serial']}\"}}\n  expect: 1\n  erase: {values['erase']}\n"
                f"  encryption: {values['encryption']}\n{secret}"
                f"users:\n  - name: ana\n    admin: true\n    ssh_keys: [\"{self.public_key()}\"]\n"
                f"  - name: bob\n    password: {{from: literal, value: \"{self.password}\"}}\n"
                f"hardening:\n  level: {values['level']}\n  roles: [{self.roles}]\nfinish: {values['finish']}\n")

    def public_key(self):
        return pathlib.Path(f"{self.key}.pub").read_text().strip()

    def answers_medium(self, text):
        """A disk labelled JEFEANSWERS that holds the answer file."""
        content, image = self.folder / "answers", self.folder / "answers.img"
        content.mkdir(exist_ok=True)
        (content / "answers.yaml").write_text(text)
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-L", "JEFEANSWERS", "-d", str(content), str(image), "8M"],
                       check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(content)
        return Disk(image, bus="usb", serial="ANSWERS", format="raw")

    def menu(self, arguments=""):
        """Boot from the medium's GRUB, with more kernel arguments typed into its command line."""
        self.vm.expect(r"executed automatically in \d", 60)
        self.vm.send("c")
        for command in (f"start console=tty0 console=ttyS0,115200 {arguments}", "boot"):
            self.vm.expect(r"grub> ", 60)
            for character in command:  # GRUB has no buffer, and the firmware reads the line, too: on a busy machine two keys would change places
                self.vm.send(character)
                self.vm.serial.wait(re.escape(character), 2)
                time.sleep(0.02)
            self.vm.sendline()

    def install_unattended(self):
        self.machine("live", live=True, disks=[self.answers_medium(self.answers())])
        self.menu("jefe.auto=yes jefe.onfail=poweroff")
        self.vm.expect(r"Answers: partition JEFEANSWERS", LIVE)
        self.wait_installed()
        self.vm.wait_off(60)

    def install_image(self):
        """Unattended too, by build.sh, which starts the machine; as an image to be copied, with the passphrase in a file of its own."""
        text = self.answers(serial="JEFEDISK").replace("system:\n", "system:\n  identity: first-start\n")
        if self.encrypted:
            text = text.replace(f'{{from: literal, value: "{self.passphrase}"}}', '{from: "file:/run/jefe/answers-medium/passphrase"}')
            (self.folder / "passphrase").write_text(self.passphrase)
        (self.folder / "image.yaml").write_text(text)
        build(self.base, self.disk.path, "--target", "disk", "--disk-size", self.disk.size, "--answers", self.folder / "image.yaml")
        self.copied = True

    def wait_installed(self, timeout=INSTALL):
        start, steps, last = time.monotonic(), [], None
        while True:
            match = self.vm.expect(r"\[ *\d+/\d+\] ([^\r\n]+)\r?\n|jefe: install (done)|jefe: install failed: ([^\r\n]*)", timeout)
            if last:
                steps.append((time.monotonic() - start, last))
            last, start = match[1], time.monotonic()
            if match[3] is not None:
                raise Failed(f"the installation failed: {match[3]}")
            if match[2]:
                break
        print("# " + "; ".join(f"{title} {seconds:.1f} s" for seconds, title in steps if seconds >= 1), flush=True)

    # Repairing it

    def recovery_shell(self):
        """The medium's, on the serial line."""
        vm = self.machine("recover", live=True)
        self.menu("jefe.recover=yes")
        vm.expect(r"Press Enter for a root shell", LIVE)
        vm.sendline()
        vm.expect(r"Type exit to come back", LIVE)
        return vm

    def recover(self):
        """From the medium, on a disk whose first sector lost the boot loader: open, look, reinstall, new keys, close. Only the start tells
        whether it worked."""
        vm = self.recovery_shell()
        self._recovers("find", rf"vda: root /dev/vda4{' .encrypted.' if self.encrypted else ''}, .*; closed")
        self._recovers("loader --yes", r"nothing is open yet", code=1)
        self._recovers("open", asks=[(r"Passphrase or recovery key: ", self.passphrase)] if self.encrypted else ())
        self._recovers("find", r"open on /mnt/jefe, read-only")
        self._recovers("shell -- cat /etc/hostname", r"vault1\r?\n")
        self._recovers("shell -- ls /var/log", r"messages")
        self.says("dd if=/dev/zero of=/dev/vda bs=440 count=1 conv=notrunc", r"440 bytes")
        self._recovers("loader", r"write /mnt/jefe/boot/grub/grub.cfg", asks=[(r"Type vda to do this: ", "vda")])
        self._new_keys()
        self._recovers("close")
        self.says("ls -A /mnt/jefe /dev/mapper; sync", r"control")

    def _new_keys(self):
        """A new passphrase for the old one, and a new password; the console shows none of them."""
        old, new = self.passphrase, "another passphrase for the disk"
        self._recovers("password ana", r"write a new password for ana",
                       asks=[(r"Type vda to do this: ", "vda"), (r"New password: ", new), (r"New password, once more: ", new)])
        if self.encrypted:
            self._recovers("passphrase", r"replace the passphrase of /dev/vda4",
                           asks=[(r"Type vda to do this: ", "vda"), (r"Passphrase or recovery key: ", old), (r"New passphrase: ", new),
                                 (r"New passphrase, once more: ", new)])
            self.passphrase = new
        for secret in (old, new):
            offset = find_bytes(self.folder / "recover.serial.log", secret.encode())
            require(offset < 0, f"a passphrase is shown at byte {offset} of what the console said")

    def _recovers(self, action, says=None, code=0, asks=()):
        self.says(f"jefe-setup recover {action}", says, code, asks)

    def says(self, command, says=None, code=0, asks=()):
        """In the shell on the serial line: the command says this, asks for that, and ends with the code."""
        self.vm.sendline(f"{command}; echo code $?")
        for number, pattern in enumerate((says, *(question for question, _ in asks))):
            if pattern:
                self.vm.expect(pattern, SLOW_COMMAND)
            if number:
                time.sleep(0.5)
                self.vm.sendline(asks[number - 1][1])
        found = self.vm.expect(r"code (\d+)", BOOT)[1]
        require(found == str(code), f"{command}: exit code {found}")

    # The installed system

    def boot(self, title="disk", firmware=None, snapshot=False, over_ssh=False):
        self.machine(title, firmware=firmware, snapshot=snapshot)
        told = self.unlock_over_ssh() if over_ssh else None
        if self.encrypted and not over_ssh:
            self.unlock()
        self.login()
        if told:
            self._was_unlocked_over_ssh(told)

    def boot_other_firmware(self):
        """The same disk starts in a machine with the other firmware, whose variables know nothing of it; wrong passphrases are counted."""
        other = "bios" if self.firmware == "uefi" else "uefi"
        vm = self.machine(f"disk-{other}", firmware=other, snapshot=True)
        if self.encrypted:
            for left in ("2 tries left", "1 try left"):
                vm.expect(UNLOCK_PROMPT, BOOT)
                vm.sendline("wrong")
                vm.expect(rf"this is not the passphrase; {left}", 60)
            self.unlock()
        self.login()
        efi = self.ssh("test -d /sys/firmware/efi && echo uefi || echo bios").strip()
        require(efi == other, f"the machine started by {efi}, not by {other}")

    def unlock(self):
        self.vm.expect(UNLOCK_PROMPT, BOOT)
        print(f"# passphrase prompt after {self.vm.seconds():.0f} s", flush=True)
        time.sleep(0.5)
        self.vm.sendline(self.passphrase)

    def unlock_over_ssh(self):
        """With the administrator's key alone, and for nothing else; the console is asked, too. The fingerprint of the server's host key."""
        vm = self.vm
        vm.expect(UNLOCK_PROMPT, BOOT)
        key = vm.host_key(60)
        stranger = self.folder / "stranger"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(stranger)], check=True)
        said = vm.ssh_lines("root", stranger, f"{self.passphrase}\n")
        require(said.returncode == 255 and "Permission denied (publickey)" in said.stderr, f"another key: {said}")
        said = vm.ssh("root", self.key, "cat /etc/unlock/host_key", fresh=True)
        require(said.returncode == 2 and not said.stdout and "log in without a command" in said.stderr, f"a command: {said}")
        said = vm.ssh_lines("root", self.key, "", "-W", "127.0.0.1:22")
        require(said.returncode == 255 and not said.stdout, f"forwarding: {said}")
        said = vm.ssh_lines("root", self.key, "wrong", "-T")
        require(said.returncode == 1 and "not the passphrase; 2 tries left" in said.stdout, f"a wrong passphrase: {said}")
        vm.expect(r"this is not the passphrase; 2 tries left", 20)
        vm.expect(UNLOCK_PROMPT, 20)
        vm.sendline("wrong")
        vm.expect(r"this is not the passphrase; 1 try left", 60)
        said = vm.ssh_prompted("root", self.key, "disk: ", f"{self.passphrase}\n", "-tt")
        require(said.returncode == 0 and "the disk is unlocked" in said.stdout and self.passphrase not in said.stdout, f"unlocking: {said}")
        return key

    def _was_unlocked_over_ssh(self, key):
        """Nothing of it is left but a line in the log; its host key is what the installation told, and not the system's."""
        told = self.root("grep unlock_key /var/lib/jefelinux/journal.jsonl", check=False)
        require(key in told, f"while it was locked the host key was {key}, the installation told {told}")
        require(key != self.vm.host_key(60), f"the locked computer had the host key of the system, {key}")
        left = self.root("pidof dropbear; ls /run/jefe/over /run/jefe/answer; mount | grep -c devpts", check=False)
        require(left == "1\n", f"left of it: {left}")
        said = self.root("dmesg | grep \"jefe: \"", check=False)
        require("Pubkey auth succeeded" in said, f"the kernel's log does not say who unlocked: {said}")

    def login(self):
        seconds = self.vm.wait_ssh("ana", self.key, BOOT)
        print(f"# login by SSH {seconds:.0f} s after power-on", flush=True)
        key = self.ssh("ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub").split()[1]
        told = self.root("grep host_key /var/lib/jefelinux/journal.jsonl", check=not self.copied)
        require(not told if self.copied else key in told, f"the host key is {key}, the installation told {told}")

    def ssh(self, command, timeout=SLOW_COMMAND, check=True):
        answer = self.vm.ssh("ana", self.key, command, timeout)
        if check and answer.returncode != 0:
            raise Failed(f"{command}: exit code {answer.returncode}\n{answer.stdout}{answer.stderr}")
        return answer.stdout

    def root(self, command, timeout=SLOW_COMMAND, check=True):
        """A command as root; single quotes are not for the command."""
        return self.ssh(f"{ESCALATE[self.base]} sh -c '{command}'", timeout, check)

    def audit(self):
        self.root("until [ -e /run/openrc/started/jefe ]; do sleep 1; done", BOOT)  # the last service; before, not all is known
        answer = self.vm.ssh("ana", self.key, f"{ESCALATE[self.base]} /usr/sbin/jefe-setup audit", SLOW_COMMAND)
        (self.folder / "audit.txt").write_text(answer.stdout + answer.stderr)
        print(f"# {(answer.stdout.strip().splitlines() or ['no output'])[-1]}", flush=True)
        failures = [line for line in answer.stdout.splitlines() if re.match(r"\s*FAIL\b", line, re.I)]
        require(answer.returncode == 0 and not failures and f"audit: {self.level}:" in answer.stdout,
                f"audit: exit code {answer.returncode}\n" + "\n".join(failures or [answer.stdout[-2000:] + answer.stderr]))

    def harden(self, level, options=""):
        """Another level, by the same program on the running system, confirmed over a new connection. What it cannot reach without a
        restart is pending."""
        answer = self.vm.ssh("ana", self.key, f"{ESCALATE[self.base]} /usr/sbin/jefe-setup harden --level {level} {options}", SLOW_COMMAND)
        (self.folder / f"harden-{level}.txt").write_text(answer.stdout + answer.stderr)
        require(answer.returncode == 0, f"harden: exit code {answer.returncode}\n{answer.stdout[-3000:]}{answer.stderr}")
        self.vm.hang_up()
        if "harden --confirm" in answer.stdout:
            self.root("/usr/sbin/jefe-setup harden --confirm")
        self.level = level

    def audit_notices(self, only=""):
        """Everything that is right, or what starts with the name, is broken once; see flip.c. On Alpine it needs the C library that jefe-setup brings along."""
        subprocess.run(["make", "-s", "-C", ROOT / "build", "tests/vm/flip"], check=True)
        self.vm.ssh("ana", self.key, f"{ESCALATE[self.base]} sh -c 'base64 -d >/opt/flip && chmod 755 /opt/flip'", SLOW_COMMAND, base64.b64encode(FLIP.read_bytes()).decode())
        run = "/opt/flip" if self.base != "alpine" else "/opt/jefe/lib/ld-linux-x86-64.so.2 --library-path /opt/jefe/lib /opt/flip"
        answer = self.vm.ssh("ana", self.key, f"{ESCALATE[self.base]} {run} / {only}", 1200)
        (self.folder / "flip.txt").write_text(answer.stdout + answer.stderr)
        print(f"# {(answer.stdout.strip().splitlines() or ['no output'])[-1]}", flush=True)
        require(answer.returncode == 0, f"flip: exit code {answer.returncode}\n{answer.stdout}{answer.stderr}")

    def records_and_bans(self):
        """A write to the shadow file is recorded; wrong keys and wrong passwords, each from an address of its own in a network namespace,
        ban these two, and nobody else."""
        rules = self.root("auditctl -l")
        require(rules.count("-F key=jefe-") > 20, f"the kernel holds few audit rules: {rules}")
        self.root("true >>/etc/shadow")
        found = self.root("for i in 1 2 3 4 5; do grep -ah jefe-identity /var/log/audit/audit.log | grep SYSCALL && break; sleep 1; done", check=False)
        require("jefe-identity" in found, "no record of a write to /etc/shadow")
        self.root("ip netns add guess && ip link add guess0 type veth peer name eth0 netns guess && ip address add 10.99.0.1/24 dev guess0 && "
                  "ip link set guess0 up && ip -n guess address add 10.99.0.2/24 dev eth0 && ip -n guess address add 10.99.0.3/24 dev eth0 && "
                  "ip -n guess link set eth0 up && ssh-keygen -q -t ed25519 -N \"\" -f /run/guess && "
                  "printf \"#!/bin/sh\\necho wrong\\n\" >/opt/wrong && chmod 755 /opt/wrong")
        self.root("for i in $(seq 60); do [ ! -S /run/jefe-bans.sock ] || break; sleep 1; done")
        self._guess("10.99.0.2", "-i /run/guess -o IdentitiesOnly=yes -o BatchMode=yes ana@10.99.0.1")
        self.root("jefe-setup harden --set auth.ssh_keys_only=off --confirm-within 0")
        self._guess("10.99.0.3", "-o PreferredAuthentications=password bob@10.99.0.1")
        self.root("jefe-setup harden --set auth.ssh_keys_only=default --confirm-within 0")
        self.root("ip netns del guess; ip link del guess0; rm -f /run/guess /run/guess.pub /opt/wrong; nft flush set inet jefe banned4", check=False)

    def _guess(self, address, options):
        """Three attempts to log in from an address, which is banned then."""
        self.root("for i in 1 2 3; do SSH_ASKPASS=/opt/wrong SSH_ASKPASS_REQUIRE=force ip netns exec guess timeout 60 ssh -F /dev/null "
                  f"-b {address} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null {options} true; done", check=False)
        banned = self.root(f"for i in $(seq 60); do nft list set inet jefe banned4 | grep {address} && break; sleep 1; done", check=False)
        log = self.root("grep -aE \"sshd|fail2ban\" /var/log/messages | tail -n 20")
        require(address in banned, f"who guesses from {address} is not banned:\n{log}")

    # Daemons and their profiles, by the end of their program's path; BusyBox's are known by their labels alone.
    CONFINED = {"sshd": "jefe-sshd", "chronyd": "jefe-chronyd", "auditd": "jefe-auditd", "cron": "jefe-cron"}

    def profiles_confine(self):
        """Daemons run in their profiles, work, and are denied nothing they need; what is not theirs is denied and recorded."""
        labels = self.root('for p in /proc/[0-9]*; do echo "$(readlink $p/exe) $(cat $p/attr/apparmor/current)"; done 2>/dev/null')
        for program, profile in self.CONFINED.items():
            found = {line.partition(" ")[2] for line in labels.splitlines() if line.split(" ")[0].endswith(f"/{program}")}
            require(found == {f"{profile} (enforce)"}, f"{program}: {found}\n{labels}")
        for profile in ("jefe-syslogd", "jefe-klogd"):
            require(f"/busybox {profile} (enforce)\n" in labels, f"nothing runs in {profile}\n{labels}")
        self._profiles_are_from_the_installation()
        self._daemons_work()
        self._denied_is_recorded()

    def _profiles_are_from_the_installation(self):
        """Compiling takes longer than everything else of a start: no start does it."""
        compiled = self.root("find /var/cache/apparmor -type f -name \"jefe-*\"").split()
        since = self.root("find /var/cache/apparmor -type f -newermt @$(grep btime /proc/stat | cut -c7-)").split()
        require(compiled and not since, f"compiled: {compiled}; by this start: {since}")

    def _daemons_work(self):
        session = self.ssh("cat /proc/self/attr/apparmor/current").strip()
        require(session == "unconfined", f"a login runs as {session}")
        copied = self.vm.copy("ana", self.key, self.key.with_suffix(".pub"), "copied")
        require(copied.returncode == 0, f"sftp: {copied.stderr}")
        require(self.ssh("cat copied").strip() == self.public_key(), "a file copied by sftp is not the same")
        self.root("rc-service ssh reload && rc-service chrony restart && rc-service cron restart && rc-service busybox-klogd restart")
        self.root("kill -USR1 $(cat /run/auditd.pid); logger said-by-logger; echo said-by-kernel >/dev/kmsg; sleep 2")
        said = self.root("cat /var/log/messages")
        require("said-by-logger" in said and "said-by-kernel" in said, f"the system log lacks what was said:\n{said[-500:]}")
        require("jefe-cron" in self.root("cat /proc/$(cat /run/crond.pid)/attr/apparmor/current"), "cron came back without its profile")

    def _denied_is_recorded(self):
        """One denial is provoked, and it is the only one of all since the start."""
        stolen = self.root("/usr/libexec/jefelinux/confine jefe-syslogd /bin/busybox cat /etc/shadow", check=False)
        require("root:" not in stolen, "a process in the profile of the system log has read /etc/shadow")
        records = self.root("cat /var/log/audit/audit.log*").splitlines()
        denials = [line for line in records if 'apparmor="DENIED"' in line]
        strange = [line for line in denials if 'profile="jefe-syslogd" name="/etc/shadow"' not in line]
        require(len(denials) > len(strange), "the denial is not recorded")
        require(not strange, "denied in normal operation:\n" + "\n".join(strange))
        killed = [line for line in records if "type=SECCOMP msg=" in line]
        require(not killed, "killed for a system call:\n" + "\n".join(killed))

    def no_secrets(self):
        """Neither the files of the running system, nor its disk, nor a log of the machine holds what was typed or answered."""
        canary = "a canary that the search must find"
        self.ssh(f"echo {canary} >/tmp/canary")
        secrets = [*filter(None, (self.encrypted and self.passphrase, self.password, self.pin))]
        found = self.vm.ssh("ana", self.key, f"{ESCALATE[self.base]} grep -rlFs -f - /boot /etc /home /opt /root /run /tmp /var",
                            SLOW_COMMAND, "\n".join([*secrets, canary, ""]))
        require(found.stdout.split() == ["/tmp/canary"],
                f"a secret in files of the installed system, or nothing found: {found.stdout}{found.stderr}")
        self.power_off()
        for path in [self.disk.path, *self.folder.glob("*.log")]:
            offset = find_bytes(path, *(secret.encode() for secret in (self.passphrase, self.password, self.pin) if secret))
            require(offset < 0, f"{path}: a secret at byte {offset}")

    def bring(self, folder, target):
        """A folder of ours becomes one of the machine, which everybody there may read; here it is gone."""
        archive = folder.with_suffix(".tar")
        subprocess.run(["tar", "-C", folder, "--owner=0", "--group=0", "-cf", archive, "."], check=True)
        copied = self.vm.copy("ana", self.key, archive, archive.name, SLOW_COMMAND)
        require(copied.returncode == 0, f"sftp: {copied.stderr}")
        self.root(f"mkdir {target} && tar -C {target} -xf /home/ana/{archive.name} && rm /home/ana/{archive.name} && chmod -R a+rX {target}")
        archive.unlink()
        shutil.rmtree(folder)

    def menu_kernels(self):
        """The versions that the boot menu offers, the one that starts by itself first."""
        return re.findall(r"^menuentry 'JefeLinux, Linux ([^', ]+)'", self.root("cat /boot/grub/grub.cfg"), re.M)

    def power_off(self):
        """An orderly shutdown, so that everything the system would ever write is on its disk."""
        self.vm.ssh("ana", self.key, f"{ESCALATE[self.base]} poweroff", 60)
        self.vm.wait_off(BOOT)

