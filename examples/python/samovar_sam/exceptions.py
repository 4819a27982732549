"""Every answer of a SAM bridge that is not OK, as an exception named after its RESULT."""


class SAMException(IOError):
    """The bridge answered with a RESULT other than OK.

    ``result`` is the RESULT as sent; ``message`` is the bridge's own text, empty if it gave none. The text comes from
    outside this program: show it to people, decide nothing by it.
    """

    result = ""
    message = ""


class CantReachPeer(SAMException):
    """The peer is known, but did not answer or turned the connection down."""


class DuplicatedDest(SAMException):
    """Another session holds this destination."""


class DuplicatedId(SAMException):
    """Another session holds this session name."""


class I2PError(SAMException):
    """Anything that has no RESULT of its own; ``message`` says what."""


class InvalidId(SAMException):
    """No session of this name, or it has ended."""


class InvalidKey(SAMException):
    """A destination or name that can never be valid."""


class KeyNotFound(SAMException):
    """The name is well formed, but nothing is known under it."""


class PeerNotFound(SAMException):
    """The network knows no way to this peer."""


class Timeout(SAMException):
    """The bridge, or the peer behind it, did not answer in time."""


class NoVersion(SAMException):
    """The bridge does not speak SAM 3.1."""


SAM_EXCEPTIONS = {
    "CANT_REACH_PEER": CantReachPeer,
    "DUPLICATED_DEST": DuplicatedDest,
    "DUPLICATED_ID": DuplicatedId,
    "I2P_ERROR": I2PError,
    "INVALID_ID": InvalidId,
    "INVALID_KEY": InvalidKey,
    "KEY_NOT_FOUND": KeyNotFound,
    "PEER_NOT_FOUND": PeerNotFound,
    "TIMEOUT": Timeout,
    "NOVERSION": NoVersion,
}


def for_result(result, message=""):
    """The exception to raise for a RESULT; one that SAM does not list becomes a plain :class:`SAMException`."""
    error = SAM_EXCEPTIONS.get(result, SAMException)("{}: {}".format(result, message) if message else result)
    error.result = result
    error.message = message
    return error
