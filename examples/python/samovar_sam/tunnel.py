"""Tunnels: programs that know nothing of I2P, on either side of it."""

import asyncio
import contextlib

from . import aiosam, exceptions, utils

BUFFER_SIZE = 65536

# A local program that has said all it wants to say may still wait for the rest of the answer, for so many seconds.
ANSWER_GRACE = 60

# Connections through one tunnel at a time; more wait at the bridge or in the listen queue.
MAX_CONNECTIONS = 100


async def _pump(reader, writer):
    with contextlib.suppress(OSError):
        while True:
            data = await reader.read(BUFFER_SIZE)
            if not data:
                break
            writer.write(data)
            await writer.drain()


async def _relay(local, remote):
    """Moves bytes both ways between two (reader, writer) pairs until the stream is over, then closes both."""
    up = asyncio.ensure_future(_pump(local[0], remote[1]))
    down = asyncio.ensure_future(_pump(remote[0], local[1]))
    try:
        await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        if not down.done():
            with contextlib.suppress(OSError):
                if remote[1].can_write_eof():
                    remote[1].write_eof()
            await asyncio.wait({down}, timeout=ANSWER_GRACE)
    finally:
        for task in (up, down):
            task.cancel()
        local[1].close()
        remote[1].close()


class I2PTunnel:
    """What both kinds of tunnel share; not for direct use.

    :param local_address: (host, port) on this machine
    :param destination: :class:`Destination` with private key or its base64; a new one is made if None
    :param session_name: made up if None
    :param options: I2CP and streaming options
    :param sam_address: (host, port) of the bridge
    """

    def __init__(self, local_address, destination=None, session_name=None, options=None, loop=None, sam_address=None):
        self.local_address = local_address
        self.destination = destination
        self.session_name = session_name or utils.generate_session_id()
        self.options = options
        self.sam_address = sam_address
        self.session_writer = None
        self._tasks = set()

    async def _create_session(self):
        if self.destination is None:
            self.destination = await aiosam.new_destination(sam_address=self.sam_address)
        _, self.session_writer = await aiosam.create_session(
            self.session_name, sam_address=self.sam_address, destination=self.destination, options=self.options)

    def _start(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def stop(self):
        """Ends the session and with it every connection through the tunnel."""
        for task in list(self._tasks):
            task.cancel()
        if self.session_writer is not None:
            self.session_writer.close()


class ClientTunnel(I2PTunnel):
    """Binds a remote destination to a local port.

    :param remote_destination: :class:`Destination`, its base64, or a name that ends in ``.i2p``
    """

    def __init__(self, remote_destination, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.remote_destination = remote_destination
        self.server = None
        self._slots = None

    async def run(self):
        """Starts the tunnel; it works when this returns."""
        await self._create_session()
        self._slots = asyncio.Semaphore(MAX_CONNECTIONS)
        self.server = await asyncio.start_server(self._handle, *self.local_address)

    def _handle(self, reader, writer):
        self._start(self._connect(reader, writer))

    async def _connect(self, reader, writer):
        async with self._slots:
            try:
                remote = await aiosam.stream_connect(self.session_name, self.remote_destination,
                                                     sam_address=self.sam_address)
            except OSError:
                writer.close()
                return
            await _relay((reader, writer), remote)

    def stop(self):
        if self.server is not None:
            self.server.close()
        super().stop()


class ServerTunnel(I2PTunnel):
    """Shows a local TCP service to the network, under the tunnel's destination."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.server_loop = None

    async def run(self):
        """Starts the tunnel; it can be reached when this returns and its lease set is published."""
        await self._create_session()
        self.server_loop = self._start(self._accept_all())

    async def _accept_all(self):
        slots = asyncio.Semaphore(MAX_CONNECTIONS)
        while True:
            await slots.acquire()
            remote = None
            try:
                remote = await aiosam.stream_accept(self.session_name, sam_address=self.sam_address)
                await aiosam.peer_destination(remote[0])
            except (exceptions.SAMException, OSError):
                if remote is not None:
                    remote[1].close()
                if self.session_writer.is_closing():
                    return
                slots.release()
                await asyncio.sleep(1)
                continue
            except BaseException:
                if remote is not None:
                    remote[1].close()
                raise
            self._start(self._connect(remote)).add_done_callback(lambda _: slots.release())

    async def _connect(self, remote):
        try:
            local = await asyncio.wait_for(asyncio.open_connection(*self.local_address), 5)
        except (OSError, asyncio.TimeoutError):
            remote[1].close()
            return
        except BaseException:
            remote[1].close()
            raise
        await _relay(local, remote)
