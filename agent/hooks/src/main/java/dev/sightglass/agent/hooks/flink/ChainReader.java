package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.Keys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the operators of a chain out of a vertex's {@code StreamConfig}, head first, children in
 * the order of their edges; sources that are chained into a task of several inputs come last. Task
 * and JobManager get the same order.
 */
final class ChainReader {
  private static final String STREAM_CONFIG = "org.apache.flink.streaming.api.graph.StreamConfig";

  private final ClassLoader user;
  private final Omissions omissions;
  private Map<?, ?> configs;
  private final List<ChainedOperator> chain = new ArrayList<>();
  private List<?> vertexOutputs;

  /**
   * @param flink a loader that sees Flink
   * @param user a loader that sees the job, or Flink's when only names are wanted
   * @param configuration the vertex's {@code Configuration}
   */
  ChainReader(ClassLoader flink, ClassLoader user, Object configuration, Omissions omissions) {
    this.user = user;
    this.omissions = omissions;
    Object head = Mirror.make(flink, STREAM_CONFIG, configuration);
    configs = (Map<?, ?>) Mirror.call(head, "getTransitiveChainedTaskConfigsWithSelf", user);
    vertexOutputs =
        omissions.get(
            () -> (List<?>) Mirror.call(head, "getVertexNonChainedOutputs", user), List.of());
    Map<Integer, Integer> indexes = new HashMap<>();
    visit(head, -1, null, indexes);
    for (Object c : configs.values()) {
      if (!indexes.containsKey(Mirror.number(c, "getVertexID"))) {
        int i = visit(c, -1, null, indexes);
        chain.get(i).next.add(0);
      }
    }
  }

  private int visit(Object config, int parent, Object in, Map<Integer, Integer> indexes) {
    int node = Mirror.number(config, "getVertexID");
    int index = chain.size();
    indexes.put(node, index);
    String factory =
        omissions.get(
            () -> ((Class<?>) Mirror.call(config, "getStreamOperatorFactoryClass", user)).getName(),
            "");
    ChainedOperator o =
        new ChainedOperator(
            index,
            node,
            Keys.hex(Mirror.id(Mirror.call(config, "getOperatorID"))),
            omissions.get(() -> Mirror.text(config, "getOperatorName"), ""),
            factory);
    o.parent = parent;
    chain.add(o);
    if (in != null) {
      o.in.add(in);
    } else {
      inputs(config, o);
    }
    o.out = serializer(config, "getTypeSerializerOut");
    o.key = serializer(config, "getStateKeySerializer");
    outputs(config, o);
    List<?> edges =
        omissions.get(() -> (List<?>) Mirror.call(config, "getChainedOutputs", user), List.of());
    for (Object edge : edges) {
      int target = Mirror.number(edge, "getTargetId");
      Object child = configs.get(target);
      Object tag = Mirror.call(edge, "getOutputTag");
      Object given = tag == null ? o.out : sideOutput(config, tag);
      if (child != null && !indexes.containsKey(target)) {
        o.next.add(visit(child, index, given, indexes));
      } else if (indexes.containsKey(target)) {
        o.next.add(indexes.get(target));
      }
    }
    return index;
  }

  private void inputs(Object config, ChainedOperator o) {
    Object[] inputs =
        omissions.get(() -> (Object[]) Mirror.call(config, "getInputs", user), new Object[0]);
    for (Object i : inputs) {
      if (i.getClass().getName().endsWith("$NetworkInputConfig")) {
        o.in.add(omissions.get(() -> Mirror.call(i, "getTypeSerializer"), (Object) null));
      }
    }
  }

  /** Null when there is none; that is no omission. */
  private Object serializer(Object config, String getter) {
    return omissions.get(() -> Mirror.call(config, getter, user), (Object) null);
  }

  private Object sideOutput(Object config, Object tag) {
    return omissions.get(
        () -> Mirror.call(config, "getTypeSerializerSideOut", tag, user), (Object) null);
  }

  private void outputs(Object config, ChainedOperator o) {
    List<?> own =
        omissions.get(
            () -> (List<?>) Mirror.call(config, "getOperatorNonChainedOutputs", user), List.of());
    for (Object out : own) {
      Object id = Mirror.call(out, "getDataSetId");
      for (int i = 0; i < vertexOutputs.size(); i++) {
        if (Mirror.call(vertexOutputs.get(i), "getDataSetId").equals(id)) {
          o.outputs.add(i);
        }
      }
    }
  }

  /** Lets go of the job's objects; indexes and ids stay. */
  void forget() {
    configs = Map.of();
    vertexOutputs = List.of();
    for (ChainedOperator o : chain) {
      o.in.clear();
      o.out = null;
      o.key = null;
      o.operator = null;
      o.madeBy = null;
    }
  }

  /** Chain index of the operator with that id, or -1. */
  int indexOf(String id) {
    for (ChainedOperator o : chain) {
      if (o.id.equals(id)) {
        return o.index;
      }
    }
    return -1;
  }

  List<ChainedOperator> chain() {
    return chain;
  }

  /** Chain index of an operator object, or -1. */
  int indexOf(Object operator) {
    String id = Keys.hex(Mirror.id(Mirror.call(operator, "getOperatorID")));
    for (ChainedOperator o : chain) {
      if (o.id.equals(id)) {
        return o.index;
      }
    }
    return -1;
  }

  /** Names by chain index; null where there is no operator. */
  String[] names() {
    int length = 0;
    for (ChainedOperator o : chain) {
      length = Math.max(length, o.index + 1);
    }
    String[] names = new String[length];
    for (ChainedOperator o : chain) {
      names[o.index] = o.name;
    }
    return names;
  }

  /** Chain index of the operator that emits to an output, or -1. */
  int operatorOf(int output) {
    for (ChainedOperator o : chain) {
      if (o.outputs.contains(output)) {
        return o.index;
      }
    }
    return -1;
  }

  /** The tag of a side output; {@code main} for others. */
  String tagOf(int output) {
    Object tag =
        output >= vertexOutputs.size()
            ? null
            : omissions.get(
                () -> Mirror.call(vertexOutputs.get(output), "getOutputTag"), (Object) null);
    return tag == null ? "main" : omissions.get(() -> Mirror.text(tag, "getId"), "");
  }

  /** Id of the data set of an output, or null. */
  Object dataSetOf(int output) {
    return output < vertexOutputs.size()
        ? Mirror.call(vertexOutputs.get(output), "getDataSetId")
        : null;
  }

  /** Whether an output takes what its operator emits, and no side output. */
  boolean isMain(int output) {
    return output < vertexOutputs.size()
        && Mirror.call(vertexOutputs.get(output), "getOutputTag") == null;
  }

  /** The serializer of what goes to an output, or null. */
  Object serializerOf(int output) {
    if (output >= vertexOutputs.size()) {
      return null;
    }
    Object out = vertexOutputs.get(output);
    int operator = operatorOf(output);
    Object tag = Mirror.call(out, "getOutputTag");
    if (operator < 0) {
      return null;
    }
    ChainedOperator o = chain.get(operator);
    return tag == null ? o.out : sideOutput(configs.get(o.node), tag);
  }

  /** Class of the partitioner of an output; empty when it is not known. */
  String partitionerOf(int output) {
    if (output >= vertexOutputs.size()) {
      return "";
    }
    return omissions.get(
        () -> Mirror.call(vertexOutputs.get(output), "getPartitioner").getClass().getName(), "");
  }
}
