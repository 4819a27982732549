#!/usr/bin/env python3
"""Fetches a page of an I2P site and writes its body to standard output.

    http_get.py [--sam HOST:PORT] http://NAME.i2p/path

NAME.i2p is a host name the bridge knows, or a *.b32.i2p address. Exit code 0 for a 2xx answer, else 1.
"""

import argparse
import asyncio
import sys
from urllib.parse import urlsplit

import samovar_sam as sam

OPTIONS = {"i2cp.leaseSetEncType": "4"}


def request_for(url):
    """(destination name, request bytes) for an http URL."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname or not parts.hostname.endswith(".i2p"):
        raise ValueError("only http:// addresses of .i2p sites can be fetched")
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    if any(character <= " " or character >= "\x7f" for character in target + parts.hostname):
        raise ValueError("blanks and non-ASCII characters in an address have to be percent-encoded")
    # No header that would tell this client from others: only what HTTP/1.0 needs.
    return parts.hostname, "GET {} HTTP/1.0\r\nHost: {}\r\n\r\n".format(target, parts.hostname).encode("ascii")


async def fetch(bridge, url, limit, seconds):
    """(status code, body) of a page; a body beyond the limit is an OSError."""
    host, request = request_for(url)
    name = sam.utils.generate_session_id()
    async with sam.Session(name, sam_address=bridge, options=OPTIONS):
        async with sam.StreamConnection(name, host, sam_address=bridge) as stream:
            stream.write(request)

            async def answer():
                received = bytearray()
                while True:
                    data = await stream.read(65536)
                    if not data:
                        return bytes(received)
                    received += data
                    if len(received) > limit:
                        raise OSError("the answer is longer than {} bytes".format(limit))

            header, blank_line, body = (await asyncio.wait_for(answer(), seconds)).partition(b"\r\n\r\n")
    words = header.split(b"\r\n", 1)[0].split()
    if not blank_line or len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        raise OSError("the answer is not HTTP")
    return int(words[1]), body


def main():
    parser = argparse.ArgumentParser(description="Fetches a page of an I2P site.")
    parser.add_argument("url", metavar="URL")
    parser.add_argument("--sam", metavar="HOST:PORT", help="I2P_SAM_ADDRESS or 127.0.0.1:7656 if left out")
    parser.add_argument("--limit", metavar="BYTES", type=int, default=16 << 20, help="longest answer (default: 16 MiB)")
    parser.add_argument("--timeout", metavar="SECONDS", type=int, default=120, help="for the answer (default: 120)")
    arguments = parser.parse_args()
    try:
        bridge = sam.utils.address_from_string(arguments.sam) if arguments.sam else sam.get_sam_address()
        status, body = asyncio.run(fetch(bridge, arguments.url, arguments.limit, arguments.timeout))
    except asyncio.TimeoutError:
        print("http_get: no complete answer within {} s".format(arguments.timeout), file=sys.stderr)
        sys.exit(1)
    except (OSError, ValueError) as error:
        print("http_get: {}: {}".format(type(error).__name__, error), file=sys.stderr)
        sys.exit(1)
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()
    if not 200 <= status < 300:
        print("http_get: status {}".format(status), file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
