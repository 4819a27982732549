"""Our client in the conversation that i2plib 0.0.14 has with its bridge, line by line.

The transcript is the one that Java's tests play against the bridge. Here the client holds its side of it by its own
functions, against the bridge that I2P_SAM_ADDRESS names, else against the pretended one of these tests; what went over
each socket is written down in between, and compared afterwards, both ways. Two things our client does otherwise, on purpose:
no blank stands behind the last option, and a transient session names its signature type.
"""

import asyncio
import contextlib
import os
import pathlib
import re
import sys
import threading
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import fake_bridge  # noqa: E402
import samovar_sam as sam  # noqa: E402

TRANSCRIPT = pathlib.Path(__file__).resolve().parents[2] / "src/test/resources/transcripts/i2plib-0.0.14.txt"
STEP = re.compile(r"(\S+) (open|close|closed|>|<\+|<<|<)(?: (.*))?")
PLACEHOLDER = re.compile(r"\{([^}]+)\}")

# Sockets of the transcript that our client does not open: it sends no key without its private part, and has no FORWARD.
NOT_OURS = {"badkey", "forward"}

# The name that i2plib made up for its session, and ours is given.
CLIENT = "i2plib-qWzRtA"


class Recorded:
    """One socket, as it was: all bytes of each side, and whether the bridge has ended its own."""

    def __init__(self):
        self.client = b""
        self.bridge = b""
        self.bridge_ended = False


class Recorder:
    """A relay on a thread of its own that keeps what passes."""

    def __init__(self, bridge):
        self.sockets = []
        self._bridge = bridge
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()

    def __enter__(self):
        self._thread.start()
        if not self._ready.wait(10):
            raise AssertionError("the relay does not start")
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._relay, "127.0.0.1", 0))
        self.address = server.sockets[0].getsockname()[:2]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))

    async def _relay(self, client_reader, client_writer):
        recorded = Recorded()
        self.sockets.append(recorded)
        bridge_reader, bridge_writer = await asyncio.open_connection(*self._bridge)

        async def copy(reader, writer, side):
            with contextlib.suppress(ConnectionError):
                while True:
                    data = await reader.read(65536)
                    if not data:
                        break
                    setattr(recorded, side, getattr(recorded, side) + data)
                    writer.write(data)
            # who was first is not asked: our client closes a socket behind a refusal as the bridge does
            if side == "bridge":
                recorded.bridge_ended = True
            writer.close()

        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(copy(client_reader, bridge_writer, "client"),
                                 copy(bridge_reader, client_writer, "bridge"))


