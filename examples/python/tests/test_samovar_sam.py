"""The module against a bridge that does as it is told, honest or not. ``python3 -W ignore::ResourceWarning -m unittest discover tests``."""

import asyncio
import contextlib
import gc
import os
import pathlib
import sys
import tempfile
import unittest
import warnings
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import fake_bridge  # noqa: E402
import samovar_sam as sam  # noqa: E402
from samovar_sam import aiosam, utils  # noqa: E402
from samovar_sam.sam import Reply, b64decode, b64encode, command  # noqa: E402


class KeysTest(unittest.TestCase):
    def test_base64_is_that_of_i2p_with_padding(self):
        self.assertEqual(b64encode(b"\xfb\xef\xff\xfe"), "--~~~g==")
        self.assertEqual(b64decode("--~~~g=="), b"\xfb\xef\xff\xfe")

    def test_other_base64_is_refused(self):
        for text in ["++//~g==", "--~~~g", "--~~~g=", "-- ~~g==", "--~~~g==\n", "--~~~h==", "ü---", "=---"]:
            with self.assertRaises(ValueError, msg=text):
                b64decode(text)

    def test_base32_is_the_hash_in_lower_case(self):
        destination = sam.Destination(bytes(384) + b"\5\0\4\0\7\0\0")
        self.assertEqual(destination.base32, "yki53a2rw6v5eakh6nan3tj46xhnbsutmbktawuaz7d7l5r5smca")

    def test_a_private_key_shows_its_destination(self):
        public, private = fake_bridge.new_key()
        destination = sam.Destination(private, has_private_key=True)
        self.assertEqual(destination.base64, public)
        self.assertEqual(destination.private_key.base64, private)
        self.assertEqual(len(destination.data), 391)
        self.assertEqual(len(destination.private_key.data), 391 + 256 + 32)
        self.assertIsNone(sam.Destination(public).private_key)
        self.assertEqual(sam.Destination(public), destination)

    def test_a_dsa_destination_has_no_certificate_payload(self):
        public, private = fake_bridge.new_key(0)
        self.assertEqual(sam.Destination(private, has_private_key=True).base64, public)

    def test_a_destination_is_read_from_a_file(self):
        _, private = fake_bridge.new_key()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "key.dat")
            with open(path, "wb") as file:
                file.write(b64decode(private))
            self.assertEqual(sam.Destination(path=path, has_private_key=True).private_key.base64, private)

    def test_a_private_key_given_as_an_address_is_refused(self):
        with self.assertRaises(ValueError):
            sam.Destination(fake_bridge.new_key()[1])

    def test_malformed_destinations_are_refused(self):
        public, _ = fake_bridge.new_key()
        for data in [None, "", b"", "A" * 516 + "!", public[:-4], b"\0" * 386, b"\0" * 384 + b"\5\xff\xff"]:
            with self.assertRaises(ValueError):
                sam.Destination(data)
        with self.assertRaises(ValueError):
            sam.Destination(public, has_private_key=True)

    def test_private_keys_do_not_show_in_texts(self):
        _, private = fake_bridge.new_key()
        destination = sam.Destination(private, has_private_key=True)
        for shown in [repr(destination), repr(destination.private_key), str(destination.private_key),
                      repr(Reply("DEST REPLY PUB=a PRIV={}\n".format(private).encode()))]:
            self.assertNotIn(private[-40:], shown)


