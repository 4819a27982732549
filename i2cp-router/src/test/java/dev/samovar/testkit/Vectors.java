package dev.samovar.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;

/** Known answers from {@code vectors/NAME.json} on the test class path; all bytes are hex. */
public final class Vectors {

    private final JsonNode root;

    private Vectors(JsonNode root) {
        this.root = root;
    }

    public static Vectors load(String name) {
        try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + name + ".json")) {
            return new Vectors(new ObjectMapper().readTree(in));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The text at a path such as {@code leaseset2/bytes}. */
    public String text(String path) {
        JsonNode node = root.at("/" + path);
        if (node.isMissingNode()) {
            throw new AssertionError("no vector " + path);
        }
        return node.asText();
    }

    /** The bytes at a path. */
    public byte[] bytes(String path) {
        return HexFormat.of().parseHex(text(path));
    }
}
