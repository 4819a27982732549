package dev.samovar.router;

/** What can be wrong with a seed or with the way to it: the names under which failures are counted and shown. */
public enum SeedFault {
    /** The host's name, or the proxy's, is not known: the network may not be up. */
    UNRESOLVED,
    /** Nobody answers there. */
    UNREACHABLE,
    /** The proxy does not bring us there. */
    PROXY_REFUSED,
    /** No TLS, or a certificate that nobody known has signed for this host. */
    UNTRUSTED_HOST,
    TIMED_OUT,
    /** Closed before the end. */
    TRUNCATED,
    /** An answer to another address, which is not followed: the operators of reseed hosts do not need that. */
    REDIRECT,
    /** Any HTTP status but 200. */
    HTTP_STATUS,
    /** No HTTP, or a file that is not what its name says. */
    MALFORMED,
    /** More bytes, files or routers than any seed has. */
    TOO_LARGE,
    /** An su3 file of another kind. */
    NOT_A_SEED,
    UNKNOWN_SIGNER,
    /** The signer's certificate does not hold at this time, which may be this machine's clock's fault. */
    EXPIRED_SIGNER,
    BAD_SIGNATURE,
    /** Not one RouterInfo in it was good. */
    NO_ROUTERS,

    /** Of one file in a seed, as all that follow: no RouterInfo. */
    ROUTER_MALFORMED,
    ROUTER_TOO_LARGE,
    /** Its name tells another hash. */
    ROUTER_MISNAMED,
    ROUTER_BAD_SIGNATURE,
    ROUTER_OF_OTHER_NETWORK,
    ROUTER_OUTDATED,
    /** Dated ahead of this machine's clock, which may be the clock's fault. */
    ROUTER_FROM_FUTURE,
    /** Known already from the same seed, as new or newer. */
    ROUTER_TWICE
}
