package dev.samovar.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * What {@code status --json} says of the router.
 *
 * @param identity the first letters of its hash
 * @param text all of it
 */
record SamovarStatus(String state, String identity, int connected, int known, String text) {

    static SamovarStatus of(String json) throws IOException {
        JsonNode router = new ObjectMapper().readTree(json).get("router");
        JsonNode peers = router.get("peers");
        return new SamovarStatus(
                router.get("state").asText(),
                router.get("identity").asText(),
                peers.get("connected").asInt(),
                peers.get("known").asInt(),
                json);
    }
}
