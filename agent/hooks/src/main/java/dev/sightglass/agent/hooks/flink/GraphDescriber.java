package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.DefinitionKind;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Keys;
import dev.sightglass.agent.hooks.drain.PendingDefinition;
import dev.sightglass.agent.hooks.secrets.Secrets;
import dev.sightglass.bootstrap.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Makes the definition of a job graph, {@code spec/recording.md} section 3, kind 10. */
final class GraphDescriber {
  private static final int MAX_CONFIG = 256 * 1024;

  private final ClassLoader flink;
  private final Omissions omissions;
  private final String version;

  GraphDescriber(ClassLoader flink, Omissions omissions, String version) {
    this.flink = flink;
    this.omissions = omissions;
    this.version = version;
  }

  /** A graph that is described but for its configuration, of which secrets are taken out last. */
  static final class Described implements Function<Secrets, PendingDefinition> {
    private final String beforeConfig;
    private final Map<String, String> config;
    private final String afterConfig;

    Described(String beforeConfig, Map<String, String> config, String afterConfig) {
      this.beforeConfig = beforeConfig;
      this.config = config;
      this.afterConfig = afterConfig;
    }

    @Override
    public PendingDefinition apply(Secrets secrets) {
      JsonWriter j = new JsonWriter().beginObject();
      int size = 0;
      for (Map.Entry<String, String> e : config.entrySet()) {
        String value =
            secrets.isSensitive(e.getKey()) ? Secrets.HIDDEN : secrets.option(e.getValue());
        size += e.getKey().length() + value.length();
        if (size > MAX_CONFIG) {
          break;
        }
        j.name(e.getKey()).value(value);
      }
      j.endObject();
      return new PendingDefinition(DefinitionKind.GRAPH, beforeConfig + j + afterConfig);
    }
  }

  /**
   * @param graph a {@code JobGraph}
   * @param cluster the {@code Configuration} of the cluster
   */
  Described describe(byte[] id, Object graph, Object cluster) {
    JsonWriter j = new JsonWriter().beginObject();
    j.name("recording").value(Keys.hex(id));
    j.name("name").value(omissions.get(() -> Mirror.text(graph, "getName"), ""));
    j.name("vertices").beginArray();
    List<?> vertices =
        omissions.get(
            () -> (List<?>) Mirror.call(graph, "getVerticesSortedTopologicallyFromSources"),
            List.of());
    for (Object v : vertices) {
      vertex(j, v);
    }
    j.endArray();
    j.name("config");
    JsonWriter after = new JsonWriter();
    after.raw("").name("submitted_us").value(Clock.read());
    after.name("flink").value(version);
    after.name("type").value(omissions.get(() -> Mirror.call(graph, "getJobType").toString(), ""));
    after.endObject();
    return new Described(j.toString(), config(graph, cluster), after.toString());
  }

  private void vertex(JsonWriter j, Object v) {
    j.beginObject();
    j.name("id").value(Keys.hex(Mirror.id(Mirror.call(v, "getID"))));
    j.name("name").value(Mirror.text(v, "getName"));
    j.name("parallelism").value(Mirror.number(v, "getParallelism"));
    j.name("max_parallelism").value(Mirror.number(v, "getMaxParallelism"));
    j.name("invokable").value(Mirror.text(v, "getInvokableClassName"));
    j.name("slot_group")
        .value(
            omissions.get(
                () -> {
                  Object g = Mirror.call(v, "getSlotSharingGroup");
                  return Mirror.text(Mirror.call(g, "getSlotSharingGroupId"), "toString");
                },
                ""));
    j.name("operators").beginArray();
    Map<String, String> uids = omissions.get(() -> uids(v), Map.of());
    for (ChainedOperator o : chain(v)) {
      j.beginObject();
      j.name("id").value(o.id);
      j.name("node").value(o.node);
      j.name("uid").value(uids.getOrDefault(o.id, ""));
      j.name("name").value(o.name);
      j.endObject();
    }
    j.endArray().name("inputs").beginArray();
    for (Object edge : (List<?>) Mirror.call(v, "getInputs")) {
      Object dataSet = Mirror.call(edge, "getSource");
      j.beginObject();
      j.name("dataset").value(Keys.hex(Mirror.id(Mirror.call(dataSet, "getId"))));
      j.name("vertex")
          .value(Keys.hex(Mirror.id(Mirror.call(Mirror.call(dataSet, "getProducer"), "getID"))));
      j.name("ship").value(omissions.get(() -> Mirror.text(edge, "getShipStrategyName"), ""));
      j.name("type").value(omissions.get(() -> Mirror.text(dataSet, "getResultType"), ""));
      j.endObject();
    }
    j.endArray().endObject();
  }

  /** In the order of the chain, as the attempts tell it. */
  private List<ChainedOperator> chain(Object vertex) {
    return omissions.get(
        () ->
            new ChainReader(flink, flink, Mirror.call(vertex, "getConfiguration"), new Omissions())
                .chain(),
        List.of());
  }

  /** Operator id to the user's uid; Flink 1.x keeps only its hash. */
  private static Map<String, String> uids(Object vertex) {
    Map<String, String> uids = new HashMap<>();
    for (Object pair : (List<?>) Mirror.call(vertex, "getOperatorIDs")) {
      String id = Keys.hex(Mirror.id(Mirror.call(pair, "getGeneratedOperatorID")));
      Object uid;
      try {
        uid = Mirror.call(pair, "getUserDefinedOperatorUid");
      } catch (Mirror.NoSuchMember e) {
        return Map.of();
      }
      if (uid != null) {
        uids.put(id, uid.toString());
      }
    }
    return uids;
  }

  private Map<String, String> config(Object graph, Object cluster) {
    Map<String, String> all = new TreeMap<>();
    omissions.get(() -> addAll(all, cluster), false);
    omissions.get(() -> addAll(all, Mirror.call(graph, "getJobConfiguration")), false);
    return all;
  }

  private static boolean addAll(Map<String, String> all, Object configuration) {
    ((Map<?, ?>) Mirror.call(configuration, "toMap"))
        .forEach((k, v) -> all.put(k.toString(), String.valueOf(v)));
    return true;
  }
}
