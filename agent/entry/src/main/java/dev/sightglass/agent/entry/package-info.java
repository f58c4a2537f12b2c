/**
 * The only class of the agent that a job's class path shows. It puts the bridge on the bootstrap
 * path, loads everything else into a loader of its own, and gets out of the way on any failure.
 * Bytecode of Java 8, so that an older JVM gets a line of explanation instead of an error.
 */
package dev.sightglass.agent.entry;
