"""Binary keymaps as loadkmap reads them, with what differs between a US and a German keyboard: keymaps.py DIRECTORY"""
import pathlib
import struct
import sys

ROWS = {2: "1234567890-=", 16: "qwertyuiop[]", 30: "asdfghjkl;'`", 43: "\\zxcvbnm,./"}
SHIFTED = {2: "!@#$%^&*()_+", 16: "QWERTYUIOP{}", 30: "ASDFGHJKL:\"~", 43: "|ZXCVBNM<>?"}
GERMAN = {12: "ß", 13: "´", 21: "z", 26: "ü", 27: "+", 39: "ö", 40: "ä", 41: "^", 43: "#", 44: "y", 53: "-", 86: "<"}
GERMAN_SHIFTED = {3: "\"", 4: "§", 7: "&", 8: "/", 9: "(", 10: ")", 11: "=", 12: "?", 13: "`", 21: "Z", 26: "Ü", 27: "*",
                  39: "Ö", 40: "Ä", 41: "°", 43: "'", 44: "Y", 51: ";", 52: ":", 53: "_", 86: ">"}
GERMAN_ALT = {8: "{", 9: "[", 10: "]", 11: "}", 12: "\\", 16: "@", 27: "~", 86: "|"}


def keys(rows, changed=()):
    """Key numbers with what they type."""
    typed = {57: " "}
    for first, row in rows.items():
        typed.update(enumerate(row, first))
    typed.update(changed)
    return typed


def keymap(plain, shifted, alt):
    """The file: magic, which of 256 maps follow, and their 128 symbols each."""
    maps = [plain, shifted, alt]
    data = b"bkeymap" + bytes(number < len(maps) for number in range(256))
    for typed in maps:
        data += b"".join(struct.pack("<H", ord(typed[key]) if key in typed else 0) for key in range(128))
    return data


directory = pathlib.Path(sys.argv[1])
directory.mkdir(exist_ok=True)
(directory / "us.bmap").write_bytes(keymap(keys(ROWS), keys(SHIFTED), {}))
(directory / "de.bmap").write_bytes(keymap(keys(ROWS, GERMAN), keys(SHIFTED, GERMAN_SHIFTED), GERMAN_ALT))
