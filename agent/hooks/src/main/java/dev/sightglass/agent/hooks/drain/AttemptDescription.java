package dev.sightglass.agent.hooks.drain;

import java.util.List;

/** What a task attempt is, as far as the drain needs it. Immutable. */
public final class AttemptDescription {
  final PendingDefinition process;
  final PendingDefinition attempt;

  /** Serializers that the attempt or its partitions name. */
  final List<PendingDefinition> serializers;

  /** By output; an entry may be null. */
  final List<PendingDefinition> partitions;

  /** Chain index of the operator whose output a chained operator is; -1 = none. By chain index. */
  final int[] parents;

  /** Bootstrap servers of the Kafka source, and of sinks by chain index; empty when not known. */
  final String sourceCluster;

  final String[] sinkClusters;

  public AttemptDescription(
      PendingDefinition process,
      PendingDefinition attempt,
      List<PendingDefinition> serializers,
      List<PendingDefinition> partitions,
      int[] parents,
      String sourceCluster,
      String[] sinkClusters) {
    this.process = process;
    this.attempt = attempt;
    this.serializers = List.copyOf(serializers);
    this.partitions = partitions;
    this.parents = parents.clone();
    this.sourceCluster = sourceCluster;
    this.sinkClusters = sinkClusters.clone();
  }
}
