package dev.samovar.interop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A namespace of its own for a private network: no device but loopback, on which 44.0.0.0/8 is local, so no packet can leave
 * the machine; and the kernel ends every process in it with its first, so no router can be left over.
 */
final class Namespace {
    private Namespace() {}

    /** Runs a scenario in a new namespace; skips the test where none may be made. */
    static ExternalProgram start(String name, Class<?> scenario, String... arguments) throws Exception {
        List<String> inside = new ArrayList<>(List.of(Peer.program("unshare")));
        if (!"root".equals(System.getProperty("user.name"))) {
            inside.addAll(List.of("--user", "--map-root-user"));
        }
        inside.addAll(List.of("--net", "--pid", "--fork", "--kill-child", "--mount-proc"));
        // Small kernel buffers, lest they hide for megabytes that somebody has stopped reading.
        inside.addAll(List.of(
                "sh",
                "-c",
                "ip link set lo up && ip address add " + I2pdNetwork.LOCAL_PREFIX + " dev lo"
                        + " && echo 4096 65536 262144 >/proc/sys/net/ipv4/tcp_wmem"
                        + " && echo 4096 65536 262144 >/proc/sys/net/ipv4/tcp_rmem && exec \"$@\"",
                "sh"));
        Peer.require(allowed(inside), "iproute2, or the right to make a network namespace");
        List<String> command = new ArrayList<>(inside);
        command.addAll(ExternalProgram.javaCommand(128, scenario, arguments));
        return ExternalProgram.start(name, command);
    }

    private static boolean allowed(List<String> inside) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(inside);
        command.add("true");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor() == 0;
    }
}
