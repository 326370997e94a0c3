#!/usr/bin/python3
"""A security key (FIDO2) in software, with one credential key and one secret in memory.

    security_key.py SOCKET [PIN [untouched]]    serves one caller after the other with the 64-byte reports of a key's HID device

In a machine it is a USB device at the end of QEMU's usb-redir: SecurityKey.plug(SOCKET). What it speaks is described in the specifications of
usbredir 0.7, USB HID 1.11 and CTAP 2.0 (CTAPHID, hmac-secret, PIN protocol 1); requests it does not know are errors there, too.
"""
import hashlib
import hmac
import os
import queue
import socket
import struct
import sys
import threading

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

REPORT = 64
# CTAPHID commands
PING, MSG, INIT, CBOR, CANCEL, KEEPALIVE, ERROR = 0x81, 0x83, 0x86, 0x90, 0x91, 0xBB, 0xBF
BROADCAST = 0xFFFFFFFF
# CTAP2 statuses
INVALID_COMMAND, CANCELLED, NO_CREDENTIALS, ACTION_TIMEOUT = 0x01, 0x2D, 0x2E, 0x2F
PIN_INVALID, PIN_BLOCKED, PIN_AUTH_INVALID, PIN_NOT_SET, PIN_REQUIRED = 0x31, 0x32, 0x33, 0x35, 0x36
PRESENT, VERIFIED, ATTESTED, EXTENDED = 0x01, 0x04, 0x40, 0x80


class Refused(Exception):
    """The key answers with this status."""

    def __init__(self, status):
        super().__init__(f"status {status:#x}")
        self.status = status


def sha256(data):
    return hashlib.sha256(data).digest()


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def cbor(value):
    return cbor2.dumps(value, canonical=True)


def cose(public, algorithm):
    numbers = public.public_numbers()
    return {1: 2, 3: algorithm, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}


