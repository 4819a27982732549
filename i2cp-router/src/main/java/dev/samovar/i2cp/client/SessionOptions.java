package dev.samovar.i2cp.client;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The options of a session by their I2CP names (I2CP specification, "Options"). Known ones are read by the methods here;
 * all travel to the router, which knows more. Immutable.
 */
public final class SessionOptions {

    public static final String LEASE_SET_ENC_TYPE = "i2cp.leaseSetEncType";
    public static final String FAST_RECEIVE = "i2cp.fastReceive";
    public static final String MESSAGE_RELIABILITY = "i2cp.messageReliability";
    public static final String DONT_PUBLISH = "i2cp.dontPublishLeaseSet";
    public static final String GZIP = "i2cp.gzip";

    public static final SessionOptions NONE = new SessionOptions(Map.of());

    private final Map<String, String> entries;

    private SessionOptions(Map<String, String> entries) {
        this.entries = Collections.unmodifiableMap(new TreeMap<>(entries));
    }

    public static SessionOptions of(Map<String, String> entries) {
        return new SessionOptions(entries);
    }

    /** These options with one more, or with another value. */
    public SessionOptions with(String key, String value) {
        Map<String, String> changed = new TreeMap<>(entries);
        changed.put(key, value);
        return new SessionOptions(changed);
    }

    /** All, sorted by key. */
    public Map<String, String> entries() {
        return entries;
    }

    /** The value, or null. */
    public String get(String key) {
        return entries.get(key);
    }

    /** True only for the text "true" in any case. */
    public boolean flag(String key, boolean absent) {
        String value = entries.get(key);
        return value == null ? absent : value.equalsIgnoreCase("true");
    }

    /** An integer between the bounds; {@code absent} when there is none or it is no number. */
    public int integer(String key, int absent, int min, int max) {
        String value = entries.get(key);
        if (value == null) {
            return absent;
        }
        try {
            return Math.max(min, Math.min(max, Integer.parseInt(value.trim())));
        } catch (NumberFormatException notANumber) {
            return absent;
        }
    }

    /** The codes listed in {@value #LEASE_SET_ENC_TYPE}, in order of preference; words that are no number are left out. */
    public List<Integer> leaseSetEncTypes(List<Integer> absent) {
        String value = entries.get(LEASE_SET_ENC_TYPE);
        if (value == null) {
            return absent;
        }
        List<Integer> codes = new ArrayList<>();
        for (String word : value.split(",", 16)) {
            try {
                codes.add(Integer.parseInt(word.trim()));
            } catch (NumberFormatException notACode) {
                // a word we do not know is like a type we do not have: the others decide
            }
        }
        return codes;
    }

    /** Keys only: values may be secrets. */
    @Override
    public String toString() {
        return entries.keySet().toString();
    }
}
