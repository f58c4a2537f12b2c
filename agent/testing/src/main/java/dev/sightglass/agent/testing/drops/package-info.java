/**
 * A job of many small pipelines, each of which makes Flink throw records away in one way. Which
 * records, why, and with what numbers is planted: {@link
 * dev.sightglass.agent.testing.drops.Script} writes it down before the job runs.
 */
package dev.sightglass.agent.testing.drops;
