package dev.sightglass.agent.hooks.flink;

import java.util.ArrayList;
import java.util.List;

/** One operator of a chain, as its configuration tells. */
final class ChainedOperator {
  final int index;
  final int node;
  final String id;
  final String name;
  final String factory;
  final List<Integer> next = new ArrayList<>();
  final List<Integer> outputs = new ArrayList<>();

  /** Serializers of its inputs and of its main output, and of its key; null when it has none. */
  final List<Object> in = new ArrayList<>();

  Object out;
  Object key;

  /** Chain index of the operator that it is chained to; -1 = none. */
  int parent = -1;

  /** The operator itself and the factory that made it, once it was made. */
  Object operator;

  Object madeBy;

  ChainedOperator(int index, int node, String id, String name, String factory) {
    this.index = index;
    this.node = node;
    this.id = id;
    this.name = name;
    this.factory = factory;
  }
}
