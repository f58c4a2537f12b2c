/**
 * Jobs that write down themselves what they do with state, timers and windows, in their output;
 * what the agent records at level trace is compared with it, access by access.
 */
package dev.sightglass.agent.testing.trace;
