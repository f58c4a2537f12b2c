/**
 * What is told at level trace: accesses of states, timers, windows, watermarks that are held back.
 * Bytes are made by Flink's own serializers, copies of those that the states have, on the task's
 * thread.
 *
 * <p>{@link dev.sightglass.agent.hooks.trace.StateTracer} makes the contexts; {@link
 * dev.sightglass.agent.hooks.trace.TracedState} tells accesses; {@link
 * dev.sightglass.agent.hooks.trace.HandedOut} watches values that somebody may change without a
 * call.
 */
package dev.sightglass.agent.hooks.trace;
