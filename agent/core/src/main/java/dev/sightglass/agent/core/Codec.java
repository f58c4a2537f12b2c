package dev.sightglass.agent.core;

/** When sections are compressed. */
public enum Codec {
  /** LZ4 while the machine has idle CPU, nothing while it has not. */
  AUTO,
  /** LZ4 whenever it makes a section smaller. */
  LZ4,
  /** Never. */
  NONE
}
