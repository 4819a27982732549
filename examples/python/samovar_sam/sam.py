"""What goes over a SAM socket: destinations, keys, command lines and replies. No sockets in here."""

import base64
import hashlib
import re

DEFAULT_ADDRESS = ("127.0.0.1", 7656)
VERSION = "3.1"
TRANSIENT_DESTINATION = "TRANSIENT"

# Longest line that is taken from a bridge: many times what any key, with an offline block, needs.
MAX_LINE = 65536

_BASE64 = re.compile(r"[A-Za-z0-9~-]*={0,2}")
_OPTION = re.compile(r'([^\s="]+)(?:=("(?:\\.|[^"\\])*"|[^\s"]*))?(?=\s|$)')
_BASE32_NAME = re.compile(r"[a-z2-7]{52}\.b32\.i2p")


def b64encode(data):
    """I2P's base64: ``-`` and ``~`` for ``+`` and ``/``, with padding."""
    return base64.b64encode(data, b"-~").decode("ascii")


def b64decode(text):
    """Bytes of I2P base64. Anything else (other alphabet, missing padding, blanks, stray bits) is a ValueError."""
    if not _BASE64.fullmatch(text) or len(text) % 4:
        raise ValueError("not I2P base64")
    data = base64.b64decode(text, b"-~")
    if b64encode(data) != text:
        raise ValueError("not I2P base64: unused bits are set")
    return data


def b32_of(name):
    """The 52 characters in front of ``.b32.i2p``, or None if the name is of another kind."""
    name = name.lower()
    return name[:52] if _BASE32_NAME.fullmatch(name) else None


class PrivateKey:
    """A destination together with its private keys: what SAM calls a private DESTINATION.

    :param data: base64 text or the bytes themselves
    """

    def __init__(self, data):
        if isinstance(data, str):
            #: base64, as given
            self.base64 = data
            #: the bytes
            self.data = b64decode(data)
        else:
            self.data = bytes(data)
            self.base64 = b64encode(self.data)

    def __repr__(self):
        return "<PrivateKey: redacted>"


class Destination:
    """An I2P destination: the address of a program, as others see it.

    Layout: 256 bytes encryption key field, 128 bytes signing key field, then a certificate of 1 byte type, 2 bytes
    length and that many bytes. Private keys follow only in a :class:`PrivateKey`.

    :param data: base64 text or bytes
    :param path: a file that holds the bytes (not base64)
    :param has_private_key: whether private keys follow the destination
    :raises ValueError: not a destination, or private keys follow although ``has_private_key`` is false: a key handed
        over by mistake must not travel on as an address
    """

    DSA_SHA1 = 0
    ECDSA_SHA256_P256 = 1
    ECDSA_SHA384_P384 = 2
    ECDSA_SHA512_P521 = 3
    EdDSA_SHA512_Ed25519 = 7

    default_sig_type = EdDSA_SHA512_Ed25519

    _KEYS_SIZE = 256 + 128

    def __init__(self, data=None, path=None, has_private_key=False):
        if path is not None:
            with open(path, "rb") as file:
                data = file.read(MAX_LINE)
        if not data:
            raise ValueError("a destination needs data or a path")

        raw = b64decode(data) if isinstance(data, str) else bytes(data)
        if len(raw) < self._KEYS_SIZE + 3:
            raise ValueError("too short for a destination: {} bytes".format(len(raw)))
        size = self._KEYS_SIZE + 3 + int.from_bytes(raw[self._KEYS_SIZE + 1 : self._KEYS_SIZE + 3], "big")
        if len(raw) < size:
            raise ValueError("the destination's certificate is cut off")
        if has_private_key and len(raw) == size:
            raise ValueError("no private key follows the destination")
        if not has_private_key and len(raw) > size:
            raise ValueError("more than a destination; if a private key follows, say has_private_key=True")

        #: the bytes that make the address
        self.data = raw[:size]
        #: the same in base64
        self.base64 = b64encode(self.data)
        #: :class:`PrivateKey`, or None
        self.private_key = PrivateKey(data) if has_private_key else None

    @property
    def base32(self):
        """The hash that names this destination: 52 characters, without ``.b32.i2p``."""
        return base64.b32encode(hashlib.sha256(self.data).digest()).decode("ascii").rstrip("=").lower()

    def __eq__(self, other):
        return isinstance(other, Destination) and self.data == other.data

    def __hash__(self):
        return hash(self.data)

    def __repr__(self):
        return "<Destination: {}.b32.i2p>".format(self.base32)


def command(words, options=()):
    """One command line as bytes. ``options`` are (key, value) pairs.

    Values are never quoted (quotes are not reliable below SAM 3.2), so a key or value that could end the word or the
    line is a ValueError: it would be another command.
    """
    parts = [words]
    for key, value in options:
        if isinstance(value, bool):
            value = "true" if value else "false"
        key, value = str(key), str(value)
        if not key or re.search(r'[\s="]', key) or re.search(r'[\s"\x00-\x1f\x7f]', value):
            raise ValueError("blanks, quotes and control characters have no place in a SAM option: {!r}".format(key))
        parts.append(key + "=" + value)
    return (" ".join(parts) + "\n").encode("utf-8")


class Reply:
    """One parsed reply: two words, then options.

    :raises ValueError: not a reply line
    """

    def __init__(self, line):
        text = line.decode("utf-8").strip()
        words = text.split(None, 2)
        if len(words) < 2:
            raise ValueError("a reply has at least two words")
        #: the first two words, as in ``STREAM STATUS``
        self.topic = words[0] + " " + words[1]
        self.options = {}
        rest, position = (words[2], 0) if len(words) == 3 else ("", 0)
        while position < len(rest):
            match = _OPTION.match(rest, position)
            if not match:
                raise ValueError("malformed option in a reply")
            key, value = match.group(1), match.group(2) or ""
            if value.startswith('"'):
                value = re.sub(r"\\(.)", r"\1", value[1:-1])
            self.options.setdefault(key, value)
            position = match.end()
            while position < len(rest) and rest[position].isspace():
                position += 1

    def __getitem__(self, key):
        return self.options[key]

    def get(self, key, default=None):
        return self.options.get(key, default)

    @property
    def ok(self):
        return self.get("RESULT") == "OK"

    def __repr__(self):
        # Never the values: a reply may hold a private key.
        return "<Reply: {} RESULT={}>".format(self.topic, self.get("RESULT"))
