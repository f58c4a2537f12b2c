package dev.sightglass.agent.core;

/** A partition in an attempt's table. */
final class Partition {
  final long key;
  final int subpartitions;
  final int definition;

  Partition(long key, int subpartitions, int definition) {
    this.key = key;
    this.subpartitions = subpartitions;
    this.definition = definition;
  }
}
