#!/usr/bin/env python3
"""Two programs exchange data through I2P destinations.

    ping_pong.py [HOST:PORT [HOST:PORT]]

starts this file twice more, as two programs that know nothing of each other but one destination. The first one opens a
session on the first SAM bridge and waits; the second one opens a session on the second bridge (the same, if only one
is given), connects and sends PING. To see them in two terminals:

    ping_pong.py --pong HOST:PORT            prints the address it can be reached at
    ping_pong.py --ping ADDRESS HOST:PORT    ADDRESS is that, a *.b32.i2p name

Exit code 0 if the answer came back, else 1.
"""

import argparse
import asyncio
import os
import sys
import time

import samovar_sam as sam

# Samovar's default; said aloud because other bridges may still default to the encryption of 2003.
OPTIONS = {"i2cp.leaseSetEncType": "4"}


def say(who, text):
    print("{:<4} | {}".format(who, text), flush=True)


async def pong(bridge):
    """Waits for one stream, reads a line, answers it."""
    name = sam.utils.generate_session_id()
    destination = await sam.new_destination(sam_address=bridge)
    async with sam.Session(name, sam_address=bridge, destination=destination, options=OPTIONS):
        say("pong", "my address is {}.b32.i2p".format(destination.base32))
        async with sam.StreamAcceptor(name, sam_address=bridge) as stream:
            peer = await sam.peer_destination(stream.reader)
            say("pong", "a stream from {}.b32.i2p".format(peer.base32))
            request = await stream.reader.readline()
            say("pong", "received {!r}".format(request.decode("ascii", "replace").strip()))
            if request != b"PING\n":
                return 1
            stream.write(b"PONG\n")
            # The end of the session is the end of its streams: wait until the other side has read and closed.
            await stream.reader.read()
    return 0


async def ping(bridge, address, patience):
    """Connects to the address, says PING and waits for the answer."""
    name = sam.utils.generate_session_id()
    async with sam.Session(name, sam_address=bridge, options=OPTIONS):
        say("ping", "session is up, connecting")
        deadline = time.monotonic() + patience
        while True:
            started = time.monotonic()
            try:
                reader, writer = await sam.stream_connect(name, address, sam_address=bridge)
                break
            except (sam.CantReachPeer, sam.InvalidKey, sam.KeyNotFound, sam.PeerNotFound, sam.Timeout) as error:
                # A lease set takes a while to be found in a network; some bridges call that INVALID_KEY.
                if time.monotonic() > deadline:
                    raise
                say("ping", "not found yet ({}), trying again".format(error.result))
                await asyncio.sleep(2)
        try:
            say("ping", "connected after {:.0f} ms".format((time.monotonic() - started) * 1000))
            started = time.monotonic()
            writer.write(b"PING\n")
            answer = await asyncio.wait_for(reader.readline(), 60)
            say("ping", "received {!r} after {:.1f} ms".format(
                answer.decode("ascii", "replace").strip(), (time.monotonic() - started) * 1000))
        finally:
            writer.close()
    return 0 if answer == b"PONG\n" else 1


async def both(first, second, patience):
    """Runs the two roles as two programs."""

    async def start(*words):
        # Only addresses travel on the command line; keys never do.
        return await asyncio.create_subprocess_exec(
            sys.executable, os.path.abspath(__file__), "--patience", str(patience), *words,
            stdout=asyncio.subprocess.PIPE)

    async def shown(program, until=None):
        while True:
            line = (await program.stdout.readline()).decode()
            print(line, end="", flush=True)
            if not line or (until and until in line):
                return line

    server, client = await start("--pong", first), None
    try:
        announcement = await shown(server, "my address is ")
        if not announcement:
            return 1
        client = await start("--ping", announcement.split()[-1], second)
        output = asyncio.ensure_future(shown(server))
        await shown(client)
        if await client.wait():
            return 1  # And the other one would wait for ever.
        await output
        return await server.wait()
    finally:
        for program in (server, client):
            if program is not None and program.returncode is None:
                program.kill()
                await program.wait()


def main():
    parser = argparse.ArgumentParser(description="Two programs exchange data through I2P destinations.")
    parser.add_argument("bridges", metavar="HOST:PORT", nargs="*",
                        help="SAM bridge of the first and of the second program; I2P_SAM_ADDRESS or "
                             "127.0.0.1:7656 if left out")
    role = parser.add_mutually_exclusive_group()
    role.add_argument("--pong", action="store_true", help="only wait and answer")
    role.add_argument("--ping", metavar="ADDRESS", help="only connect to ADDRESS and ask")
    parser.add_argument("--patience", metavar="SECONDS", type=int, default=60,
                        help="how long to look for the other side (default: 60)")
    arguments = parser.parse_args()
    bridges = arguments.bridges or ["{}:{}".format(*sam.get_sam_address())]
    if len(bridges) > 2:
        parser.error("at most two bridges")
    try:
        address = sam.utils.address_from_string(bridges[0])
        if arguments.pong:
            code = asyncio.run(pong(address))
        elif arguments.ping:
            code = asyncio.run(ping(address, arguments.ping, arguments.patience))
        else:
            code = asyncio.run(both(bridges[0], bridges[-1], arguments.patience))
            say("", "they talked to each other through I2P" if code == 0 else "they did not get through")
    except (OSError, ValueError, asyncio.TimeoutError) as error:
        print("ping_pong: {}: {}".format(type(error).__name__, error), file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        code = 1
    sys.exit(code)


if __name__ == "__main__":
    main()