class Authenticator:
    """CTAP2: a request in bytes, an answer in bytes."""

    def __init__(self, pin=None):
        self.pin, self.retries = pin and sha256(pin.encode())[:16], 8
        self.seed = os.urandom(32)           # everything that it makes is derived from this
        self.agreement = ec.generate_private_key(ec.SECP256R1())
        self.token = os.urandom(32)          # what the PIN gives
        self.touches = queue.Queue()         # True: touched, False: nobody comes
        self.always_touched = True
        self.asked = 0                       # how often it waited for a touch

    def answer(self, request):
        commands = {1: self.make_credential, 2: self.get_assertion, 4: self.get_info, 6: self.client_pin}
        try:
            if not request or request[0] not in commands:
                raise Refused(INVALID_COMMAND)
            reply = commands[request[0]](cbor2.loads(request[1:]) if request[1:] else {})
        except Refused as refusal:
            return bytes([refusal.status])
        return b"\0" + (cbor(reply) if reply is not None else b"")

    def get_info(self, _):
        return {1: ["FIDO_2_0"], 2: ["hmac-secret"], 3: bytes(16), 4: {"rk": False, "up": True, "plat": False, "clientPin": bool(self.pin)},
                5: 1200, 6: [1]}

    def touch(self):
        """Wait for a person."""
        self.asked += 1
        if not (self.always_touched or self.touches.get()):
            raise Refused(ACTION_TIMEOUT)

    def verified(self, request, hash_key, auth_key):
        """Whether the caller knows the PIN; one who says so and does not is refused."""
        if auth_key not in request:
            return False
        if mac(self.token, request[hash_key])[:16] != request[auth_key]:
            raise Refused(PIN_AUTH_INVALID)
        return True

    # A credential is what is needed to make its key again: a nonce, and proof that it is from here and for this party.

    def _seal(self, nonce, party):
        return nonce + mac(self.seed, b"id" + nonce + party)

    def _secret(self, nonce, verified):
        return mac(self.seed, (b"verified" if verified else b"present") + nonce)

    def _signer(self, nonce):
        return ec.derive_private_key(int.from_bytes(mac(self.seed, b"key" + nonce), "big") >> 1 | 1, ec.SECP256R1())

    def make_credential(self, request):
        party, nonce = sha256(request[2]["id"].encode()), os.urandom(16)
        verified = self.verified(request, 1, 8)
        if self.pin and not verified:
            raise Refused(PIN_REQUIRED)
        self.touch()
        wanted = request.get(6, {}).get("hmac-secret", False)
        identity, signer = self._seal(nonce, party), self._signer(nonce)
        flags = PRESENT | ATTESTED | (VERIFIED if verified else 0) | (EXTENDED if wanted else 0)
        data = party + bytes([flags]) + struct.pack(">I", 1) + bytes(16) + struct.pack(">H", len(identity)) + identity
        data += cbor(cose(signer.public_key(), -7)) + (cbor({"hmac-secret": True}) if wanted else b"")
        signature = signer.sign(data + request[1], ec.ECDSA(hashes.SHA256()))
        return {1: "packed", 2: data, 3: {"alg": -7, "sig": signature}}

    def get_assertion(self, request):
        party = sha256(request[1].encode())
        known = [one["id"] for one in request.get(3, []) if one["id"] == self._seal(one["id"][:16], party)]
        if not known:
            raise Refused(NO_CREDENTIALS)
        verified, present = self.verified(request, 2, 6), request.get(5, {}).get("up", True)
        if present:
            self.touch()
        wish, nonce = request.get(4, {}).get("hmac-secret"), known[0][:16]
        flags = (PRESENT if present else 0) | (VERIFIED if verified else 0) | (EXTENDED if wish else 0)
        data = party + bytes([flags]) + struct.pack(">I", 1)
        if wish:
            data += cbor({"hmac-secret": self._derive(wish, self._secret(nonce, verified))})
        signature = self._signer(nonce).sign(data + request[2], ec.ECDSA(hashes.SHA256()))
        return {1: {"type": "public-key", "id": known[0]}, 2: data, 3: signature}

    # What travels is encrypted for the caller.

    def _shared(self, key):
        point = ec.EllipticCurvePublicNumbers(int.from_bytes(key[-2], "big"), int.from_bytes(key[-3], "big"), ec.SECP256R1()).public_key()
        return sha256(self.agreement.exchange(ec.ECDH(), point))

    @staticmethod
    def _cipher(shared):
        return Cipher(algorithms.AES(shared), modes.CBC(bytes(16)))

    def _decrypt(self, shared, data):
        decryptor = self._cipher(shared).decryptor()
        return decryptor.update(data) + decryptor.finalize()

    def _encrypt(self, shared, data):
        encryptor = self._cipher(shared).encryptor()
        return encryptor.update(data) + encryptor.finalize()

    def _derive(self, wish, secret):
        shared = self._shared(wish[1])
        if mac(shared, wish[2])[:16] != wish[3]:
            raise Refused(PIN_AUTH_INVALID)
        salts = self._decrypt(shared, wish[2])
        return self._encrypt(shared, b"".join(mac(secret, salts[at:at + 32]) for at in range(0, len(salts), 32)))

    def client_pin(self, request):
        if request[2] == 1:
            return {3: self.retries}
        if request[2] == 2:
            return {1: cose(self.agreement.public_key(), -25)}
        if request[2] != 5:
            raise Refused(INVALID_COMMAND)
        if not self.pin:
            raise Refused(PIN_NOT_SET)
        if not self.retries:
            raise Refused(PIN_BLOCKED)
        shared = self._shared(request[3])
        if self._decrypt(shared, request[6]) != self.pin:
            self.retries -= 1
            raise Refused(PIN_INVALID)
        self.retries = 8
        return {2: self._encrypt(shared, self.token)}


