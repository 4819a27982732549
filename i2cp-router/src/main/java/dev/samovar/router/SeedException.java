package dev.samovar.router;

import java.util.Map;

/** A seed that is refused as a whole. Without a stack trace: seeds come from others. */
public final class SeedException extends Exception {

    private final SeedFault fault;
    private final transient Map<SeedFault, Integer> refused;

    SeedException(SeedFault fault, String what) {
        this(fault, what, Map.of());
    }

    /** @param refused what was refused in it, file by file */
    SeedException(SeedFault fault, String what, Map<SeedFault, Integer> refused) {
        super(what, null, false, false);
        this.fault = fault;
        this.refused = refused;
    }

    public Map<SeedFault, Integer> refused() {
        return refused;
    }

    public SeedFault fault() {
        return fault;
    }
}
