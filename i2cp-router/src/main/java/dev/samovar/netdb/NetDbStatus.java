package dev.samovar.netdb;

import java.util.Map;

/**
 * The network database in numbers, for the operator.
 *
 * @param routers RouterInfos known
 * @param floodfills how many of these are floodfills
 * @param leaseSets lease sets published to us
 * @param floodfill whether we are one
 * @param published how far our own RouterInfo is
 * @param confirmations stores of our RouterInfo that floodfills confirmed
 * @param publishFailures times that floodfills were silent, missing, or did not have it
 * @param lookups lookups under way, all askers
 * @param found lookups that found what they looked for
 * @param missing lookups that did not
 * @param stored entries kept
 * @param flooded entries passed on, each once however many got it
 * @param answered lookups of others that were answered
 * @param pendingChecks signatures that wait to be checked
 * @param unsaved RouterInfos that wait to be written
 * @param storageFailures RouterInfos that could not be written
 * @param refusals entries refused, by reason
 * @param lookupRefusals lookups of others left unanswered, by reason
 */
public record NetDbStatus(
        int routers,
        int floodfills,
        int leaseSets,
        boolean floodfill,
        Publisher.State published,
        long confirmations,
        long publishFailures,
        int lookups,
        long found,
        long missing,
        long stored,
        long flooded,
        long answered,
        int pendingChecks,
        int unsaved,
        long storageFailures,
        Map<StoreRefusal, Long> refusals,
        Map<LookupRefusal, Long> lookupRefusals) {

    public NetDbStatus {
        refusals = Map.copyOf(refusals);
        lookupRefusals = Map.copyOf(lookupRefusals);
    }
}
