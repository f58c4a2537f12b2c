/**
 * From tapes to blocks: one thread reads what tasks wrote on their tapes, and what other threads
 * handed in, and feeds it to the recorders that make blocks. Nothing here touches Flink.
 */
package dev.sightglass.agent.hooks.drain;
