#!/usr/bin/env python3
"""An echo through I2P with txi2p, Twisted's endpoints for I2P (Debian: python3-txi2p-tahoe).

    txi2p_echo.py [--pinging] HOST:PORT

A server endpoint and a client endpoint, each a session of its own on the bridge; the client connects to the server three
times, by destination and by name, and gets its words back. With --pinging txi2p takes the bridge for one that speaks
SAM 3.2 even if it says 3.1: it then keeps its sessions alive by PING (here every half second, not every two minutes)
and keeps eight ACCEPTs waiting; the program checks that its PINGs are answered. Exit code 0 if all went well.
"""

import argparse
import os
import sys
import tempfile

from twisted.internet import defer, endpoints, protocol, reactor, task
from twisted.protocols.basic import LineReceiver

from txi2p.sam import base as txi2p_base
from txi2p.sam import session as txi2p_session
from txi2p.sam import stream as txi2p_stream
from txi2p.sam.endpoints import SAMI2PStreamClientEndpoint, SAMI2PStreamServerEndpoint

OPTIONS = {"i2cp.leaseSetEncType": "4"}
SECONDS = 180
PING_SECONDS = 0.5
PINGS = 3


class Echo(LineReceiver):
    delimiter = b"\n"

    def lineReceived(self, line):
        self.sendLine(b"echo of " + line)


class Caller(LineReceiver):
    delimiter = b"\n"

    def __init__(self):
        self.answer = defer.Deferred()

    def connectionMade(self):
        self.sendLine(b"hello")

    def lineReceived(self, line):
        self.transport.loseConnection()
        if not self.answer.called:
            self.answer.callback(line)

    def connectionLost(self, reason=None):
        if not self.answer.called:
            self.answer.errback(reason)


@defer.inlineCallbacks
def call(bridge, target):
    """One call; what cannot be found yet is tried again."""
    while True:
        try:
            endpoint = SAMI2PStreamClientEndpoint.new(bridge, target, nickname=nickname("client"), options=OPTIONS)
            caller = yield endpoint.connect(protocol.Factory.forProtocol(Caller))
            answer = yield caller.answer
            return answer
        except Exception as error:
            print("not yet: {}".format(type(error).__name__), flush=True)
            yield task.deferLater(reactor, 1, lambda: None)


def nickname(role):
    return "txi2p-echo-{}-{}".format(role, os.getpid())


@defer.inlineCallbacks
def check_pings(sessions):
    """Every PONG makes txi2p plan the next PING; a missing one would have closed the session."""
    for session in sessions:
        seen = set()
        while len(seen) < PINGS:
            if session._closed:
                raise RuntimeError("the session was closed for want of a PONG")
            seen.add(session._proto.lastPing)
            yield task.deferLater(reactor, PING_SECONDS / 5, lambda: None)
        session._proto.stopPinging()
    print("{} PINGs answered on each session".format(PINGS - 1), flush=True)


@defer.inlineCallbacks
def run(reactor, address, pinging, folder):
    host, _, port = address.rpartition(":")
    bridge = endpoints.TCP4ClientEndpoint(reactor, host, int(port))
    if pinging:
        txi2p_base.KEEPALIVE_TIMEOUT = PING_SECONDS
        txi2p_session.cmpSAM = txi2p_stream.cmpSAM = lambda ours, wanted: 1

    server = SAMI2PStreamServerEndpoint.new(
        bridge, os.path.join(folder, "server.key"), nickname=nickname("server"), options=OPTIONS)
    listening = yield server.listen(protocol.Factory.forProtocol(Echo))
    me = listening.getHost()
    print("listening", flush=True)
    for target in (me.destination, me.host, me.destination):
        answer = yield call(bridge, target)
        print("answer: {}".format(answer.decode("ascii", "replace")), flush=True)
        if answer != b"echo of hello":
            raise RuntimeError("a wrong answer")
    if pinging:
        yield check_pings(list(txi2p_session._sessions.values()))
    listening.stopListening()


def main():
    parser = argparse.ArgumentParser(description="An echo through I2P with txi2p.")
    parser.add_argument("bridge", metavar="HOST:PORT", help="SAM bridge")
    parser.add_argument("--pinging", action="store_true", help="make txi2p send PINGs, and check the answers")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        done = []

        def finish(outcome):
            done.append(outcome)
            if reactor.running:
                reactor.stop()

        def start():
            work = run(reactor, arguments.bridge, arguments.pinging, folder)
            work.addTimeout(SECONDS, reactor)
            work.addBoth(finish)

        reactor.callWhenRunning(start)
        reactor.run()
    if done and done[0] is None:
        print("done", flush=True)
        return 0
    print("txi2p_echo: {}".format(done[0].getErrorMessage() if done else "interrupted"), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
