"""Sessions, streams and lookups over a SAM bridge, as coroutines.

Every action has a socket of its own. Where ``sam_address`` is None, the address is that of
:func:`~samovar_sam.utils.get_sam_address` at the time of the call. ``loop`` is taken and ignored: asyncio has known the
running loop by itself since Python 3.10, and refuses to be told.
"""

import asyncio
import contextlib

from . import exceptions, sam, utils

# Seconds until a step counts as failed. What waits for tunnels or for a peer may take minutes on the live network.
CONNECT_TIMEOUT = 15
REPLY_TIMEOUT = 60
LOOKUP_TIMEOUT = 120
SESSION_TIMEOUT = 300
STREAM_TIMEOUT = 180
CLOSE_TIMEOUT = 10


class _SocketProtocol(asyncio.StreamReaderProtocol):
    """asyncio's stream protocol, which can also keep a session's control socket open.

    ``await create_session(name)`` is a complete statement: the session has to live although nobody keeps its reader and
    writer, while current Pythons close a writer that is garbage. So the writer is held here until its socket ends.
    """

    _held = set()

    def __init__(self, reader, loop):
        super().__init__(reader, loop=loop)
        self._loop_of_socket = loop
        self._session_writer = None

    def hold(self, writer):
        for protocol in list(self._held):
            if protocol._loop_of_socket.is_closed():
                protocol._release()
        self._session_writer = writer
        self._held.add(self)

    def _release(self):
        self._held.discard(self)
        self._session_writer = None

    def eof_received(self):
        keep_open = super().eof_received()
        # A control socket that the bridge has closed is a session that has ended: close our side as well.
        return keep_open and self._session_writer is None

    def connection_lost(self, error):
        super().connection_lost(error)
        self._release()


async def _open_socket(address):
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=sam.MAX_LINE, loop=loop)
    protocol = _SocketProtocol(reader, loop)
    transport, _ = await loop.create_connection(lambda: protocol, *address)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _within(seconds, what, waited_for):
    try:
        return await asyncio.wait_for(waited_for, seconds)
    except asyncio.TimeoutError:
        raise exceptions.for_result("TIMEOUT", "no answer to {} within {} s".format(what, seconds)) from None


async def _ask(reader, writer, topic, line):
    """Sends a command and returns the reply to it; any reply but a good one raises."""
    writer.write(line)
    try:
        reply_line = await reader.readline()
    except ValueError:
        raise ConnectionAbortedError("the SAM bridge sent a line that is too long") from None
    return _checked(reply_line, topic)


def _checked(line, topic):
    if not line.endswith(b"\n"):
        raise ConnectionAbortedError("the SAM bridge closed the connection")
    try:
        reply = sam.Reply(line)
    except ValueError:
        raise ConnectionAbortedError("the SAM bridge sent something that is no SAM reply") from None
    # A good DEST REPLY is the one without a RESULT. Errors may come under another topic than was asked for.
    result = reply.get("RESULT", "OK" if topic == "DEST REPLY" else None)
    if result is None or (result == "OK" and reply.topic != topic):
        raise ConnectionAbortedError("the SAM bridge answered something else")
    if result != "OK":
        raise exceptions.for_result(result, reply.get("MESSAGE", ""))
    return reply


def _field(reply, key):
    value = reply.get(key)
    if not value:
        raise ConnectionAbortedError("the SAM bridge left out {}".format(key))
    return value


def _destination(reply, key, has_private_key=False):
    try:
        return sam.Destination(_field(reply, key), has_private_key=has_private_key)
    except ValueError as error:
        raise ConnectionAbortedError("the SAM bridge sent a bad {}: {}".format(key, error)) from None


@contextlib.asynccontextmanager
async def _closed_on_error(writer):
    """Closes the socket if the step fails, is cancelled or times out; leaves it open if all goes well."""
    try:
        yield
    except BaseException:
        writer.close()
        raise