class LinesTest(unittest.TestCase):
    def test_options_keep_their_order_and_case(self):
        self.assertEqual(command("STREAM CONNECT", [("ID", "a"), ("i2cp.leaseSetEncType", "4"), ("SILENT", False)]),
                         b"STREAM CONNECT ID=a i2cp.leaseSetEncType=4 SILENT=false\n")

    def test_nothing_can_end_the_line_or_the_word(self):
        for key, value in [("ID", "a\nQUIT"), ("ID", "a b"), ("ID", "a\rb"), ("ID", 'a"b'), ("I D", "a"), ("", "a"),
                           ("ID\n", "a"), ("I=D", "a"), ("ID", "a\0b"), ("ID", "a\u2028b")]:
            with self.assertRaises(ValueError, msg=repr((key, value))):
                command("SESSION CREATE", [(key, value)])

    def test_replies_are_split_at_blanks_outside_quotes(self):
        reply = Reply(b'SESSION STATUS RESULT=I2P_ERROR MESSAGE="no \\"such\\" thing RESULT=OK" X=a=b  Y Z= \n')
        self.assertEqual(reply.topic, "SESSION STATUS")
        self.assertEqual(reply.options, {
            "RESULT": "I2P_ERROR", "MESSAGE": 'no "such" thing RESULT=OK', "X": "a=b", "Y": "", "Z": ""})

    def test_what_is_no_reply_is_refused(self):
        for line in [b"\n", b"HELLO\n", b"\xff\xfe\n", b'A B MESSAGE="open\n', b"A B =x\n", b'A B C="a"b\n']:
            with self.assertRaises(ValueError, msg=line):
                Reply(line)

    def test_addresses_have_a_host_and_a_port(self):
        self.assertEqual(utils.address_from_string("127.0.0.1:7656"), ("127.0.0.1", 7656))
        self.assertEqual(utils.address_from_string("[::1]:7656"), ("::1", 7656))
        for text in ["", "localhost", ":7656", "localhost:", "localhost:0", "localhost:65536", "localhost:7x", "::1:7"]:
            with self.assertRaises(ValueError, msg=text):
                utils.address_from_string(text)

    def test_the_environment_names_the_bridge(self):
        with mock.patch.dict(os.environ, {"I2P_SAM_ADDRESS": "192.0.2.1:9"}):
            self.assertEqual(sam.get_sam_address(), ("192.0.2.1", 9))
        with mock.patch.dict(os.environ):
            os.environ.pop("I2P_SAM_ADDRESS", None)
            self.assertEqual(sam.get_sam_address(), ("127.0.0.1", 7656))


class BridgeTest(unittest.TestCase):
    def setUp(self):
        context = contextlib.ExitStack()
        self.addCleanup(context.close)
        self.bridge = context.enter_context(fake_bridge.FakeBridge())
        context.enter_context(mock.patch.dict(
            os.environ, {"I2P_SAM_ADDRESS": "{}:{}".format(*self.bridge.address)}))

    def run_it(self, coroutine):
        return asyncio.run(asyncio.wait_for(coroutine, 20))

    def fails_with(self, error, coroutine):
        with self.assertRaises(error) as caught:
            self.run_it(coroutine)
        return caught.exception


class ConversationTest(BridgeTest):
    def test_a_new_destination_is_of_the_default_type(self):
        destination = self.run_it(sam.new_destination())
        self.assertEqual(self.bridge.lines, [
            "HELLO VERSION MIN=3.1 MAX=3.1\n", "DEST GENERATE SIGNATURE_TYPE=7\n"])
        self.assertEqual(len(destination.private_key.data), 679)

    def test_a_transient_session_names_its_signature_type(self):
        async def scenario():
            _, writer = await sam.create_session("a", options={"inbound.length": 0})
            writer.close()

        self.run_it(scenario())
        self.assertEqual(self.bridge.sent(), [
            "SESSION CREATE STYLE=STREAM ID=a DESTINATION=TRANSIENT SIGNATURE_TYPE=7 inbound.length=0\n"])

    def test_a_session_on_a_key_sends_the_text_it_was_given(self):
        _, private = fake_bridge.new_key()

        async def scenario():
            for key in (private, sam.Destination(private, has_private_key=True)):
                async with sam.Session("a", destination=key):
                    pass

        self.run_it(scenario())
        self.assertEqual(self.bridge.sent(), ["SESSION CREATE STYLE=STREAM ID=a DESTINATION=%s\n" % private] * 2)

    def test_a_session_lives_although_nobody_keeps_its_writer(self):
        async def scenario():
            await sam.create_session("kept")
            for _ in range(5):
                gc.collect()
                await asyncio.sleep(0)
            return await sam.stream_accept("kept")

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            _, writer = self.run_it(scenario())
        self.assertIsNotNone(writer)

    def test_a_session_of_an_ended_loop_is_let_go(self):
        async def scenario(name):
            await sam.create_session(name)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            for name in ("one", "two", "three"):
                self.run_it(scenario(name))
        self.assertLessEqual(len(aiosam._SocketProtocol._held), 1)

    def test_bytes_pass_between_two_sessions(self):
        async def scenario():
            destination = await sam.new_destination()
            async with sam.Session("server", destination=destination), sam.Session("client"):
                server_reader, server_writer = await sam.stream_accept("server")
                reader, writer = await sam.stream_connect("client", destination.base32 + ".b32.i2p")
                writer.write(b"x" * 1000000)
                peer = await sam.peer_destination(server_reader)
                received = await server_reader.readexactly(1000000)
                server_writer.write(received[::-1] + b"end")
                echoed = await reader.readexactly(1000003)
                writer.close()
                server_writer.close()
                return peer, echoed

        peer, echoed = self.run_it(scenario())
        self.assertEqual(len(peer.data), 391)
        self.assertEqual(echoed, b"x" * 1000000 + b"end")

    def test_a_destination_connects_without_a_lookup(self):
        public, _ = fake_bridge.new_key()

        async def scenario():
            async with sam.Session("a"):
                for target in (public, sam.Destination(public)):
                    with self.assertRaises(sam.CantReachPeer):
                        await sam.stream_connect("a", target)

        self.run_it(scenario())
        self.assertEqual(self.bridge.sent()[1:], ["STREAM CONNECT ID=a DESTINATION=%s SILENT=false\n" % public] * 2)

    def test_the_loop_argument_is_ignored(self):
        async def scenario():
            loop = asyncio.get_running_loop()
            await sam.new_destination(loop=loop)
            async with sam.Session("a", loop=loop):
                async with sam.StreamAcceptor("a", loop=loop):
                    pass

        self.run_it(scenario())


