"""A machine in QEMU for the tests and the demo: serial line, screen, keyboard, disks, SSH. No dependencies.

    with VM("example", folder, cdrom="jefe.iso", disks=[Disk("disk.qcow2", size="4G")]) as vm:
        vm.expect(r"login: ", 120)
        vm.sendline("root")

Leaving the block by an exception saves the screen (PNG) and the serial log below folder and shows the last serial lines.
"""

import base64
import codecs
import collections
import contextlib
import gzip
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

OVMF = pathlib.Path("/usr/share/OVMF")

# What may stand between two halves of a line we look for: kernel messages, terminal control sequences.
NOISE = re.compile(r"\[ *\d+\.\d{6}\][^\n]*\n|\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x1b[=>78]")
PARTIAL_NOISE = re.compile(r"(\[ *\d*\.?\d{0,6}|\[ *\d+\.\d{6}\][^\n]*|\x1b([\[()][0-9;?]*)?)\Z")

SHIFTED = dict(zip('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./"))
KEY_NAMES = {
    " ": "spc", "\n": "ret", "\t": "tab", "\b": "backspace", "\x1b": "esc", "`": "grave_accent", "-": "minus", "=": "equal",
    "[": "bracket_left", "]": "bracket_right", "\\": "backslash", ";": "semicolon", "'": "apostrophe", ",": "comma", ".": "dot",
    "/": "slash",
}

# path: image file, made when it is missing; bus: virtio, sata, nvme or usb; snapshot: leave the image as it is.
Disk = collections.namedtuple("Disk", "path size bus serial format snapshot", defaults=("6G", "virtio", "JEFETEST1", "qcow2", False))


class VMError(Exception):
    """Something did not happen in time, or QEMU ended."""


def key_chord(character):
    """The QEMU key names that type one character on a US keyboard."""
    if character in SHIFTED:
        return ["shift"] + key_chord(SHIFTED[character])
    if character.isupper():
        return ["shift", character.lower()]
    return [KEY_NAMES.get(character, character)]


def ppm_to_png(ppm):
    """A binary PPM (P6, 8 bit) as PNG bytes."""
    header = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", ppm)
    width, height = int(header[1]), int(header[2])
    pixels, stride = ppm[header.end():], 3 * width
    rows = b"".join(b"\0" + pixels[y * stride:(y + 1) * stride] for y in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b""))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def connect(path):
    """A connection to a socket of QEMU, whose name appears a moment before it listens."""
    for _ in range(100):
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
            return connection
        except ConnectionRefusedError:
            connection.close()
            time.sleep(0.05)
    raise VMError(f"QEMU does not listen on {path}")


class Line:
    """One serial line of the machine. A thread reads it all the time, so that the guest never waits for us."""

    def __init__(self, path):
        self.socket = connect(path)
        self.text, self.position, self.pending, self.closed = "", 0, "", False
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            try:
                data = self.socket.recv(65536)
            except OSError:
                data = b""
            with self.changed:
                self.pending = NOISE.sub("", self.pending + self.decoder.decode(data))
                held = PARTIAL_NOISE.search(self.pending) if data else None
                end = held.start() if held else len(self.pending)
                self.text += self.pending[:end]
                self.pending = self.pending[end:]
                self.closed = not data
                self.changed.notify_all()
            if not data:
                return

    def wait(self, pattern, timeout):
        """The match of pattern in what came since the last match, or None."""
        pattern, deadline = re.compile(pattern), time.monotonic() + timeout
        with self.changed:
            while True:
                match = pattern.search(self.text, self.position)
                if match:
                    self.position = match.end()
                    return match
                left = deadline - time.monotonic()
                if left <= 0 or self.closed:
                    return None
                self.changed.wait(left)

    def forget(self):
        """What came so far is no answer to what is waited for next."""
        with self.changed:
            self.position = len(self.text)

    def send(self, text):
        self.socket.sendall(text.encode())

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)

    def tail(self, lines):
        return [line.rstrip() for line in self.text.split("\n") if line.strip()][-lines:]


