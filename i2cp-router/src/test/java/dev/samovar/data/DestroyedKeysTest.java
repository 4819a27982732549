package dev.samovar.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.Signatures;
import dev.samovar.testkit.SeededEntropy;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DestroyedKeysTest {

    private static final byte[] MESSAGE = {1, 2, 3};

    private static DestinationKeys keys(SigType type) {
        return DestinationKeys.generate(type, new SeededEntropy(5));
    }

    @ParameterizedTest
    @EnumSource(names = {"DSA_SHA1", "ECDSA_SHA256_P256", "ECDSA_SHA512_P521", "EdDSA_SHA512_Ed25519"})
    void theySignNothing(SigType type) {
        DestinationKeys keys = keys(type);
        keys.destroy();
        assertArrayEquals(new byte[type.signatureLength()], keys.signingKeys().sign(MESSAGE));
    }

    @Test
    void nothingSecretIsLeft() {
        DestinationKeys keys = keys(SigType.ECDSA_SHA256_P256);
        keys.destroy();
        byte[] bytes = keys.toBytes();
        int destination = keys.destination().toBytes().length;
        assertArrayEquals(new byte[bytes.length - destination], Arrays.copyOfRange(bytes, destination, bytes.length));
        assertThrows(WireException.class, () -> DestinationKeys.fromBytes(bytes), "and so they are no keys any more");
    }

    @Test
    void whoSignsMeanwhileSignsWellOrNothing() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            DestinationKeys keys = keys(SigType.EdDSA_SHA512_Ed25519);
            Thread other = new Thread(keys::destroy);
            other.start();
            byte[] signature = keys.signingKeys().sign(MESSAGE);
            other.join();
            boolean nothing = Arrays.equals(signature, new byte[64]);
            assertTrue(nothing
                    || Signatures.verify(
                            SigType.EdDSA_SHA512_Ed25519, keys.destination().signingPublicKey(), MESSAGE, signature));
        }
    }
}
