/**
 * Jobs whose records carry the truth about themselves.
 *
 * <p>{@link e2e.FanOut} and {@link e2e.Relay} keep no state: each output names its ancestors, so
 * that lineage can be compared record by record. {@link e2e.TypeParade} sends values of many types
 * over real exchanges and ends in deduplication, timers and windows. {@link e2e.Lost} loses records
 * at its source and its sink.
 */
package e2e;
