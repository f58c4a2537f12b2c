/**
 * Starts the agent inside of Flink's process: reads its options, puts the hooks in, and connects
 * the drain to the server. {@code flink} knows Flink, {@code weave} changes classes, {@code drain}
 * makes blocks of what hooks told.
 */
package dev.sightglass.agent.hooks;
