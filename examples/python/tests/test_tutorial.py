"""What a program written after i2plib's tutorial does, with nothing changed but the import.

Runs against the SAM bridge that I2P_SAM_ADDRESS names; without that, against the pretended one of these tests. The
habits of such programs are kept: an event loop made and run by hand, ``loop=`` passed along, sessions whose reader and
writer nobody keeps, sockets closed right after the last write.
"""

import asyncio
import contextlib
import os
import pathlib
import secrets
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import fake_bridge  # noqa: E402
import samovar_sam as i2plib  # noqa: E402
import samovar_sam.utils  # noqa: E402,F401

# Long enough for a router that looks at its tunnels every 20 s only.
PATIENCE = int(os.environ.get("TUTORIAL_PATIENCE", "120"))
OPTIONS = {"i2cp.leaseSetEncType": "4"}
NOT_YET = (i2plib.CantReachPeer, i2plib.InvalidKey, i2plib.KeyNotFound, i2plib.PeerNotFound)


class Program(threading.Thread):
    """One program of the tutorial: a coroutine run on an event loop of its own, on a thread of its own."""

    def __init__(self, main):
        super().__init__(daemon=True)
        self.main = main
        self.outcome = None
        self.start()

    def run(self):
        # As the listings do it: a loop is there, the program runs on it, stops it, and leaves it.
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            self.outcome = loop.run_until_complete(self.main())
        except Exception as error:  # Handed to the test, which raises it.
            self.outcome = error
        finally:
            loop.stop()
            loop.close()

    def result(self):
        self.join(2 * PATIENCE)
        if self.is_alive():
            raise AssertionError("the program does not end")
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


