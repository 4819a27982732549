package dev.samovar.sam.protocol;

/**
 * The results of SAM replies (SAM specification, "RESULT values"), and what each means here.
 *
 * <table>
 * <caption>Outcomes and results</caption>
 * <tr><td>OK</td><td>done</td></tr>
 * <tr><td>CANT_REACH_PEER</td><td>CONNECT: no lease set, no shared encryption, refused by the peer</td></tr>
 * <tr><td>TIMEOUT</td><td>CONNECT: no answer from the peer in time</td></tr>
 * <tr><td>INVALID_KEY</td><td>a key or destination that is none; a name that can never resolve</td></tr>
 * <tr><td>KEY_NOT_FOUND</td><td>NAMING LOOKUP: well formed, and unknown</td></tr>
 * <tr><td>INVALID_ID</td><td>no session of this ID</td></tr>
 * <tr><td>DUPLICATED_ID</td><td>SESSION CREATE: the ID is in use</td></tr>
 * <tr><td>DUPLICATED_DEST</td><td>SESSION CREATE: the destination is in use</td></tr>
 * <tr><td>NOVERSION</td><td>HELLO: no version in common</td></tr>
 * <tr><td>I2P_ERROR</td><td>everything else, with a message</td></tr>
 * </table>
 *
 * Clients with a fixed table fail on other words, so there are none.
 */
public enum SamResult {
    OK,
    CANT_REACH_PEER,
    TIMEOUT,
    INVALID_KEY,
    KEY_NOT_FOUND,
    INVALID_ID,
    DUPLICATED_ID,
    DUPLICATED_DEST,
    NOVERSION,
    I2P_ERROR
}
