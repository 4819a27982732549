package dev.samovar.app;

import dev.samovar.router.RouterStatus;

/**
 * How the program is at one moment: what {@code status --json} prints. It names no session, destination or peer.
 *
 * @param version of Samovar
 * @param uptimeSeconds since it was ready
 * @param sam where SAM clients connect, HOST:PORT
 * @param samUdp where SAM clients send datagrams
 * @param i2cp where I2CP clients connect, or null
 * @param clients what clients hold
 * @param router the router behind
 */
record GatewayStatus(
        String version,
        long uptimeSeconds,
        String sam,
        String samUdp,
        String i2cp,
        Clients clients,
        RouterStatus router) {

    /**
     * What clients hold now, and what was refused to them since the start.
     *
     * @param samConnections SAM sockets
     * @param samSessions SAM sessions
     * @param streams open streams of all SAM sessions
     * @param i2cpConnections I2CP sockets
     * @param refusedConnections SAM sockets beyond a limit
     * @param droppedDatagrams packets that the UDP port dropped
     */
    record Clients(
            int samConnections,
            int samSessions,
            int streams,
            int i2cpConnections,
            long refusedConnections,
            long droppedDatagrams) {}
}
