package dev.samovar.sam.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.crypto.SigType;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamCommandParserTest {

    private static SamCommand.SessionCreate session(String line) throws SamSyntaxException {
        return (SamCommand.SessionCreate) SamCommandParser.parse(line);
    }

    private static String refusal(String line) {
        return assertThrows(SamSyntaxException.class, () -> SamCommandParser.parse(line), line)
                .reply();
    }

    @Test
    void sessionCreateKeepsWhatIsNotSamsOwnAsOptions() throws Exception {
        SamCommand.SessionCreate command = session("SESSION CREATE STYLE=STREAM ID=bitcoin DESTINATION=TRANSIENT"
                + " SIGNATURE_TYPE=7 FROM_PORT=1 TO_PORT=65535 LISTEN_PORT=4 HEADER=true i2cp.leaseSetEncType=4,0"
                + " inbound.quantity=3 inbound.nickname=\"two words\" empty= alone");
        assertEquals("STREAM", command.style());
        assertEquals("bitcoin", command.id());
        assertEquals("TRANSIENT", command.destination());
        assertEquals("7", command.signatureType());
        assertEquals(1, command.fromPort());
        assertEquals(65535, command.toPort());
        assertEquals(
                Map.of(
                        "i2cp.leaseSetEncType", "4,0",
                        "inbound.quantity", "3",
                        "inbound.nickname", "two words",
                        "empty", "",
                        "alone", ""),
                command.options());
    }

    @Test
    void onlyTheFirstEqualsSignSeparates() throws Exception {
        assertEquals(
                "abc==",
                session("SESSION CREATE ID=x STYLE=RAW DESTINATION=abc==").destination());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "o=plain|plain",
                "o=\"in quotes\"|in quotes",
                "o=\"a \\\"b\\\" c\"|a \"b\" c",
                "o=\"back\\\\slash\"|back\\slash",
                "o=\"other \\n escape\"|other \\n escape",
                "o=out\\side|out\\side",
                "o=mid\"dle|mid\"dle",
                "o=a=b=c|a=b=c",
                "o=\u00fcber|\u00fcber"
            })
    void valuesAreReadAsClientsMeanThem(String text, String value) throws Exception {
        assertEquals(
                value,
                session("SESSION CREATE STYLE=STREAM ID=x DESTINATION=TRANSIENT " + text)
                        .options()
                        .get("o"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "STREAM CONNECT ID=x DESTINATION=y SILENT=true",
                "  stream   Connect\tID=x  DESTINATION=y   SILENT=TRUE  ",
                "STREAM CONNECT SILENT=true DESTINATION=y ID=x\r",
                "STREAM CONNECT ID=x DESTINATION=\"y\" SILENT=\"true\" UNKNOWN=1 UNKNOWN=2"
            })
    void blanksCaseOrderAndCarriageReturnsDoNotMatter(String line) throws Exception {
        assertEquals(
                new SamCommand.StreamConnect("x", "y", true, SamCommand.ABSENT, SamCommand.ABSENT),
                SamCommandParser.parse(line));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " SILENT=false", " SILENT=\u0001\u0002garbage", " SILENT=", " SILENT", " SILENT=1"})
    void silentIsTrueForTrueOnly(String silent) throws Exception {
        assertEquals(new SamCommand.StreamAccept("x", false), SamCommandParser.parse("STREAM ACCEPT ID=x" + silent));
    }

    @Test
    void valuesKeepTheirCase() throws Exception {
        assertEquals(new SamCommand.NamingLookup("MiXed.i2p"), SamCommandParser.parse("naming lookup NAME=MiXed.i2p"));
    }

    @ParameterizedTest
    @CsvSource({"PING,''", "PING a,a", "'PING  a b ',' a b '", "'ping a=\"\\',a=\"\\", "'PING a\r',a", "'PING ',''"})
    void pingKeepsItsText(String line, String text) throws Exception {
        assertEquals(new SamCommand.Ping(text), SamCommandParser.parse(line));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\r", "\t \r"})
    void anEmptyLineIsNothing(String line) throws Exception {
        assertInstanceOf(SamCommand.Nothing.class, SamCommandParser.parse(line));
    }

    @ParameterizedTest
    @ValueSource(strings = {"QUIT", "stop", "Exit", "QUIT now"})
    void threeWordsQuit(String line) throws Exception {
        assertInstanceOf(SamCommand.Quit.class, SamCommandParser.parse(line));
    }

    @ParameterizedTest
    @CsvSource({
        "'',DSA_SHA1",
        "' SIGNATURE_TYPE=0',DSA_SHA1",
        "' SIGNATURE_TYPE=1',ECDSA_SHA256_P256",
        "' SIGNATURE_TYPE=2',ECDSA_SHA384_P384",
        "' SIGNATURE_TYPE=3',ECDSA_SHA512_P521",
        "' SIGNATURE_TYPE=7',EdDSA_SHA512_Ed25519",
        "' SIGNATURE_TYPE=eddsa_sha512_ed25519',EdDSA_SHA512_Ed25519",
        "' SIGNATURE_TYPE=ECDSA_SHA256_P256',ECDSA_SHA256_P256"
    })
    void typesHaveNumbersAndNames(String key, SigType type) throws Exception {
        assertEquals(new SamCommand.DestGenerate(type), SamCommandParser.parse("DEST GENERATE" + key));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NONSENSE|NONSENSE STATUS|unsupported command, enter HELP for help",
                "n\u00f6nsense|COMMAND STATUS|unsupported command, enter HELP for help",
                "A\"B C=D|COMMAND STATUS|unsupported command, enter HELP for help",
                "SESSION|SESSION STATUS|Unrecognized opcode",
                "SESSION CREATE|SESSION STATUS|No parameters for SESSION CREATE",
                "SESSION CREATE STYLE=RAW DESTINATION=TRANSIENT|SESSION STATUS|ID not specified",
                "SESSION CREATE STYLE=RAW DESTINATION=TRANSIENT ID=|SESSION STATUS|ID not specified",
                "SESSION CREATE STYLE=RAW DESTINATION=TRANSIENT ID=\"a b\"|SESSION STATUS|Bad ID",
                "SESSION CREATE ID=x DESTINATION=TRANSIENT|SESSION STATUS|No SESSION STYLE specified",
                "SESSION CREATE ID=x STYLE=RAW|SESSION STATUS|DESTINATION not specified",
                "SESSION CREATE ID=x ID=x STYLE=RAW|SESSION STATUS|Duplicate parameter ID",
                "SESSION CREATE ID=x STYLE=RAW DESTINATION=y PORT=abc|SESSION STATUS|Bad PORT",
                "SESSION CREATE ID=x STYLE=RAW DESTINATION=y PORT=0|SESSION STATUS|Bad PORT",
                "SESSION CREATE ID=x STYLE=RAW DESTINATION=y PORT=65536|SESSION STATUS|Bad PORT",
                "SESSION CREATE ID=x STYLE=RAW DESTINATION=y PORT=99999999999|SESSION STATUS|Bad PORT",
                "SESSION CREATE ID=x STYLE=RAW DESTINATION=y FROM_PORT=-1|SESSION STATUS|Bad FROM_PORT",
                "SESSION CREATE ID=x STYLE=RAW DESTINATION=y PROTOCOL=256|SESSION STATUS|Bad PROTOCOL",
                "SESSION CREATE ID=x STYLE=\"RAW|SESSION STATUS|Unterminated quote",
                "SESSION ADD ID=x|SESSION STATUS|SESSION ADD needs SAM 3.3",
                "STREAM|STREAM STATUS|Unrecognized opcode",
                "STREAM CONNECT DESTINATION=x|STREAM STATUS|ID not specified",
                "STREAM CONNECT ID=x|STREAM STATUS|Destination not specified in STREAM CONNECT message",
                "STREAM FORWARD ID=x|STREAM STATUS|PORT not specified",
                "STREAM FORWARD ID=x PORT=x|STREAM STATUS|Bad PORT",
                "STREAM ACCEPT ID=x ID=y|STREAM STATUS|Duplicate parameter ID",
                "NAMING FIND NAME=x|NAMING REPLY|unsupported command, enter HELP for help",
                "DEST MAKE|DEST REPLY|unsupported command, enter HELP for help",
                "DEST GENERATE SIGNATURE_TYPE=4|DEST REPLY|SIGNATURE_TYPE 4 unsupported",
                "DEST GENERATE SIGNATURE_TYPE=999999|DEST REPLY|SIGNATURE_TYPE 999999 unsupported",
                "DEST GENERATE SIGNATURE_TYPE=<b>|DEST REPLY|SIGNATURE_TYPE unsupported",
                "DATAGRAM SEND DESTINATION=x|DATAGRAM STATUS|SIZE not specified",
                "DATAGRAM SEND DESTINATION=x SIZE=0|DATAGRAM STATUS|Bad SIZE",
                "DATAGRAM SEND DESTINATION=x SIZE=31745|DATAGRAM STATUS|Bad SIZE",
                "RAW SEND DESTINATION=x SIZE=32769|RAW STATUS|Bad SIZE",
                "RAW SEND SIZE=1|RAW STATUS|DESTINATION not specified"
            })
    void everyMistakeHasItsReply(String line, String subject, String message) {
        assertEquals(subject + " RESULT=I2P_ERROR MESSAGE=\"" + message + "\"\n", refusal(line));
    }

    @Test
    void onlyMistakesOfStreamsAndSendsMakeASocketUseless() {
        for (String line : new String[] {
            "STREAM X",
            "STREAM ACCEPT",
            "STREAM connect ID=\"x",
            "STREAM ID=\"x",
            "RAW SEND SIZE=1",
            "RAW SEND SIZE=1 DESTINATION=\"x",
            "DATAGRAM SEND",
            "datagram send DESTINATION=\""
        }) {
            assertTrue(assertThrows(SamSyntaxException.class, () -> SamCommandParser.parse(line))
                    .fatal());
        }
        for (String line : new String[] {
            "SESSION X", "SESSION CREATE ID=\"x", "NAMING", "DEST", "RAW", "DATAGRAM HELP", "NONSENSE", "NONSENSE A=\""
        }) {
            assertFalse(assertThrows(SamSyntaxException.class, () -> SamCommandParser.parse(line))
                    .fatal());
        }
    }

    @Test
    void nothingSecretIsPrinted() throws Exception {
        for (String line : new String[] {
            "SESSION CREATE STYLE=STREAM ID=sesame DESTINATION=sesame",
            "STREAM CONNECT ID=sesame DESTINATION=sesame",
            "STREAM ACCEPT ID=sesame",
            "STREAM FORWARD ID=sesame PORT=1",
            "NAMING LOOKUP NAME=sesame",
            "DATAGRAM SEND DESTINATION=sesame SIZE=1",
            "PING sesame"
        }) {
            assertFalse(SamCommandParser.parse(line).toString().contains("sesame"), line);
        }
    }

    /** Whatever comes, it is a command or a reply of one line. */
    @Test
    void anyTextIsACommandOrARefusal() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String[] words = {
            "SESSION",
            "CREATE",
            "STREAM",
            "CONNECT",
            "ACCEPT",
            "FORWARD",
            "HELLO",
            "VERSION",
            "NAMING",
            "LOOKUP",
            "DEST",
            "GENERATE",
            "DATAGRAM",
            "RAW",
            "SEND",
            "PING",
            "PONG",
            "QUIT",
            "ID",
            "STYLE",
            "DESTINATION",
            "SILENT",
            "PORT",
            "SIZE",
            "MIN",
            "MAX",
            "NAME",
            "=",
            "==",
            "\"",
            "\\",
            "\\\"",
            " ",
            "  ",
            "\t",
            "\r",
            "3.1",
            "TRANSIENT",
            "7",
            "-1",
            "65536",
            "\u00fc",
            "\0",
            "99999999999999999999"
        };
        for (int i = 0; i < 30_000; i++) {
            StringBuilder line = new StringBuilder();
            for (int n = random.nextInt(14); n > 0; n--) {
                line.append(words[random.nextInt(words.length)]);
                if (random.nextInt(3) > 0) {
                    line.append(random.nextBoolean() ? ' ' : '=');
                }
                if (random.nextInt(20) == 0) {
                    line.append((char) random.nextInt(0x10000));
                }
            }
            try {
                assertNotNull(SamCommandParser.parse(line.toString()));
            } catch (SamSyntaxException refused) {
                String reply = refused.reply();
                assertEquals(reply.length() - 1, reply.indexOf('\n'), "seed " + seed + ": " + line);
                assertTrue(reply.contains(" RESULT=I2P_ERROR MESSAGE=\""), "seed " + seed + ": " + line);
            } catch (RuntimeException bug) {
                throw new AssertionError("seed " + seed + ": " + line, bug);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-,-,3.1",
                "3.1,3.1,3.1",
                "3.0,3.0,3.0",
                "3.0,3.2,3.1",
                "3.0,3.3,3.1",
                "3.1,3.3,3.1",
                "3.2,3.3,-",
                "3.3,3.3,-",
                "3,3,3.0",
                "3,-,3.1",
                "1.0,99.99,3.1",
                "4.0,4.5,-",
                "-,2.9,-",
                "-,3.0,3.0",
                "3.1,3.0,-",
                "x,3.1,-",
                "3.0,x,-",
                "3.0.0,3.1,-",
                "3.,3.1,-",
                "-3,3.1,-",
                "3.0,3.100,-"
            })
    void theHighestCommonVersionIsServed(String min, String max, String version) {
        SamVersion served = SamVersion.negotiate(min, max);
        if (version == null) {
            assertNull(served);
        } else {
            assertEquals(version, served.text());
        }
    }

    @Test
    void aDatagramHeaderIsReadAsClientsWriteIt() {
        assertEquals(
                new SamDatagramHeader("id", "dest==", SamCommand.ABSENT, SamCommand.ABSENT, SamCommand.ABSENT),
                SamDatagramHeader.parse("3.0 id dest=="));
        assertEquals(
                new SamDatagramHeader("id", "x.b32.i2p", 0, 65535, 255),
                SamDatagramHeader.parse("3.3  id x.b32.i2p TO_PORT=65535 PROTOCOL=255 FROM_PORT=0 SEND_TAGS=3 X\r"));
        for (String none : new String[] {
            "",
            "3.0",
            "3.0 id",
            "2.0 id dest",
            "id dest x",
            "3.0 id dest FROM_PORT=x",
            "3.0 id dest TO_PORT=65536",
            "3.0 id dest PROTOCOL=256",
            "3.0 id dest FROM_PORT",
            "3.0 id dest FROM_PORT="
        }) {
            assertNull(SamDatagramHeader.parse(none), none);
        }
    }
}
