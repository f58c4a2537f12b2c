/**
 * Runs a recorded task again, in a JVM of its own: Flink's task and the user's classes on recorded
 * inputs, in the recorded order, with what the task took from outside. The agent of the same JVM
 * records what it does.
 *
 * <p>What comes in is described in {@code spec/replay.md}. Compiled against one line of Flink and
 * run on all: what only one of them has is found by its name.
 */
package dev.sightglass.agent.replay;
