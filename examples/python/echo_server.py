#!/usr/bin/env python3
"""A server in I2P: whatever comes in on a stream goes back on it.

    echo_server.py [--key FILE] [HOST:PORT]

With --key the address stays the same from run to run: the destination's private key is kept in FILE, which only its
owner may read. Without, it is a new one each time. Ends with Ctrl-C.
"""

import argparse
import asyncio
import os
import signal
import sys

import samovar_sam as sam

STREAMS = 50
IDLE_SECONDS = 600
BUFFER_SIZE = 65536
OPTIONS = {"i2cp.leaseSetEncType": "4"}


async def own_destination(bridge, path):
    """The destination in the file, or a new one, kept in the file if there is a name for it."""
    if path and os.path.exists(path):
        return sam.Destination(path=path, has_private_key=True)
    destination = await sam.new_destination(sam_address=bridge)
    if path:
        # O_EXCL: never over a file that came into being meanwhile; 0600 from its first moment.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(destination.private_key.data)
    return destination


async def echo(reader, writer):
    """Serves one stream until its peer closes it, or says nothing for too long."""
    try:
        while True:
            data = await asyncio.wait_for(reader.read(BUFFER_SIZE), IDLE_SECONDS)
            if not data:
                break
            writer.write(data)
            # Not to read faster than the peer does is what keeps memory bounded.
            await asyncio.wait_for(writer.drain(), IDLE_SECONDS)
    except (OSError, asyncio.TimeoutError):
        pass
    finally:
        writer.close()


async def acceptor(name, bridge, listening):
    """Serves one stream after the other; many of these run side by side."""
    while True:
        reader, writer = await sam.stream_accept(name, sam_address=bridge)
        listening.set()
        try:
            await sam.peer_destination(reader)
        except BaseException:
            writer.close()
            raise
        await echo(reader, writer)


async def serve(bridge, key_file):
    name = sam.utils.generate_session_id()
    destination = await own_destination(bridge, key_file)
    async with sam.Session(name, sam_address=bridge, destination=destination, options=OPTIONS) as session:
        listening = asyncio.Event()
        tasks = [asyncio.ensure_future(acceptor(name, bridge, listening)) for _ in range(STREAMS)]
        # The control socket says nothing while the session lives: its end is the session's end.
        tasks.append(asyncio.ensure_future(session.reader.read()))
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        stopped = asyncio.ensure_future(stop.wait())
        ready = asyncio.ensure_future(listening.wait())
        done, _ = await asyncio.wait(tasks + [stopped, ready], return_when=asyncio.FIRST_COMPLETED)
        if done == {ready}:
            print("echo server at {}.b32.i2p".format(destination.base32), flush=True)
            done, _ = await asyncio.wait(tasks + [stopped], return_when=asyncio.FIRST_COMPLETED)
        for task in tasks + [stopped, ready]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if stopped in done:
            return 0
        error = next((task.exception() for task in done if task is not ready and task.exception()), None)
        print("echo_server: the session has ended{}".format(": {}".format(error) if error else ""), file=sys.stderr)
        return 1


def main():
    parser = argparse.ArgumentParser(description="A server in I2P that sends back what it gets.")
    parser.add_argument("bridge", metavar="HOST:PORT", nargs="?",
                        help="SAM bridge; I2P_SAM_ADDRESS or 127.0.0.1:7656 if left out")
    parser.add_argument("--key", metavar="FILE", help="keep the destination in FILE")
    arguments = parser.parse_args()
    try:
        bridge = sam.utils.address_from_string(arguments.bridge) if arguments.bridge else sam.get_sam_address()
        sys.exit(asyncio.run(serve(bridge, arguments.key)))
    except (OSError, ValueError) as error:
        print("echo_server: {}: {}".format(type(error).__name__, error), file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
