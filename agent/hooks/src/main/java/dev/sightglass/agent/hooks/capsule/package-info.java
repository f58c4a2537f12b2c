/**
 * What rebuilds a task in another JVM: its configuration, the user's jars, where its state is.
 * Taken when the task starts, made ready on a thread of its own, and sent without the secrets in
 * it. {@code spec/recording.md} section 9.
 */
package dev.sightglass.agent.hooks.capsule;