class Channel:
    """CTAPHID: requests and answers in reports of 64 bytes."""

    def __init__(self, authenticator, send):
        self.authenticator, self.send = authenticator, send
        self.pending, self.wanted = None, 0
        self.threads = []

    def receive(self, report):
        channel, command = struct.unpack_from(">IB", report)
        if command & 0x80:
            self.wanted = struct.unpack_from(">H", report, 5)[0]
            self.pending = (channel, command, bytearray(report[7:]))
        elif self.pending and self.pending[0] == channel:
            self.pending[2].extend(report[5:])
        if self.pending and len(self.pending[2]) >= self.wanted:
            (channel, command, data), self.pending = self.pending, None
            self.serve(channel, command, bytes(data[:self.wanted]))

    def serve(self, channel, command, data):
        if command == INIT:
            self.reply(channel, INIT, data + struct.pack(">IBBBBB", 0x4A656665, 2, 1, 0, 0, 0x04))
        elif command == PING:
            self.reply(channel, PING, data)
        elif command == CBOR:
            thread = threading.Thread(target=self.think, args=(channel, data), daemon=True)
            thread.start()
        elif command == CANCEL:
            self.authenticator.touches.put(False)
        else:
            self.reply(channel, ERROR, b"\x01")

    def think(self, channel, data):
        """With a sign of life while a person is waited for."""
        done = threading.Event()

        def keep_alive():
            while not done.wait(0.2):
                self.reply(channel, KEEPALIVE, b"\x02")

        beat = threading.Thread(target=keep_alive, daemon=True)
        beat.start()
        answer = self.authenticator.answer(data)
        done.set()
        beat.join()
        self.reply(channel, CBOR, answer)

    def reply(self, channel, command, data):
        first, rest = data[:REPORT - 7], data[REPORT - 7:]
        self.send((struct.pack(">IBH", channel, command, len(data)) + first).ljust(REPORT, b"\0"))
        for number in range((len(rest) + REPORT - 6) // (REPORT - 5)):
            part = rest[number * (REPORT - 5):(number + 1) * (REPORT - 5)]
            self.send((struct.pack(">IB", channel, number) + part).ljust(REPORT, b"\0"))


# usbredir: packet types, and the descriptors of the device

HELLO, CONNECT, DISCONNECT, RESET, INTERFACES, ENDPOINTS, SET_CONFIGURATION, GET_CONFIGURATION, CONFIGURATION = range(9)
SET_ALTERNATE, GET_ALTERNATE, ALTERNATE = 9, 10, 11
START_INTERRUPT, STOP_INTERRUPT, INTERRUPT_STATUS = 15, 16, 17
CANCEL_DATA, CONTROL, INTERRUPT = 21, 100, 103
STALL = 4
# What an xHCI port of QEMU wants the other side to be able to: the version of the device, sizes of packets, numbers of 64 bits, long transfers.
ABLE = struct.pack("<I", 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6)
VENDOR, PRODUCT = 0x1209, 0x0001  # pid.codes: for tests
FIDO_PAGE = bytes.fromhex("06d0f1" "0901" "a101" "0920" "1500" "26ff00" "7508" "9540" "8102" "0921" "1500" "26ff00" "7508" "9540" "9102" "c0")
HID = struct.pack("<BBHBBBH", 9, 0x21, 0x0111, 0, 1, 0x22, len(FIDO_PAGE))
DEVICE = struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, 0, 0, 0, 64, VENDOR, PRODUCT, 0x0100, 1, 2, 0, 1)
_PARTS = (struct.pack("<BBBBBBBBB", 9, 4, 0, 0, 2, 3, 0, 0, 0) + HID +
          struct.pack("<BBBBHB", 7, 5, 0x81, 3, REPORT, 5) + struct.pack("<BBBBHB", 7, 5, 0x01, 3, REPORT, 5))
SETUP = struct.pack("<BBHBBBBB", 9, 2, 9 + len(_PARTS), 1, 1, 0, 0x80, 50) + _PARTS
STRINGS = ("Jefe", "Test Key")


def text_descriptor(index):
    text = b"\x09\x04" if index == 0 else STRINGS[index - 1].encode("utf-16-le")
    return bytes([len(text) + 2, 3]) + text