class VM:
    """One QEMU process. Everything that waits has a timeout in seconds."""

    def __init__(self, name, folder, *, firmware="bios", memory=1536, disks=(), cdrom=None, kernel=None, initrd=None, append=None,
                 boot=None, netboot=None, variables=None, accelerator="tcg,thread=multi", tpm=None, key_port=False, extra=()):
        self.name, self.folder = name, pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.run = pathlib.Path(tempfile.mkdtemp(prefix="vm-"))
        self.ssh_port = free_port()
        self.started = time.monotonic()
        self.serial = self.second = self.process = self.qmp_file = None
        self.arguments = ["qemu-system-x86_64", "-accel", accelerator, *self._arguments(firmware, memory, variables, boot),
                          *self._network(netboot)]
        for number, disk in enumerate(disks):
            self.arguments += self._disk(number, disk)
        if cdrom:
            self.arguments += ["-drive", f"if=none,id=cd,media=cdrom,readonly=on,file={cdrom}", "-device", "ide-cd,bus=ide.5,drive=cd,bootindex=0"]
        for option, value in (("-kernel", kernel), ("-initrd", initrd), ("-append", append)):
            if value:
                self.arguments += [option, str(value)]
        self.tpm, self.tpm_process = tpm, None
        if tpm:
            self.arguments += ["-chardev", f"socket,id=tpm,path={self.run}/tpm", "-tpmdev", "emulator,id=tpm,chardev=tpm",
                               "-device", "tpm-tis,tpmdev=tpm"]
        if key_port:
            self.arguments += ["-chardev", f"socket,id=key,path={self.run}/key,server=on,wait=off", "-device", "usb-redir,chardev=key,bus=usb.0"]
        self.arguments += list(extra)

    def _arguments(self, firmware, memory, variables, boot):
        # With 5-level page tables QEMU 7.2 runs static programs wrongly: BusyBox aborts in _dl_get_origin.
        line = ["-name", self.name, "-machine", "q35", "-cpu", "max,la57=off,svm=off",
                "-smp", "1", "-m", str(memory), "-nodefaults", "-no-user-config", "-display", "none", "-vga", "std",
                "-device", "virtio-rng-pci", "-device", "qemu-xhci,id=usb",
                "-qmp", f"unix:{self.run}/qmp,server=on,wait=off"]
        for port in ("serial", "second"):
            line += ["-chardev", f"socket,id={port},path={self.run}/{port},server=on,wait=off,logfile={self.folder}/{self.name}.{port}.log",
                     "-serial", f"chardev:{port}"]
        if boot:
            line += ["-boot", boot]
        if firmware == "uefi":
            variables = variables or self.folder / f"{self.name}.vars.fd"
            if not os.path.exists(variables):
                shutil.copy(OVMF / "OVMF_VARS_4M.fd", variables)
            line += ["-drive", f"if=pflash,format=raw,readonly=on,file={OVMF}/OVMF_CODE_4M.fd",
                     "-drive", f"if=pflash,format=raw,file={variables}"]
        return line

    def _network(self, netboot):
        """netboot: what DHCP tells the iPXE of the network card to fetch and run."""
        forward = f"user,id=net,hostfwd=tcp:127.0.0.1:{self.ssh_port}-:22"
        if netboot:
            return ["-netdev", f"{forward},bootfile={netboot}", "-device", "virtio-net-pci,netdev=net,bootindex=0"]
        return ["-netdev", forward, "-device", "virtio-net-pci,netdev=net,romfile="]

    @staticmethod
    def _disk(number, disk):
        if not os.path.exists(disk.path):
            subprocess.run(["qemu-img", "create", "-q", "-f", disk.format, str(disk.path), disk.size], check=True)
        snapshot = ",snapshot=on" if disk.snapshot else ""
        drive = f"if=none,id=disk{number},format={disk.format},file={disk.path},cache=unsafe{snapshot}"
        device = {"virtio": "virtio-blk-pci", "sata": f"ide-hd,bus=ide.{number}", "nvme": "nvme", "usb": "usb-storage,bus=usb.0,removable=on"}[disk.bus]
        return ["-drive", drive, "-device", f"{device},drive=disk{number},serial={disk.serial},bootindex={number + 1}"]

    # Life

    def _start_tpm(self):
        """swtpm, whose memory is the folder; it ends with QEMU."""
        pathlib.Path(self.tpm).mkdir(exist_ok=True)
        with open(self.folder / f"{self.name}.tpm.log", "wb") as log:
            self.tpm_process = subprocess.Popen(["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.tpm}", "--terminate",
                                                 "--ctrl", f"type=unixio,path={self.run}/tpm"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while not (self.run / "tpm").exists():
            if self.tpm_process.poll() is not None or time.monotonic() > deadline:
                raise VMError(f"swtpm did not start: {self.folder}/{self.name}.tpm.log")
            time.sleep(0.05)

    def start(self):
        if self.tpm:
            self._start_tpm()
        self.started = time.monotonic()
        with open(self.folder / f"{self.name}.qemu.log", "wb") as log:
            self.process = subprocess.Popen(self.arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for path in ("serial", "second", "qmp"):
            self._wait_for_socket(self.run / path)
        try:
            self._connect()
        except (OSError, ValueError):
            raise self._not_started() from None
        return self

    def _connect(self):
        self.serial, self.second = Line(self.run / "serial"), Line(self.run / "second")
        connection = connect(self.run / "qmp")
        connection.settimeout(30)
        self.qmp_file = connection.makefile("rw")
        self.qmp_file.readline()
        self.qmp("qmp_capabilities")

    def _not_started(self):
        log = (self.folder / f"{self.name}.qemu.log").read_text(errors="replace")
        return VMError(f"QEMU did not start: {log.strip()}")

    def _wait_for_socket(self, path):
        deadline = time.monotonic() + 20
        while not path.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise self._not_started()
            time.sleep(0.05)

    def stop(self):
        """End QEMU whatever it does; the disk images are usable afterwards."""
        self.hang_up()
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.tpm_process:
            self.tpm_process.terminate()
            self.tpm_process.wait()
        shutil.rmtree(self.run, ignore_errors=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, kind, error, trace):
        if isinstance(error, Exception):
            self.report()
        self.stop()

    def wait_off(self, timeout):
        """Wait until the machine powered itself off."""
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise VMError(f"{self.name}: still running after {timeout} s") from None

    def seconds(self):
        """Since power-on."""
        return time.monotonic() - self.started

    def report(self):
        """Show what the machine did last, and keep a picture of its screen."""
        print(f"# {self.name}: last lines on the serial line ({self.folder}/{self.name}.serial.log):")
        for line in self.serial.tail(25) if self.serial else ():
            print(f"#   {line}")
        try:
            print(f"# screen: {self.screenshot('failure')}")
        except (VMError, OSError, ValueError) as error:
            print(f"# no picture of the screen: {error}")
        sys.stdout.flush()

    # Serial line

    def expect(self, pattern, timeout, line=None):
        """Wait for a regular expression behind the last match. Several patterns: name groups or test match[0]."""
        line = line or self.serial
        match = line.wait(pattern, timeout)
        if not match:
            why = "the machine went off" if line.closed else f"not within {timeout} s"
            raise VMError(f"{self.name}: {why}: {pattern!r}")
        return match

    def send(self, text):
        self.serial.send(text)

    def sendline(self, text=""):
        self.serial.send(text + "\r")

    def shell(self, command, timeout=60, line=None):
        """Run a command in the root shell on a serial line (see open_shell); its exit code and output."""
        line = line or self.second
        mark = f"{os.getpid():x}{time.monotonic_ns():x}"
        line.send(f"{{ {command}\n}} </dev/null; echo {mark} $?\n")
        match = self.expect(rf"(?s)(.*?){mark} (\d+)\r?\n", timeout, line)
        return int(match[2]), match[1].replace("\r", "")

    @contextlib.contextmanager
    def lent_serial(self):
        """The path of the first serial line's socket, for another program while the block runs."""
        self.serial.close()
        yield self.run / "serial"
        self.serial = Line(self.run / "serial")

    def open_shell(self, timeout=60):
        """From a root shell on the second virtual console (Alt-F2): give the second serial line a shell for shell()."""
        reader = "stty raw -echo min 1; mkdir /run/second && echo ready && sh 2>&1 | cat"  # mkdir: only one, however often we typed it
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if not self._switch_to_second_console():
                continue
            self.keys("ret")
            time.sleep(1)
            self.type(f"setsid sh -c '{reader}' <>/dev/ttyS1 >&0 2>&1 &\n")
            if self.second.wait(r"ready\r?\n", 15):
                self.keys("alt-f1")
                return
        raise VMError(f"{self.name}: no shell on the second console")

    def _switch_to_second_console(self):
        """Whether the picture changed: a machine that is still starting may not listen, and keys would go to the first console."""
        self.keys("alt-f1")
        time.sleep(1)
        before = self._picture()
        self.keys("alt-f2")
        time.sleep(2)
        after = self._picture()
        different = sum(a != b for a, b in zip(before[::97], after[::97]))
        return len(before) != len(after) or different * 97 > len(before) // 1000

    # Screen and keyboard

    def qmp(self, command, **arguments):
        self.qmp_file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.qmp_file.flush()
        while True:
            answer = json.loads(self.qmp_file.readline())
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise VMError(f"{self.name}: {command}: {answer['error']['desc']}")

    def keys(self, *chords):
        """Press keys by QEMU name: "ret", "alt-f2", "down"."""
        for chord in chords:
            keys = chord.split("-")
            # Down and up at once: send-key holds keys, and a guest that is slow just then would repeat them.
            self.qmp("input-send-event", events=[
                {"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": key}}}
                for down, order in ((True, keys), (False, keys[::-1])) for key in order])
            time.sleep(0.1)

    def type(self, text):
        """Type text on a US keyboard."""
        for character in text:
            self.keys("-".join(key_chord(character)))

    def screenshot(self, title):
        """The screen as PNG in the folder; returns its path."""
        png = self.folder / f"{self.name}.{title}.png"
        png.write_bytes(ppm_to_png(self._picture()))
        return png

    def _picture(self):
        ppm = self.run / "screen.ppm"
        self.qmp("screendump", filename=str(ppm))
        return ppm.read_bytes()

    def text_screen(self):
        """What stands on a screen in text mode, as before a kernel starts: 25 lines."""
        memory = self.run / "text"
        self.qmp("pmemsave", val=0xB8000, size=4000, filename=str(memory))
        text = memory.read_bytes()[::2].decode("cp437")
        return "\n".join(text[start:start + 80].rstrip() for start in range(0, len(text), 80))

    def screen(self, console=1, timeout=60):
        """The text on a virtual console, a list of lines, read through the root shell of open_shell()."""
        _, size = self.shell(f"stty size </dev/tty{console}", timeout)
        _, data = self.shell(f"gzip -c </dev/vcsu{console} | base64", timeout)
        cells = gzip.decompress(base64.b64decode(data)).decode("utf-32-le", "replace")
        columns = int(size.split()[1])
        return [cells[start:start + columns].rstrip() for start in range(0, len(cells), columns)]

    # Network

    def ssh(self, user, key, command, timeout=60, stdin=None, fresh=False):
        """Run a command by SSH; a CompletedProcess with text output. Commands share one connection until hang_up(), because a new one
        costs seconds; fresh: over one of its own."""
        socket_path = "none" if fresh else self._shared_connection(user, key)
        line = ["ssh", "-S", socket_path, "-p", str(self.ssh_port), *self._ssh_options(key), f"{user}@127.0.0.1", command]
        try:
            return subprocess.run(line, input=stdin if stdin is not None else "", capture_output=True, text=True, timeout=timeout)
        except subprocess.TimeoutExpired as error:
            return subprocess.CompletedProcess(line, 255, error.stdout or "", f"no end within {timeout} s")

    def ssh_lines(self, user, key, lines, *options, timeout=120):
        """Log in without a command and give these lines; a CompletedProcess with text output."""
        line = ["ssh", *options, "-p", str(self.ssh_port), *self._ssh_options(key), f"{user}@127.0.0.1"]
        return subprocess.run(line, input=lines, capture_output=True, text=True, timeout=timeout)

    def ssh_prompted(self, user, key, prompt, then, *options):
        """The same, but the lines follow when the prompt stands there; or this is called, and the session left to end by itself."""
        line = ["ssh", *options, "-p", str(self.ssh_port), *self._ssh_options(key), f"{user}@127.0.0.1"]
        with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as ssh:
            said = ""
            while not said.endswith(prompt):
                character = ssh.stdout.read(1)
                if not character:
                    raise VMError(f"{self.name}: no {prompt!r} but {said!r}")
                said += character
            if callable(then):
                then()
            else:
                ssh.stdin.write(then)
                ssh.stdin.flush()
            said += ssh.stdout.read()
        return subprocess.CompletedProcess(line, ssh.returncode, said, "")

    def host_key(self, timeout):
        """The fingerprint of the Ed25519 host key that SSH shows, as soon as it answers."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            found = subprocess.run(["ssh-keyscan", "-T", "10", "-t", "ed25519", "-p", str(self.ssh_port), "127.0.0.1"], capture_output=True, text=True)
            if found.stdout:
                shown = subprocess.run(["ssh-keygen", "-l", "-f", "-"], input=found.stdout, capture_output=True, text=True, check=True)
                return shown.stdout.split()[1]
            time.sleep(1)
        raise VMError(f"{self.name}: no SSH server answers within {timeout} s")

    def _shared_connection(self, user, key):
        """The socket of a connection that is open, or of none when there cannot be one: ssh then opens its own and says why not."""
        path = str(self.run / f"ssh-{user}")
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
        if subprocess.run(["ssh", "-S", path, "-O", "check", "guest"], **quiet).returncode != 0:
            try:
                subprocess.run(["ssh", "-fNM", "-S", path, "-p", str(self.ssh_port), "-o", "ServerAliveInterval=20", *self._ssh_options(key),
                                f"{user}@127.0.0.1"], timeout=60, **quiet)
            except subprocess.TimeoutExpired:
                pass
        return path

    def hang_up(self):
        """End the shared connections, before the machine goes away below them or to prove that a new one works."""
        for path in self.run.glob("ssh-*"):
            subprocess.run(["ssh", "-S", str(path), "-O", "exit", "guest"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)

    def copy(self, user, key, path, remote, timeout=60):
        """Copy a file to the machine by SFTP; a CompletedProcess with text output."""
        return subprocess.run(["scp", "-s", "-q", "-P", str(self.ssh_port), *self._ssh_options(key), str(path), f"{user}@127.0.0.1:{remote}"],
                              capture_output=True, text=True, timeout=timeout)

    @staticmethod
    def _ssh_options(key):
        options = ("BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR",
                   "ConnectTimeout=20")
        return ["-i", str(key), *(word for option in options for word in ("-o", option))]

    def wait_ssh(self, user, key, timeout):
        """Wait until a login by SSH works; returns the seconds since power-on."""
        deadline, answer = time.monotonic() + timeout, None
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise VMError(f"{self.name}: the machine went off before a login by SSH")
            answer = self.ssh(user, key, "true", 40, fresh=True)
            if answer.returncode == 0:
                return self.seconds()
            time.sleep(2)
        raise VMError(f"{self.name}: no login by SSH within {timeout} s: {answer.stderr.strip() if answer else ''}")
