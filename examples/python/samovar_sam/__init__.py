"""A small SAM client for asyncio, with the function names of i2plib 0.0.14.

Programs written for i2plib run after a change of the import; Python 3.9 or later, standard library only.
"""

from .aiosam import (
    Session,
    StreamAcceptor,
    StreamConnection,
    create_session,
    dest_lookup,
    get_sam_socket,
    new_destination,
    peer_destination,
    stream_accept,
    stream_connect,
)
from .exceptions import (
    CantReachPeer,
    DuplicatedDest,
    DuplicatedId,
    I2PError,
    InvalidId,
    InvalidKey,
    KeyNotFound,
    NoVersion,
    PeerNotFound,
    SAMException,
    Timeout,
)
from .sam import Destination, PrivateKey
from .tunnel import ClientTunnel, ServerTunnel
from .utils import get_sam_address

__all__ = [name for name in dir() if not name.startswith("_")]