async def _close(writer):
    """Sends what is still to be sent, then closes; a peer that does not read cannot hold it up for ever."""
    writer.close()
    try:
        await asyncio.wait_for(writer.wait_closed(), CLOSE_TIMEOUT)
    except asyncio.TimeoutError:
        writer.transport.abort()
    except OSError:
        pass


async def get_sam_socket(sam_address=None, loop=None):
    """A new socket to the bridge, greeted and ready for one command.

    :param sam_address: (host, port) of the bridge
    :return: (reader, writer)
    :raises NoVersion: the bridge does not speak SAM 3.1
    """

    async def greet():
        reader, writer = await _open_socket(sam_address or utils.get_sam_address())
        async with _closed_on_error(writer):
            await _ask(reader, writer, "HELLO REPLY",
                       sam.command("HELLO VERSION", [("MIN", sam.VERSION), ("MAX", sam.VERSION)]))
        return reader, writer

    return await _within(CONNECT_TIMEOUT, "HELLO", greet())


async def _single_command(sam_address, seconds, topic, line):
    """A command whose reply is all that is wanted of the socket."""
    reader, writer = await get_sam_socket(sam_address)
    try:
        return await _within(seconds, line.split(b" ", 1)[0].decode(), _ask(reader, writer, topic, line))
    finally:
        writer.close()


async def _lasting_command(sam_address, seconds, topic, line):
    """A command that turns its socket into a session or a stream."""
    reader, writer = await get_sam_socket(sam_address)
    async with _closed_on_error(writer):
        reply = await _within(seconds, topic.split(" ", 1)[0], _ask(reader, writer, topic, line))
    return reply, reader, writer


async def dest_lookup(domain, sam_address=None, loop=None):
    """The destination behind a host name or a ``.b32.i2p`` address.

    :return: :class:`Destination`
    :raises KeyNotFound: nothing is known under the name
    :raises InvalidKey: no such name can exist
    """
    reply = await _single_command(sam_address, LOOKUP_TIMEOUT, "NAMING REPLY",
                                  sam.command("NAMING LOOKUP", [("NAME", domain)]))
    destination = _destination(reply, "VALUE")
    expected = sam.b32_of(domain)
    if expected and destination.base32 != expected:
        # The name is the hash of the answer, so nobody has to be trusted about it.
        raise exceptions.for_result("INVALID_KEY", "the answer does not belong to the name")
    return destination


async def new_destination(sam_address=None, loop=None, sig_type=sam.Destination.default_sig_type):
    """A new destination with its private key, made by the bridge.

    :param sig_type: number or name of the signature type
    :return: :class:`Destination`
    """
    reply = await _single_command(sam_address, REPLY_TIMEOUT, "DEST REPLY",
                                  sam.command("DEST GENERATE", [("SIGNATURE_TYPE", sig_type)]))
    return _destination(reply, "PRIV", has_private_key=True)


async def create_session(session_name, sam_address=None, loop=None, style="STREAM",
                         signature_type=sam.Destination.default_sig_type, destination=None, options=None):
    """A session: a destination of ours, present in the network until its control socket closes.

    :param session_name: the name under which streams are opened; unique on the bridge
    :param style: STREAM, DATAGRAM or RAW
    :param signature_type: for a transient destination
    :param destination: a :class:`Destination` with private key, or that key in base64; None for a transient one
    :param options: I2CP and streaming options, passed on to the router
    :return: (reader, writer) of the control socket. Close the writer to end the session; merely forgetting it does not.
    """
    words = [("STYLE", style), ("ID", session_name)]
    if destination is None:
        words += [("DESTINATION", sam.TRANSIENT_DESTINATION), ("SIGNATURE_TYPE", signature_type)]
    else:
        if not isinstance(destination, sam.Destination):
            destination = sam.Destination(destination, has_private_key=True)
        if destination.private_key is None:
            raise ValueError("a session needs a destination with its private key")
        words.append(("DESTINATION", destination.private_key.base64))
    words += (options or {}).items()

    _, reader, writer = await _lasting_command(sam_address, SESSION_TIMEOUT, "SESSION STATUS",
                                               sam.command("SESSION CREATE", words))
    writer.transport.get_protocol().hold(writer)
    return reader, writer


