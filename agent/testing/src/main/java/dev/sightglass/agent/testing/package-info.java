/**
 * The finished agent on real jobs: a job with the edges and operators that matter ({@link
 * dev.sightglass.agent.testing.TopologyJob}), something that makes the agent fail on purpose ({@link
 * dev.sightglass.agent.testing.Saboteur}), and in the tests a server that takes what comes and looks at
 * it.
 */
package dev.sightglass.agent.testing;