class Redirection:
    """The USB device at the far end of one connection to QEMU."""

    def __init__(self, authenticator, connection):
        self.connection, self.lock = connection, threading.Lock()
        self.receiving = False
        self.channel = Channel(authenticator, self.interrupt)
        threading.Thread(target=self.run, daemon=True).start()

    def packet(self, kind, body=b"", number=0):
        with self.lock:
            try:
                self.connection.sendall(struct.pack("<III" if kind == HELLO else "<IIQ", kind, len(body), number) + body)
            except OSError:
                pass  # the machine went off

    def interrupt(self, report):
        if self.receiving:
            self.packet(INTERRUPT, struct.pack("<BBH", 0x81, 0, len(report)) + report)

    def announce(self):
        kinds, intervals, sizes = [255] * 32, [0] * 32, [0] * 32
        for endpoint in (0, 16):
            kinds[endpoint], sizes[endpoint] = 0, REPORT
        for endpoint in (1, 17):
            kinds[endpoint], intervals[endpoint], sizes[endpoint] = 3, 5, REPORT
        self.packet(ENDPOINTS, struct.pack("<32B32B32x32H", *kinds, *intervals, *sizes))
        self.packet(INTERFACES, struct.pack("<I", 1) + bytes(32) + bytes([3]).ljust(32, b"\0") + bytes(64))

    def unplug(self):
        self.connection.shutdown(socket.SHUT_RDWR)

    def read(self, size):
        data = b""
        while len(data) < size:
            part = self.connection.recv(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def run(self):
        self.packet(HELLO, b"jefe test key".ljust(64, b"\0") + ABLE)
        try:
            hello = struct.unpack("<III", self.read(12))
            self.take(hello[0], 0, self.read(hello[1]))
            while True:
                kind, length, number = struct.unpack("<IIQ", self.read(16))
                self.take(kind, number, self.read(length))
        except (EOFError, OSError):
            self.connection.close()

    def take(self, kind, number, body):
        if kind == HELLO:
            self.announce()
            self.packet(CONNECT, struct.pack("<BBBBHHH", 1, 0, 0, 0, VENDOR, PRODUCT, 0x0100))
        elif kind in (SET_CONFIGURATION, GET_CONFIGURATION):
            self.announce()
            self.packet(CONFIGURATION, b"\0\1", number)
        elif kind in (SET_ALTERNATE, GET_ALTERNATE):
            self.packet(ALTERNATE, bytes([0, body[0], 0]), number)
        elif kind in (START_INTERRUPT, STOP_INTERRUPT):
            self.receiving = kind == START_INTERRUPT
            self.packet(INTERRUPT_STATUS, bytes([0, body[0]]), number)
        elif kind == INTERRUPT:
            endpoint, _, size = struct.unpack_from("<BBH", body)
            self.packet(INTERRUPT, struct.pack("<BBH", endpoint, 0, size), number)
            self.channel.receive(body[4:])
        elif kind == CONTROL:
            self.control(number, *struct.unpack_from("<BBBBHHH", body))

    def control(self, number, endpoint, request, kind, _, value, index, length):
        """Descriptors are given out; what sets something is done."""
        which = {1: DEVICE, 2: SETUP, 0x21: HID, 0x22: FIDO_PAGE}
        answer, status = b"", 0
        if kind & 0x80 and request == 6:
            answer = text_descriptor(value & 0xFF) if value >> 8 == 3 and value & 0xFF <= len(STRINGS) else which.get(value >> 8)
        elif kind & 0x80 and request == 0:
            answer = bytes(2)
        elif kind & 0x80:
            answer = None
        if answer is None:
            answer, status = b"", STALL
        answer = answer[:length]
        self.packet(CONTROL, struct.pack("<BBBBHHH", endpoint, request, kind, status, value, index, len(answer)) + answer, number)


class SecurityKey(Authenticator):
    """One that can be plugged into machines."""

    def plug(self, path):
        """At the socket of a usb-redir device of QEMU. Unplugged when the machine ends."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(path))
        return Redirection(self, connection)


def serve(path, pin="", manner="touched"):
    key, server = Authenticator(pin), socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if manner == "untouched":
        key.always_touched = False
        key.touches.put(False)
    server.bind(path)
    server.listen(4)
    while True:
        connection = server.accept()[0]
        channel = Channel(key, connection.send)
        try:
            while report := connection.recv(REPORT + 1):
                channel.receive(report[1:] if len(report) > REPORT else report)
        except OSError:
            pass


if __name__ == "__main__":
    serve(*sys.argv[1:])
