"""cast.py FILE TEXT...: FILE is an asciicast of version 2, closed to others, with times that grow, and shows every TEXT."""
import json
import os
import re
import sys

path, texts = sys.argv[1], sys.argv[2:]
if os.stat(path).st_mode & 0o077:
    sys.exit(f"{path} can be read by others")
with open(path, encoding="utf-8") as file:
    header, *events = [json.loads(line) for line in file]
if header["version"] != 2 or header["width"] != 80 or header["height"] != 24:
    sys.exit(f"{path}: header {header}")
times = [event[0] for event in events]
if not events or times != sorted(times) or times[-1] > 600:
    sys.exit(f"{path}: times {times}")
shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", "".join(event[2] for event in events if event[1] == "o"))
for text in texts:
    if text not in shown:
        sys.exit(f"{path}: \"{text}\" is not shown in it")