class Comparison:
    """Holds what was recorded against the transcript."""

    def __init__(self, test, sockets):
        self.test = test
        self.kept = {}
        self.sockets = iter(sockets)
        self.open = {}

    def run(self):
        for number, line in enumerate(TRANSCRIPT.read_text("utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            name, action, text = STEP.fullmatch(line).groups()
            if name in NOT_OURS:
                continue
            with self.test.subTest(line=number, step=line):
                if action == "open":
                    self.open[name] = next(self.sockets)
                else:
                    self.step(self.open[name], action, (text or "").replace("\\n", "\n"))
        self.test.assertEqual(list(self.sockets), [], "sockets that the transcript does not have")
        for name, recorded in self.open.items():
            self.test.assertEqual((recorded.client, recorded.bridge), (b"", b""), name + " said more")

    def step(self, recorded, action, text):
        if action == ">":
            self.sent(recorded, self.resolved(text))
        elif action in ("<", "<+"):
            line, _, recorded.bridge = recorded.bridge.partition(b"\n")
            self.received(line.decode() + "\n", text)
        elif action == "<<":
            self.test.assertEqual(recorded.bridge[:len(text)].decode(), text)
            recorded.bridge = recorded.bridge[len(text):]
        elif action == "closed":
            self.test.assertTrue(recorded.bridge_ended, "the bridge did not close")

    def sent(self, recorded, expected):
        if not expected.endswith("\n") or expected.startswith("and more"):
            # bytes of a stream
            self.test.assertEqual(recorded.client[:len(expected)].decode(), expected)
            recorded.client = recorded.client[len(expected):]
            return
        line, _, recorded.client = recorded.client.partition(b"\n")
        words = expected.split()
        if "DESTINATION=TRANSIENT" in words:
            words.insert(words.index("DESTINATION=TRANSIENT") + 1, "SIGNATURE_TYPE=7")
        self.test.assertEqual(line.decode(), " ".join(words))

    def received(self, line, expected):
        pattern, position, new = "", 0, []
        for found in PLACEHOLDER.finditer(expected):
            pattern += re.escape(expected[position:found.start()])
            position = found.end()
            key = found.group(1)
            if key == "...":
                pattern += "[^\n]*"
            elif key.startswith("b32:") or key in self.kept:
                pattern += re.escape(self.resolved(found.group()))
            else:
                new.append(key)
                pattern += "([A-Za-z0-9~-]+={0,2})"
        match = re.fullmatch(pattern + re.escape(expected[position:]), line)
        self.test.assertTrue(match, "received " + line[:60])
        self.kept.update(zip(new, match.groups()))

    def resolved(self, text):
        def value(found):
            key = found.group(1)
            return fake_bridge.base32(self.kept[key[4:]]) if key.startswith("b32:") else self.kept[key]

        return PLACEHOLDER.sub(value, text)


class TranscriptTest(unittest.TestCase):
    def test_our_client_holds_the_conversation_of_i2plib(self):
        with contextlib.ExitStack() as context:
            if os.environ.get("I2P_SAM_ADDRESS"):
                bridge = sam.get_sam_address()
            else:
                bridge = context.enter_context(fake_bridge.FakeBridge()).address
            recorder = context.enter_context(Recorder(bridge))
            context.enter_context(mock.patch.dict(
                os.environ, {"I2P_SAM_ADDRESS": "{}:{}".format(*recorder.address)}))
            asyncio.run(asyncio.wait_for(self.conversation(), 120))
        Comparison(self, recorder.sockets).run()

    async def refused(self, error, attempt):
        with self.assertRaises(error):
            await attempt

    async def conversation(self):
        server = await sam.new_destination()
        _, server_control = await sam.create_session("ppserver", destination=server)
        _, client_control = await sam.create_session(
            CLIENT, options={"inbound.length": 0, "outbound.length": 0})
        accepted, accepted_writer = await sam.stream_accept("ppserver")
        reader, writer = await sam.stream_connect(CLIENT, server.base32 + ".b32.i2p")
        writer.write(b"PING")
        await sam.peer_destination(accepted)
        self.assertEqual(await accepted.readexactly(4), b"PING")
        accepted_writer.write(b"PONG")
        self.assertEqual(await reader.readexactly(4), b"PONG")
        accepted_writer.write(b"and more\n")
        self.assertEqual(await reader.readline(), b"and more\n")

        await self.refused(sam.DuplicatedId, sam.create_session("ppserver"))
        await self.refused(sam.DuplicatedDest, sam.create_session("i2plib-second", destination=server))
        await self.refused(ValueError, sam.create_session("i2plib-badkey", destination=server.base64))
        await self.refused(sam.InvalidId, sam.stream_connect("i2plib-nobody", server.base64))
        await self.refused(sam.KeyNotFound, sam.dest_lookup("no-such-name-exists.i2p"))
        absent = await sam.new_destination()
        await self.refused(sam.CantReachPeer, sam.stream_connect(CLIENT, absent.base64))

        writer.close()
        self.assertEqual(await accepted.read(), b"")
        for open_writer in (accepted_writer, client_control, server_control):
            open_writer.close()
            with contextlib.suppress(OSError):
                await asyncio.wait_for(open_writer.wait_closed(), 10)


if __name__ == "__main__":
    unittest.main()
