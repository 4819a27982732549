package dev.samovar.sam.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Replies byte for byte: clients compare some of them whole. */
class SamReplyTest {

    @Test
    void everyReplyIsTheTextThatClientsKnow() {
        assertEquals("HELLO REPLY RESULT=OK VERSION=3.1\n", SamReply.hello(SamVersion.V3_1));
        assertEquals("HELLO REPLY RESULT=NOVERSION\n", SamReply.helloNoVersion());
        assertEquals("HELLO REPLY RESULT=I2P_ERROR MESSAGE=\"why\"\n", SamReply.helloError("why"));
        assertEquals("SESSION STATUS RESULT=OK DESTINATION=key==\n", SamReply.sessionCreated("key=="));
        assertEquals("SESSION STATUS RESULT=DUPLICATED_ID\n", SamReply.session(SamResult.DUPLICATED_ID));
        assertEquals("SESSION STATUS RESULT=DUPLICATED_DEST\n", SamReply.session(SamResult.DUPLICATED_DEST));
        assertEquals("SESSION STATUS RESULT=INVALID_KEY\n", SamReply.session(SamResult.INVALID_KEY));
        assertEquals("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"a b\"\n", SamReply.sessionError("a b"));
        assertEquals("STREAM STATUS RESULT=OK\n", SamReply.stream(SamResult.OK));
        assertEquals("STREAM STATUS RESULT=CANT_REACH_PEER\n", SamReply.stream(SamResult.CANT_REACH_PEER));
        assertEquals("STREAM STATUS RESULT=TIMEOUT\n", SamReply.stream(SamResult.TIMEOUT));
        assertEquals("STREAM STATUS RESULT=INVALID_ID\n", SamReply.stream(SamResult.INVALID_ID));
        assertEquals("STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"a b\"\n", SamReply.streamError("a b"));
        assertEquals("dest==\n", SamReply.peer("dest=="));
        assertEquals("NAMING REPLY RESULT=OK NAME=ME VALUE=dest==\n", SamReply.nameFound("ME", "dest=="));
        assertEquals("NAMING REPLY RESULT=KEY_NOT_FOUND NAME=x.i2p\n", SamReply.name(SamResult.KEY_NOT_FOUND, "x.i2p"));
        assertEquals("NAMING REPLY RESULT=INVALID_KEY NAME=\"a b\"\n", SamReply.name(SamResult.INVALID_KEY, "a b"));
        assertEquals(
                "NAMING REPLY RESULT=KEY_NOT_FOUND NAME=\"\" MESSAGE=\"Must specify NAME\"\n", SamReply.nameMissing());
        assertEquals("DEST REPLY PUB=a PRIV=b\n", SamReply.generated("a", "b"));
        assertEquals("PONG\n", SamReply.pong(""));
        assertEquals("PONG a b\n", SamReply.pong("a b"));
        assertEquals("QUIT STATUS RESULT=OK MESSAGE=bye\n", SamReply.quit());
        assertEquals("DATAGRAM RECEIVED DESTINATION=a SIZE=7\n", SamReply.datagramReceived("a", 7));
        assertEquals("RAW RECEIVED SIZE=7\n", SamReply.rawReceived(7));
    }

    @Test
    void whatIsEchoedCannotBreakALine() {
        assertEquals(
                "NAMING REPLY RESULT=INVALID_KEY NAME=\"a 'b  RESULT=OK\"\n",
                SamReply.name(SamResult.INVALID_KEY, "a \"b\n RESULT=OK"));
        assertEquals("STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"a 'b' c \"\n", SamReply.streamError("a \"b\"\nc\u00fc"));
    }
}
