#!/usr/bin/env python3
"""The folder of --target netboot on a web server: the iPXE of a network card starts the wizard of a machine without a medium."""
import functools
import http.server
import os
import pathlib
import shutil
import sys
import threading

from flow import LIVE, WORK, build, run_steps, skip_all
from vm import VM

FOLDER = WORK / "netboot"
NET = FOLDER / "net"
# The base whose ISO was made last: nothing but the folder is left to make.
BASE = next((base for base in ("alpine", "debian") if (pathlib.Path(os.environ.get("JEFE_ISO_FOLDER", WORK)) / f"{base}.iso").exists()), None)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def make():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    build(BASE, NET, "--target", "netboot")


def start(firmware):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(NET)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://10.0.2.2:{server.server_address[1]}/boot.ipxe"
    with VM(f"netboot-{firmware}", FOLDER, firmware=firmware, memory=2560, netboot=url) as vm:
        vm.expect(r"Press 1, 2 or 3: ", LIVE)
        print(f"# first page after {vm.seconds():.0f} s", flush=True)
    server.shutdown()


if not BASE:
    skip_all("no ISO was made")
code = run_steps("netboot", [("a folder is made", make), ("the wizard starts from it, by BIOS", lambda: start("bios")),
                             ("the wizard starts from it, by UEFI", lambda: start("uefi"))])
shutil.rmtree(NET, ignore_errors=True)
sys.exit(code)
