package dev.samovar.router;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Makes su3 files by the layout of the specification, right ones and, by changed fields, wrong ones. */
final class TestSu3 {

    String magic = "I2Psu3";
    int formatVersion;
    int signatureType = 6;
    int signatureLength = 512;
    int fileType;
    int contentType = 3;
    String version = "1767225600";
    int versionLength = 16;
    String signer;
    byte[] content;
    long contentLength;

    TestSu3(String signer, byte[] content) {
        this.signer = signer;
        this.content = content;
        this.contentLength = content.length;
    }

    byte[] signedBy(TestSigner by) {
        byte[] bytes = unsigned();
        byte[] signature = by.signRaw(bytes, bytes.length);
        byte[] all = Arrays.copyOf(bytes, bytes.length + signature.length);
        System.arraycopy(signature, 0, all, bytes.length, signature.length);
        return all;
    }

    byte[] unsigned() {
        ByteBuf out = Unpooled.buffer();
        out.writeBytes(magic.getBytes(StandardCharsets.US_ASCII));
        out.writeByte(0).writeByte(formatVersion);
        out.writeShort(signatureType).writeShort(signatureLength);
        out.writeByte(0).writeByte(versionLength);
        out.writeByte(0).writeByte(signer.length());
        out.writeLong(contentLength);
        out.writeByte(0).writeByte(fileType);
        out.writeByte(0).writeByte(contentType);
        out.writeZero(12);
        out.writeBytes(Arrays.copyOf(version.getBytes(StandardCharsets.US_ASCII), versionLength));
        out.writeBytes(signer.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(content);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }
}