async def stream_connect(session_name, destination, sam_address=None, loop=None):
    """A stream to a remote destination.

    :param destination: a :class:`Destination`, its base64, or a name that ends in ``.i2p``
    :return: (reader, writer) of the stream
    """
    if isinstance(destination, str):
        if destination.endswith(".i2p"):
            destination = await dest_lookup(destination, sam_address)
        else:
            destination = sam.Destination(destination)
    _, reader, writer = await _lasting_command(
        sam_address, STREAM_TIMEOUT, "STREAM STATUS",
        sam.command("STREAM CONNECT",
                    [("ID", session_name), ("DESTINATION", destination.base64), ("SILENT", False)]))
    return reader, writer


async def stream_accept(session_name, sam_address=None, loop=None):
    """A socket that waits for one stream from the network. Returns as soon as the bridge listens.

    The first line to read is the peer's destination (:func:`peer_destination` reads it), the rest is the stream.

    :return: (reader, writer)
    """
    _, reader, writer = await _lasting_command(
        sam_address, REPLY_TIMEOUT, "STREAM STATUS",
        sam.command("STREAM ACCEPT", [("ID", session_name), ("SILENT", False)]))
    return reader, writer


async def peer_destination(reader):
    """Waits for a peer on an accepted socket and returns its :class:`Destination`; what follows is the stream.

    :raises SAMException: the session ended before a peer came
    """
    try:
        line = await reader.readline()
    except ValueError:
        raise ConnectionAbortedError("the SAM bridge sent a line that is too long") from None
    if not line.endswith(b"\n"):
        raise ConnectionAbortedError("the SAM bridge closed the connection")
    if line.startswith(b"STREAM STATUS "):
        _checked(line, "no good status can come here")
    try:
        return sam.Destination(line.decode("ascii").split()[0])
    except (ValueError, IndexError):
        raise ConnectionAbortedError("the SAM bridge sent a bad destination") from None


class _SocketContext:
    """A socket for the length of an ``async with`` block."""

    reader = None
    writer = None

    async def _open(self):
        raise NotImplementedError

    async def __aenter__(self):
        self.reader, self.writer = await self._open()
        return self

    async def __aexit__(self, error_type, error, traceback):
        await _close(self.writer)


class Session(_SocketContext):
    """``async with Session(name):`` a session as long as the block runs. Parameters as for :func:`create_session`."""

    def __init__(self, session_name, sam_address=None, loop=None, style="STREAM",
                 signature_type=sam.Destination.default_sig_type, destination=None, options=None):
        self.session_name = session_name
        self.sam_address = sam_address
        self.style = style
        self.signature_type = signature_type
        self.destination = destination
        self.options = options

    async def _open(self):
        return await create_session(self.session_name, sam_address=self.sam_address, style=self.style,
                                    signature_type=self.signature_type, destination=self.destination,
                                    options=self.options)


class _StreamContext(_SocketContext):
    async def __aenter__(self):
        await super().__aenter__()
        self.read = self.reader.read
        self.write = self.writer.write
        return self


class StreamConnection(_StreamContext):
    """``async with StreamConnection(name, destination) as c:`` a stream with ``c.read`` and ``c.write``."""

    def __init__(self, session_name, destination, sam_address=None, loop=None):
        self.session_name = session_name
        self.destination = destination
        self.sam_address = sam_address

    async def _open(self):
        return await stream_connect(self.session_name, self.destination, sam_address=self.sam_address)


class StreamAcceptor(_StreamContext):
    """``async with StreamAcceptor(name) as c:`` one incoming stream; first comes the line with the peer's destination."""

    def __init__(self, session_name, sam_address=None, loop=None):
        self.session_name = session_name
        self.sam_address = sam_address

    async def _open(self):
        return await stream_accept(self.session_name, sam_address=self.sam_address)
