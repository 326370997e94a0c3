#!/usr/bin/env python3
"""What must be refused or survived, in one live system: wrong disks, broken payloads, an end in the middle."""
import re

from flow import INSTALL, LIVE, Installation, require
from vm import Disk

pc = Installation("bad-input", encrypted=True, memory=2048)
DISK, OTHER = "/dev/vda", "/dev/vdb"


def start():
    """A live system with two empty disks, and the answer file on the medium it knows."""
    other = Disk(pc.folder / "other.qcow2", serial="JEFETEST2")
    pc.machine("live", live=True, disks=[other])
    pc.menu()
    pc.vm.open_shell(LIVE)
    shell("mkdir -p /tmp/test && cat /sys/block/vd?/serial")


def shell(command, timeout=120, code=0):
    """The output of a command that must end with this exit code."""
    found, output = pc.vm.shell(command, timeout)
    require(found == code, f"{command}: exit code {found}, not {code}\n{output}")
    return output


def install(text, code=None, payload=None, timeout=INSTALL):
    """Run the engine with this answer file; what it says. Code None: anything but 0."""
    shell(f"cat >/tmp/test/answers.yaml <<'END'\n{text}\nEND\nchmod 600 /tmp/test/answers.yaml")
    found, output = pc.vm.shell("jefe-setup install /tmp/test/answers.yaml 2>&1", timeout)
    require(found != 0 if code is None else found == code, f"install: exit code {found}\n{output}")
    return output


def untouched():
    """No disk was written: the first MiB of both is still empty."""
    for disk in (DISK, OTHER):
        shell(f"cmp -n 1048576 {disk} /dev/zero")


def nothing_held():
    """No mount, mapping or loop of the engine is left."""
    left = shell("grep -E '/run/jefe/target|/dev/(vd|mapper/)' /proc/mounts; ls /dev/mapper | grep -v control; "
                 "losetup -a | grep -v live.squashfs; true")
    require(not left.strip(), f"still held:\n{left}")


def incomplete():
    name = shell(f"blkid -s PARTLABEL -o value {DISK}4").strip()
    require(name == "jefe-incomplete", f"the root partition is called {name!r}, not jefe-incomplete")


def two_match():
    output = install(pc.answers(serial="JEFETEST*"))
    require(re.search(r"2|two", output) and "vda" in output and "vdb" in output, f"does not name both disks:\n{output}")
    untouched()


def wrong_serial():
    output = install(pc.answers(serial="NOSUCH"))
    require("JEFETEST1" in output or "NOSUCH" in output, f"does not name the serial number:\n{output}")
    untouched()


def no_authorisation():
    output = install(pc.answers(erase="none"), code=3)
    require("erase" in output, f"does not say what is missing:\n{output}")
    untouched()


def mounted():
    shell(f"mke2fs -q -F {DISK} && mkdir -p /tmp/test/held && mount {DISK} /tmp/test/held && echo kept >/tmp/test/held/file")
    output = install(pc.answers())
    require("/tmp/test/held" in output or "mounted" in output, f"does not name the holder:\n{output}")
    shell(f"grep -q kept /tmp/test/held/file && umount /tmp/test/held && dd if=/dev/zero of={DISK} bs=1M count=8 2>/dev/null")


def broken_medium(change):
    """Change what the medium holds, below a mount that only we see; the engine reads /run/jefe/medium."""
    shell("mkdir -p /tmp/test/payload && cp /run/jefe/medium/payload/manifest.* /tmp/test/payload/ && "
          "cp /run/jefe/medium/payload/rootfs.tar.zst /tmp/test/payload/", 300)
    shell(f"cd /tmp/test/payload && {change}")
    shell("mount --bind /tmp/test/payload /run/jefe/medium/payload")


def whole_medium():
    shell("umount /run/jefe/medium/payload && rm -rf /tmp/test/payload")


def missing_signature():
    broken_medium("rm manifest.sig")
    output = install(pc.answers())
    whole_medium()
    require("manifest.sig" in output or "signature" in output, f"does not name the signature:\n{output}")
    untouched()


def changed_manifest():
    broken_medium("sed -i s/amd64/arm64/ manifest.json; echo >>manifest.json")
    output = install(pc.answers())
    whole_medium()
    require("manifest.sig: made by none of the" in output, f"does not say that the signature is wrong:\n{output}")
    untouched()


def flipped_bit():
    broken_medium("printf X | dd of=rootfs.tar.zst bs=1 seek=20000000 conv=notrunc 2>/dev/null")
    output = install(pc.answers(), 1)
    whole_medium()
    require(re.search(r"hash|SHA-256|damaged|corrupt|checksum|differs", output, re.I), f"does not say that the payload is wrong:\n{output}")
    nothing_held()
    incomplete()


def stopped():
    """SIGTERM in the middle of the extraction."""
    shell("jefe-setup install /tmp/test/answers.yaml >/tmp/test/log 2>&1 & echo $! >/tmp/test/pid; "
          "for i in $(seq 200); do df /run/jefe/target 2>/dev/null | grep -q /dev/mapper && "
          "[ $(df -m /run/jefe/target | tail -n 1 | tr -s ' ' | cut -d' ' -f3) -gt 60 ] && break; sleep 1; done; "
          "kill -TERM $(cat /tmp/test/pid); for i in $(seq 60); do kill -0 $(cat /tmp/test/pid) 2>/dev/null || break; sleep 1; done; "
          "cat /tmp/test/log", 400)
    shell("! kill -0 $(cat /tmp/test/pid) 2>/dev/null")
    nothing_held()
    incomplete()


def second_time():
    install(pc.answers(finish="stay"), 0)
    nothing_held()
    shell(f"blkid -s PARTLABEL -o value {DISK}4 | grep -x root")
    pc.stop()
    pc.boot()


pc.run([
    ("the live system starts", start),
    ("two disks that match are refused", two_match),
    ("a serial number that no disk has is refused", wrong_serial),
    ("without the authorisation nothing is erased", no_authorisation),
    ("a mounted disk is refused and its holder named", mounted),
    ("a missing signature is refused before anything is erased", missing_signature),
    ("a changed manifest is refused before anything is erased", changed_manifest),
    ("a flipped bit in the payload leaves an installation that does not look finished", flipped_bit),
    ("SIGTERM in the extraction releases everything", stopped),
    ("the next installation works, and starts", second_time),
])