async def until_found(attempt):
    """A peer's lease set takes a while to be found in a real network."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return await attempt()
        except NOT_YET:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.5)


def unique(name):
    return "{}-{}".format(name, secrets.token_hex(4))


class TutorialTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.context = contextlib.ExitStack()
        if not os.environ.get("I2P_SAM_ADDRESS"):
            bridge = cls.context.enter_context(fake_bridge.FakeBridge())
            os.environ["I2P_SAM_ADDRESS"] = "{}:{}".format(*bridge.address)
            cls.context.callback(os.environ.pop, "I2P_SAM_ADDRESS")

    @classmethod
    def tearDownClass(cls):
        cls.context.close()

    def test_one_program_accepts_and_another_connects(self):
        name = unique("test-accept")
        found, accepting = {}, threading.Event()

        async def accept_program():
            found["destination"] = await i2plib.new_destination()
            await i2plib.create_session(name, destination=found["destination"], options=OPTIONS)
            reader, writer = await i2plib.stream_accept(name)
            accepting.set()
            first_line = await reader.readline()
            peer = i2plib.Destination(first_line.decode().strip())
            data = await reader.read(4096)
            writer.write(b"PONG")
            writer.close()
            await asyncio.sleep(1)
            return peer, data

        async def connect_program():
            session_name = unique("test-connect")
            await i2plib.create_session(session_name, options=OPTIONS)
            reader, writer = await until_found(
                lambda: i2plib.stream_connect(session_name, found["destination"].base32 + ".b32.i2p"))
            writer.write(b"PING")
            data = await reader.read(4096)
            writer.close()
            return data

        accepter = Program(accept_program)
        self.assertTrue(accepting.wait(PATIENCE), accepter.outcome)
        self.assertEqual(Program(connect_program).result(), b"PONG")
        peer, data = accepter.result()
        self.assertEqual(data, b"PING")
        self.assertEqual(len(peer.base32), 52)
        self.assertIsNone(peer.private_key)

    def test_the_context_managers_play_ping_pong(self):
        key = Program(i2plib.new_destination).result().private_key.base64
        destination = i2plib.Destination(key, has_private_key=True)
        server_name, client_name = unique("ppserver"), unique("ppclient")

        async def game():
            sam_address = i2plib.get_sam_address()
            loop = asyncio.get_event_loop()
            ready = asyncio.Event()

            async def server():
                async with i2plib.Session(server_name, sam_address=sam_address, loop=loop, destination=key,
                                          options=OPTIONS):
                    async with i2plib.StreamAcceptor(server_name, sam_address=sam_address, loop=loop) as s:
                        ready.set()
                        incoming = await s.read(65536)
                        line, request = incoming.split(b"\n", 1)
                        peer = i2plib.Destination(line.decode())
                        if not request:
                            request = await s.read(65536)
                        s.write(b"PONG")
                return peer, request

            serving = asyncio.ensure_future(server())
            await asyncio.wait({asyncio.ensure_future(ready.wait()), serving}, return_when=asyncio.FIRST_COMPLETED)

            async def play():
                async with i2plib.StreamConnection(client_name, destination.base32 + ".b32.i2p",
                                                   sam_address=sam_address, loop=loop) as c:
                    c.write(b"PING")
                    return await c.read(65536)

            async with i2plib.Session(client_name, sam_address=sam_address, loop=loop, options=OPTIONS):
                answer = await until_found(play)
            return answer, await serving

        answer, (peer, request) = Program(game).result()
        self.assertEqual((request, answer), (b"PING", b"PONG"))
        self.assertNotEqual(peer, destination)

    def test_tunnels_join_programs_that_know_nothing_of_i2p(self):
        ports = [i2plib.utils.get_free_port() for _ in range(2)]

        async def both_ends():
            async def upper(reader, writer):
                writer.write((await reader.readline()).upper())
                writer.close()

            service = await asyncio.start_server(upper, "127.0.0.1", ports[0])
            server = i2plib.ServerTunnel(("127.0.0.1", ports[0]), options=OPTIONS)
            serving = asyncio.ensure_future(server.run())
            await serving
            client = i2plib.ClientTunnel(
                server.destination.base32 + ".b32.i2p", ("127.0.0.1", ports[1]), options=OPTIONS)
            await asyncio.ensure_future(client.run())

            deadline, answer = time.monotonic() + PATIENCE, b""
            while not answer and time.monotonic() < deadline:
                reader, writer = await asyncio.open_connection("127.0.0.1", ports[1])
                writer.write(b"hello\n")
                with contextlib.suppress(ConnectionError):
                    answer = await reader.read()
                writer.close()
            client.stop()
            server.stop()
            service.close()
            await asyncio.sleep(0.1)
            return answer

        self.assertEqual(Program(both_ends).result(), b"HELLO\n")

    def test_names_are_looked_up_and_errors_caught(self):
        name = unique("lookup")

        async def program():
            sam_address, loop = i2plib.get_sam_address(), asyncio.get_event_loop()
            destination = await i2plib.new_destination(sam_address=sam_address, loop=loop)
            await i2plib.create_session(name, sam_address=sam_address, loop=loop, destination=destination,
                                        options=OPTIONS)
            found = await until_found(
                lambda: i2plib.dest_lookup(destination.base32 + ".b32.i2p", sam_address, loop))
            try:
                await i2plib.dest_lookup("no-such-name-exists.i2p", sam_address, loop)
                unknown = None
            except (i2plib.KeyNotFound, i2plib.InvalidKey) as error:
                unknown = type(error)
            try:
                await i2plib.create_session(name, sam_address=sam_address, loop=loop)
                second = None
            except i2plib.DuplicatedId as error:
                second = type(error)
            try:
                await i2plib.stream_connect(unique("never-made"), destination, sam_address=sam_address, loop=loop)
                nobody = None
            except i2plib.InvalidId as error:
                nobody = type(error)
            reader, writer = await i2plib.get_sam_socket(sam_address, loop)
            writer.close()
            return destination, found, unknown, second, nobody

        destination, found, unknown, second, nobody = Program(program).result()
        self.assertEqual(found.base64, destination.base64)
        self.assertEqual(found.data, destination.data)
        self.assertTrue(destination.private_key.data.startswith(found.data))
        self.assertIsNotNone(unknown)
        self.assertIs(second, i2plib.DuplicatedId)
        self.assertIs(nobody, i2plib.InvalidId)


if __name__ == "__main__":
    unittest.main()
