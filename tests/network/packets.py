#!/usr/bin/env python3
"""What bash cannot send, for the tests of this folder: run it in a client's network namespace."""
import socket
import struct
import sys
import time


def many(target, port, count, network):
    """How many of COUNT connections from twenty addresses of one IPv6 network are open together."""
    sockets = []
    for i in range(int(count)):
        one = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        one.bind((f"{network}a{i % 20:02x}", 0))
        one.setblocking(False)
        one.connect_ex((target, int(port)))
        sockets.append(one)
    time.sleep(0.8)  # a second try comes after one second
    opened = 0
    for one in sockets:
        try:
            one.getpeername()
            opened += 1
        except OSError:
            pass
    print(opened)


def udp(source, source_port, target, port, interface=""):
    """"taken" when a port where nobody listens says so, "dropped" when nothing comes back."""
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    scope = (0, socket.if_nametoindex(interface)) if interface else ()
    with socket.socket(family, socket.SOCK_DGRAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((source, int(source_port)) + scope)
        one.connect((target, int(port)) + scope)
        one.settimeout(1)
        one.send(b"x")
        try:
            one.recv(1)
        except ConnectionRefusedError:
            print("taken")
        except TimeoutError:
            print("dropped")


def icmp6(source, target, kind, hops, interface):
    """One ICMPv6 message of this type, with a body of zeros."""
    scope = (0, socket.if_nametoindex(interface))
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as one:
        one.bind((source, 0) + scope)
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, int(hops))
        one.sendto(bytes([int(kind)]) + bytes(23), (target, 0) + scope)


def too_big(source, target, source_port, port, mtu):
    """The answer of a router: a UDP packet from TARGET:SOURCE_PORT to SOURCE:PORT is larger than MTU."""
    inner = struct.pack("!IHBB", 6 << 28, 8, socket.IPPROTO_UDP, 64) + socket.inet_pton(socket.AF_INET6, target)
    inner += socket.inet_pton(socket.AF_INET6, source) + struct.pack("!HHHH", int(source_port), int(port), 8, 0)
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as one:
        one.bind((source, 0))
        one.sendto(struct.pack("!BBHI", 2, 0, 0, int(mtu)) + inner, (target, 0))


if __name__ == "__main__":
    {"many": many, "udp": udp, "icmp6": icmp6, "too-big": too_big}[sys.argv[1]](*sys.argv[2:])