class ErrorsTest(BridgeTest):
    def test_every_result_has_its_exception(self):
        for result, error in [
                ("CANT_REACH_PEER", sam.CantReachPeer), ("DUPLICATED_DEST", sam.DuplicatedDest),
                ("DUPLICATED_ID", sam.DuplicatedId), ("I2P_ERROR", sam.I2PError), ("INVALID_ID", sam.InvalidId),
                ("INVALID_KEY", sam.InvalidKey), ("KEY_NOT_FOUND", sam.KeyNotFound),
                ("PEER_NOT_FOUND", sam.PeerNotFound), ("TIMEOUT", sam.Timeout), ("NEVER_HEARD_OF", sam.SAMException)]:
            self.bridge.answers["STREAM ACCEPT"] = "STREAM STATUS RESULT={} MESSAGE=\"why so\"\n".format(result).encode()
            caught = self.fails_with(error, sam.stream_accept("a"))
            self.assertIs(type(caught), error)
            self.assertIsInstance(caught, OSError)
            self.assertEqual((caught.result, caught.message), (result, "why so"))

    def test_a_bridge_without_3_1_is_told_apart(self):
        self.bridge.answers["HELLO VERSION"] = b"HELLO REPLY RESULT=NOVERSION\n"
        self.fails_with(sam.NoVersion, sam.get_sam_socket())

    def test_an_error_in_generating_is_an_exception(self):
        self.bridge.answers["DEST GENERATE"] = b'DEST REPLY RESULT=I2P_ERROR MESSAGE="SIGNATURE_TYPE 99 unsupported"\n'
        self.fails_with(sam.I2PError, sam.new_destination(sig_type=99))

    def test_the_second_session_of_a_name_or_key_is_refused(self):
        async def scenario(name):
            _, private = fake_bridge.new_key()
            async with sam.Session("a", destination=private), sam.Session(name, destination=private):
                pass

        self.fails_with(sam.DuplicatedId, scenario("a"))
        self.fails_with(sam.DuplicatedDest, scenario("b"))

    def test_an_unknown_name_is_not_found(self):
        self.fails_with(sam.KeyNotFound, sam.dest_lookup("nowhere.i2p"))

    def test_a_destination_that_is_not_the_names_hash_is_refused(self):
        public, _ = fake_bridge.new_key()
        name = "a" * 52 + ".b32.i2p"
        self.bridge.names[name] = public
        self.fails_with(sam.InvalidKey, sam.dest_lookup(name))
        self.bridge.names["some.i2p"] = public
        self.assertEqual(self.run_it(sam.dest_lookup("some.i2p")).base64, public)

    def test_nonsense_is_a_broken_connection(self):
        for answer in [b"\n", b"HTTP/1.0 400 Bad Request\n", b"", b"STREAM STATUS RESULT=OK", b"\xff\xff\xff\n",
                       b"SESSION STATUS RESULT=OK\n", b"STREAM STATUS\n", b"x" * 100000 + b"\n"]:
            self.bridge.answers["STREAM ACCEPT"] = answer
            if not answer.endswith(b"\n") and answer:
                # An unfinished line and then nothing more: the time limit has to end it.
                with mock.patch.object(aiosam, "REPLY_TIMEOUT", 0.2):
                    self.fails_with(sam.Timeout, sam.stream_accept("a"))
            else:
                self.fails_with(ConnectionAbortedError, sam.stream_accept("a"))

    def test_a_bad_key_in_a_reply_is_a_broken_connection(self):
        for value in ["VALUE=AAAA", "VALUE=", "", "VALUE=" + fake_bridge.new_key()[1]]:
            self.bridge.answers["NAMING LOOKUP"] = "NAMING REPLY RESULT=OK NAME=a.i2p {}\n".format(value).encode()
            self.fails_with(ConnectionAbortedError, sam.dest_lookup("a.i2p"))

    def test_a_silent_bridge_is_given_up_on_and_its_socket_closed(self):
        self.bridge.answers["STREAM ACCEPT"] = None
        with mock.patch.object(aiosam, "REPLY_TIMEOUT", 0.1):
            caught = self.fails_with(sam.Timeout, sam.stream_accept("a"))
        self.assertIn("0.1 s", str(caught))

    def test_a_session_that_ends_ends_its_waiting_accepts(self):
        async def scenario(last_words):
            async with sam.Session("a"):
                self.bridge.answers["STREAM ACCEPT"] = b"STREAM STATUS RESULT=OK\n" + last_words
                reader, writer = await sam.stream_accept("a")
                try:
                    await sam.peer_destination(reader)
                finally:
                    writer.close()

        self.fails_with(sam.I2PError, scenario(b'STREAM STATUS RESULT=I2P_ERROR MESSAGE="Session is closed"\n'))
        self.fails_with(ConnectionAbortedError, scenario(b"some text\n"))
        self.fails_with(ConnectionAbortedError, scenario(b"x" * 100000))

    def test_nothing_is_sent_that_could_be_a_second_command(self):
        for attempt in [
                sam.create_session("a\nQUIT"), sam.create_session("a", options={"x": "1\nQUIT"}),
                sam.dest_lookup("a.i2p\nQUIT"), sam.stream_accept("a QUIT"), sam.stream_connect("a", "x\n.i2p")]:
            self.fails_with(ValueError, attempt)
        self.assertEqual(self.bridge.sent(), [])

    def test_a_session_needs_the_private_key(self):
        public, _ = fake_bridge.new_key()
        self.fails_with(ValueError, sam.create_session("a", destination=sam.Destination(public)))
        self.fails_with(ValueError, sam.create_session("a", destination=public))

    def test_no_bridge_is_a_connection_error(self):
        self.fails_with(ConnectionRefusedError, sam.get_sam_socket(("127.0.0.1", utils.get_free_port())))


