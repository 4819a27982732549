package dev.samovar.peer;

/** The routers that are known, in any order, as selection draws from them. */
public interface PeerDirectory {

    int size();

    /** The router at this place, 0 to {@link #size} - 1; a router keeps its place only until the directory changes. */
    Peer at(int place);
}
