"""A SAM bridge without I2P, for tests: it pairs STREAM CONNECT with STREAM ACCEPT inside this process.

It runs on a thread of its own, so that tests may start and stop event loops as they like, and writes down every line it
gets. A test can have it answer what no honest bridge would: ``bridge.answers["STREAM CONNECT"] = b"..."``; None there
means that it stays silent.
"""

import asyncio
import hashlib
import os
import base64
import threading


def new_key(signature_type=7):
    """(public, private) base64 of a made-up destination: right lengths, no real keys."""
    public = os.urandom(256 + 128)
    if signature_type == 0:
        public, secret = public + b"\0\0\0", os.urandom(256 + 20)
    else:
        public, secret = public + b"\5\0\4\0" + bytes([signature_type]) + b"\0\0", os.urandom(256 + 32)
    return tuple(base64.b64encode(part, b"-~").decode() for part in (public, public + secret))


def base32(public):
    return base64.b32encode(hashlib.sha256(base64.b64decode(public, b"-~")).digest()).decode().rstrip("=").lower()


class FakeBridge:
    def __init__(self):
        self.lines = []
        self.answers = {}
        self.names = {}
        self._sessions = {}
        self._accepts = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self._writers = set()
        self.address = None

    def __enter__(self):
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def sent(self):
        """The lines that came after the greeting, in order."""
        return [line for line in self.lines if not line.startswith("HELLO")]

    def session_names(self):
        return sorted(self._sessions)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20))
        self.address = server.sockets[0].getsockname()[:2]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))

    async def _serve(self, reader, writer):
        self._writers.add(writer)
        owned = None
        try:
            while True:
                line = (await reader.readline()).decode()
                if not line:
                    return
                self.lines.append(line)
                words = line.split()
                topic = " ".join(words[:2])
                options = dict(word.split("=", 1) for word in words[2:])
                if topic in self.answers:
                    answer = self.answers[topic]
                    if answer == b"":
                        return
                    if answer is not None:
                        writer.write(answer)
                elif topic == "HELLO VERSION":
                    writer.write(b"HELLO REPLY RESULT=OK VERSION=3.1\n")
                elif topic == "DEST GENERATE":
                    writer.write("DEST REPLY PUB={} PRIV={}\n".format(*new_key()).encode())
                elif topic == "NAMING LOOKUP":
                    writer.write(self._lookup(options["NAME"]).encode())
                elif topic == "SESSION CREATE":
                    status, owned = self._create(options, owned)
                    writer.write(status.encode())
                elif options["ID"] not in self._sessions:
                    writer.write(b"STREAM STATUS RESULT=INVALID_ID\n")
                    return
                elif topic == "STREAM ACCEPT":
                    writer.write(b"STREAM STATUS RESULT=OK\n")
                    peer, done = self._loop.create_future(), self._loop.create_future()
                    self._accepts.setdefault(options["ID"], []).append((peer, done, reader, writer))
                    await done
                    return
                elif topic == "STREAM CONNECT":
                    await self._connect(options, reader, writer)
                    return
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            if owned:
                del self._sessions[owned]
                for _, done, _, accepting in self._accepts.pop(owned, []):
                    accepting.close()
                    done.cancelled() or done.done() or done.set_result(None)
            self._writers.discard(writer)
            writer.close()

    def _lookup(self, name):
        known = dict(self.names)
        known.update({base32(public) + ".b32.i2p": public for public, _ in self._sessions.values()})
        if name in known:
            return "NAMING REPLY RESULT=OK NAME={} VALUE={}\n".format(name, known[name])
        return "NAMING REPLY RESULT=KEY_NOT_FOUND NAME={}\n".format(name)

    def _create(self, options, owned):
        if options["ID"] in self._sessions:
            return "SESSION STATUS RESULT=DUPLICATED_ID\n", owned
        private = options["DESTINATION"]
        if private == "TRANSIENT":
            private = new_key()[1]
        raw = base64.b64decode(private, b"-~")
        size = 387 + int.from_bytes(raw[385:387], "big")
        public = base64.b64encode(raw[:size], b"-~").decode()
        if any(public == other for other, _ in self._sessions.values()):
            return "SESSION STATUS RESULT=DUPLICATED_DEST\n", owned
        self._sessions[options["ID"]] = public, private
        return "SESSION STATUS RESULT=OK DESTINATION={}\n".format(private), options["ID"]

    async def _connect(self, options, reader, writer):
        for name, (public, _) in self._sessions.items():
            if public == options["DESTINATION"] and self._accepts.get(name):
                _, done, far_reader, far_writer = self._accepts[name].pop(0)
                writer.write(b"STREAM STATUS RESULT=OK\n")
                far_writer.write((self._sessions[options["ID"]][0] + "\n").encode())
                await asyncio.wait({
                    asyncio.ensure_future(self._copy(reader, far_writer)),
                    asyncio.ensure_future(self._copy(far_reader, writer))})
                done.set_result(None)
                return
        writer.write(b"STREAM STATUS RESULT=CANT_REACH_PEER\n")

    @staticmethod
    async def _copy(reader, writer):
        try:
            while True:
                data = await reader.read(65536)
                if not data:
                    break
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        writer.close()
