/**
 * The sidecar: a process that the server starts on demand to decode what only a job's own classes
 * can. It has the job's jars and Flink's on a class path of its own, runs code of theirs, and may
 * be ended at any time. The protocol is in spec/sidecar.md. It knows neither the agent nor Flink at
 * compile time.
 */
package dev.sightglass.agent.sidecar;
