"""Addresses and names."""

import os
import secrets
import socket
import string

from . import sam


def address_from_string(text):
    """``("127.0.0.1", 7656)`` from ``127.0.0.1:7656``; an IPv6 address stands in brackets, ``[::1]:7656``."""
    host, colon, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError("not HOST:PORT; an IPv6 address stands in brackets: {!r}".format(text))
    if not colon or not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        raise ValueError("not HOST:PORT: {!r}".format(text))
    return host, int(port)


def get_sam_address():
    """The bridge's address: environment variable ``I2P_SAM_ADDRESS`` (HOST:PORT), else 127.0.0.1:7656."""
    value = os.environ.get("I2P_SAM_ADDRESS")
    return address_from_string(value) if value else sam.DEFAULT_ADDRESS


def generate_session_id(length=12):
    """A session name that others cannot guess: whoever knows a session's name may open streams in it."""
    return "samovar-" + "".join(secrets.choice(string.ascii_letters) for _ in range(length))


def get_free_port():
    """A TCP port that was free on the loopback address a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_address_accessible(address):
    """Whether something listens at a (host, port) address."""
    try:
        socket.create_connection(address, timeout=5).close()
        return True
    except OSError:
        return False
