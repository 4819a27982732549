package dev.samovar.router;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Stores contents without end, each confirmed by its number on standard output, until it is killed. */
final class StoreUntilKilledProgram {

    private StoreUntilKilledProgram() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        RouterStore store = new RouterStore(folder);
        for (int number = Integer.parseInt(arguments[1]); ; number++) {
            DurableFile.write(folder.resolve(RouterStore.ROUTER_KEYS), content(number));
            store.savePort(1 + number % 60000);
            System.out.println(number);
            System.out.flush();
        }
    }

    /** Several blocks of a disk, each byte of which tells the number. */
    static byte[] content(int number) {
        byte[] bytes = new byte[20_000];
        Arrays.fill(bytes, (byte) number);
        bytes[0] = (byte) (number >>> 24);
        bytes[1] = (byte) (number >>> 16);
        bytes[2] = (byte) (number >>> 8);
        return bytes;
    }
}