class TunnelTest(BridgeTest):
    def test_a_local_service_is_reached_through_both_tunnels(self):
        async def upper(reader, writer):
            writer.write((await reader.readline()).upper())
            writer.close()

        async def scenario():
            service = await asyncio.start_server(upper, "127.0.0.1", 0)
            server = sam.ServerTunnel(service.sockets[0].getsockname()[:2])
            await server.run()
            client = sam.ClientTunnel(server.destination.base32 + ".b32.i2p", ("127.0.0.1", utils.get_free_port()))
            await client.run()
            answers = []
            for text in (b"one\n", b"two\n"):
                answer = b""
                while not answer:  # The tunnel's next ACCEPT may not be there yet.
                    reader, writer = await asyncio.open_connection(*client.local_address)
                    writer.write(text)
                    with contextlib.suppress(ConnectionError):
                        answer = await reader.read()
                    writer.close()
                answers.append(answer)
            client.stop()
            server.stop()
            service.close()
            return answers

        self.assertEqual(self.run_it(scenario()), [b"ONE\n", b"TWO\n"])

    def test_a_tunnel_without_its_service_closes_the_stream(self):
        async def scenario():
            server = sam.ServerTunnel(("127.0.0.1", utils.get_free_port()))
            await server.run()
            async with sam.Session("client"):
                while True:
                    try:
                        reader, writer = await sam.stream_connect("client", server.destination)
                        break
                    except sam.CantReachPeer:
                        pass
                answer = await reader.read()
                writer.close()
            server.stop()
            return answer

        self.assertEqual(self.run_it(scenario()), b"")


if __name__ == "__main__":
    unittest.main()
