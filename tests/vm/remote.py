#!/usr/bin/env python3
"""Into the live system by SSH: with a key that the kernel line names, then by a password typed in the wizard, and closed again."""
import functools
import http.server
import os
import re
import shutil
import subprocess
import threading

from flow import BOOT, LIVE, Installation, require

pc = Installation("remote")
WEB = pc.folder / "web"
PASSWORD = "correct-horse-11"
NUMBER = r"Number(?:, or Enter for [^:]*)?: "


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def choose(title):
    """In line mode: the number of an action on the page that comes next."""
    pc.vm.sendline(pc.vm.expect(rf"(?s)(\d+): {re.escape(title)}\..*?{NUMBER}", 60)[1])


def by_password(password):
    """What a command says by SSH, without a key."""
    answer = subprocess.run(["dbclient", "-y", "-p", str(pc.vm.ssh_port), "root@127.0.0.1", "cat /etc/hostname"], stdin=subprocess.DEVNULL,
                            env={**os.environ, "DROPBEAR_PASSWORD": password, "HOME": str(pc.folder)}, capture_output=True, text=True, timeout=120)
    return answer.stdout.strip()


def key_of_kernel_line():
    WEB.mkdir(exist_ok=True)
    (WEB / "keys").write_text(pc.public_key() + "\n")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(WEB)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pc.machine("live", live=True)
    pc.menu(f"jefe.remote=http://10.0.2.2:{server.server_address[1]}/keys")
    print(f"# let in {pc.vm.wait_ssh('root', pc.key, BOOT):.0f} s after power-on", flush=True)
    server.shutdown()
    shutil.rmtree(WEB)
    require(by_password(PASSWORD) == "", "a password lets in, too")


def works_from_afar():
    """What one would do there: look at the machine, plan an installation, see what can be repaired."""
    run = functools.partial(pc.vm.ssh, "root", pc.key, timeout=120)
    require('"vda"' in run("jefe-setup probe").stdout, "no disk is found")
    planned = run("cat >/tmp/answers.yaml; jefe-setup plan /tmp/answers.yaml", stdin=pc.answers())
    require("Unpack" in planned.stdout, f"no plan: {planned.stdout}{planned.stderr}")
    told = run("jefe-setup remote").stdout
    key = subprocess.run(["ssh-keyscan", "-p", str(pc.vm.ssh_port), "-t", "ed25519", "127.0.0.1"], capture_output=True, text=True).stdout
    shown = subprocess.run(["ssh-keygen", "-lf", "-"], input=key, capture_output=True, text=True).stdout.split()[1]
    require("ssh root@10.0.2." in told and shown in told, f"{told} but {shown}")
    return shown


def page_lets_in():
    """The first page tells the host key; the page closes, and lets in by a password that is typed twice."""
    shown = works_from_afar()
    pc.vm.expect(r"Press 1, 2 or 3: ", LIVE)
    pc.vm.send("1")
    pc.vm.expect(rf"SSH: open, host key {re.escape(shown)}", 60)
    choose("Other tasks")
    choose("Let in by SSH")
    choose("Close again")
    pc.vm.expect(r"Press Enter to go back", 30)
    pc.vm.hang_up()
    require(pc.vm.ssh("root", pc.key, "true", fresh=True).returncode != 0, "closed, and the key gets in")
    pc.vm.sendline()
    pc.vm.expect(r"SSH keys from \[\]: ", 60)
    pc.vm.sendline()
    choose("Let in by password")
    for _ in range(2):
        pc.vm.expect(r"(?i)password[^\r\n]*: ", 30)
        pc.vm.sendline(PASSWORD)
    pc.vm.expect(r"Lets in: 0 keys, a password", 60)
    require(by_password(PASSWORD) != "" and by_password(PASSWORD + "2") == "", "the password does not let in, or another one does, too")
    require(pc.vm.ssh("root", pc.key, "true", fresh=True).returncode != 0, "the key still gets in")
    for log in pc.folder.glob("*.log"):
        require(PASSWORD.encode() not in log.read_bytes(), f"{log}: the password")


pc.run([
    ("a key that the kernel line names gets in, when the live system has started", key_of_kernel_line),
    ("its host key is the one that is shown; the wizard closes it, and lets in by password", page_lets_in),
])
