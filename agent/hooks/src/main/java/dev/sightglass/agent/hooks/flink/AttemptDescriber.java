package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.DefinitionKind;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Keys;
import dev.sightglass.agent.hooks.drain.AttemptDescription;
import dev.sightglass.agent.hooks.drain.PendingDefinition;
import dev.sightglass.agent.hooks.functions.UserFunction;
import dev.sightglass.agent.hooks.serializers.SerializerDescriber;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the definitions of a task attempt and of what it writes, {@code spec/recording.md} section
 * 3.
 */
final class AttemptDescriber {
  private static final String TRIGGERABLE = "org.apache.flink.streaming.api.operators.Triggerable";

  private final ProcessIdentity process;
  private final Omissions omissions;
  private final TrackedTask task;
  private final ClassLoader user;
  private final Map<String, PendingDefinition> serializers = new LinkedHashMap<>();
  private final Map<Object, String> serializerIds = new IdentityHashMap<>();

  AttemptDescriber(
      ProcessIdentity process, Omissions omissions, TrackedTask task, ClassLoader user) {
    this.process = process;
    this.omissions = omissions;
    this.task = task;
    this.user = user;
  }

  AttemptDescription describe() {
    List<ChainedOperator> chain = task.chain == null ? Collections.emptyList() : task.chain.chain();
    PendingDefinition attempt = new PendingDefinition(DefinitionKind.ATTEMPT, attempt(chain));
    List<PendingDefinition> partitions = new ArrayList<>();
    for (int i = 0; i < task.outputs.length; i++) {
      int output = i;
      partitions.add(omissions.get(() -> partition(output), (PendingDefinition) null));
    }
    int[] parents = new int[chain.size()];
    String[] sinks = new String[chain.size()];
    String source = "";
    for (ChainedOperator o : chain) {
      parents[o.index] = o.parent;
      sinks[o.index] = "";
      String kind = kind(o);
      if (kind.equals("source")) {
        source = omissions.get(() -> KafkaCluster.ofSource(o.madeBy), "");
      } else if (kind.equals("sink")) {
        sinks[o.index] = omissions.get(() -> KafkaCluster.ofSink(o.madeBy), "");
      }
    }
    return new AttemptDescription(
        process.definition(),
        attempt,
        new ArrayList<>(serializers.values()),
        partitions,
        parents,
        source,
        sinks);
  }

  /** What is kept of the chain's operators, by chain index; after {@link #describe}. */
  OperatorParts[] parts() {
    List<ChainedOperator> chain = task.chain == null ? Collections.emptyList() : task.chain.chain();
    OperatorParts[] all = new OperatorParts[task.chain == null ? 0 : task.chain.names().length];
    for (ChainedOperator o : chain) {
      String[] ids = o.in.stream().map(this::serializer).toArray(String[]::new);
      all[o.index] =
          new OperatorParts(o.index, o.operator, o.in.toArray(), ids, o.key, serializer(o.key));
    }
    return all;
  }

  private String attempt(List<ChainedOperator> chain) {
    Object x = task.execution;
    JsonWriter j = new JsonWriter().beginObject();
    j.name("recording").value(task.recording);
    j.name("job_name").value(task.jobName);
    j.name("attempt_key").value(Keys.hex(task.key));
    j.name("execution").value(x.toString());
    j.name("graph").value(Keys.hex(AttemptIds.graph(x)));
    j.name("vertex").value(Keys.hex(AttemptIds.vertex(x)));
    j.name("task").value(info("getTaskName"));
    j.name("subtask").value(AttemptIds.subtask(x));
    j.name("parallelism").value(number("getNumberOfParallelSubtasks"));
    j.name("max_parallelism").value(number("getMaxNumberOfParallelSubtasks"));
    j.name("attempt").value(AttemptIds.number(x));
    j.name("process").value(process.id());
    j.name("invokable").value(task.invokable);
    j.name("restored").value(task.restored);
    j.name("chain").beginArray();
    for (ChainedOperator o : chain) {
      operator(j, o);
    }
    return j.endArray().endObject().toString();
  }

  private String info(String getter) {
    return omissions.get(() -> Mirror.text(task.info, getter), "");
  }

  private int number(String getter) {
    return omissions.get(() -> Mirror.number(task.info, getter), 0);
  }

  private void operator(JsonWriter j, ChainedOperator o) {
    String className = o.operator == null ? "" : o.operator.getClass().getName();
    j.beginObject();
    j.name("index").value(o.index);
    j.name("operator").value(o.id);
    j.name("node").value(o.node);
    j.name("name").value(o.name);
    j.name("class").value(className);
    j.name("factory").value(o.factory);
    UserFunction f = UserFunction.find(o.operator != null ? o.operator : o.madeBy, user);
    if (f == null && o.madeBy != null) {
      f = UserFunction.find(o.madeBy, user);
    }
    if (f != null) {
      j.name("function").beginObject();
      j.name("class").value(f.className);
      j.name("method").value(f.method == null ? "" : f.method);
      j.name("file").value(f.file == null ? "" : f.file);
      j.name("line").value(f.line);
      j.endObject();
    }
    j.name("in").beginArray();
    for (Object s : o.in) {
      j.value(serializer(s));
    }
    j.endArray();
    j.name("out").value(serializer(o.out));
    j.name("key").value(serializer(o.key));
    j.name("stateful").value(o.key != null);
    j.name("timers").value(o.operator != null && Mirror.isA(o.operator.getClass(), TRIGGERABLE));
    j.name("kind").value(kind(o));
    j.name("next").beginArray();
    for (int n : o.next) {
      j.value(n);
    }
    j.endArray().name("outputs").beginArray();
    for (int n : o.outputs) {
      j.value(n);
    }
    j.endArray().endObject();
  }

  private static String kind(ChainedOperator o) {
    return OperatorKind.of(o.operator == null ? "" : o.operator.getClass().getName(), o.factory);
  }

  /** Definition id of a serializer; empty when there is none. */
  private String serializer(Object s) {
    if (s == null) {
      return "";
    }
    return serializerIds.computeIfAbsent(
        s,
        k -> {
          PendingDefinition d =
              new PendingDefinition(
                  DefinitionKind.SERIALIZER, SerializerDescriber.describe(s, null));
          serializers.putIfAbsent(d.id(), d);
          return d.id();
        });
  }

  private PendingDefinition partition(int output) {
    Object id = Mirror.call(task.writers.get(output), "getPartitionId");
    Object inner = Mirror.call(id, "getPartitionId");
    String type =
        omissions.get(
            () -> Mirror.call(task.writers.get(output), "getPartitionType").toString(), "");
    JsonWriter j = new JsonWriter().beginObject();
    j.name("partition").value(Keys.hex(task.outputs[output]));
    j.name("dataset").value(Keys.hex(Mirror.id(Mirror.call(inner, "getIntermediateDataSetID"))));
    j.name("number").value(Mirror.number(inner, "getPartitionNumber"));
    j.name("attempt").value(Keys.hex(task.key));
    j.name("output").value(output);
    j.name("subpartitions")
        .value(Mirror.number(task.writers.get(output), "getNumberOfSubpartitions"));
    j.name("partitioner").value(task.chain == null ? "" : task.chain.partitionerOf(output));
    j.name("serializer")
        .value(task.chain == null ? "" : serializer(task.chain.serializerOf(output)));
    j.name("type").value(type);
    return new PendingDefinition(DefinitionKind.PARTITION, j.endObject().toString());
  }
}
