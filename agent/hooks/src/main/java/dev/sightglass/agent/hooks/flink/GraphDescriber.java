package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Keys;
import dev.sightglass.bootstrap.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes the definition of a job graph, {@code spec/recording.md} section 3, kind 10. */
final class GraphDescriber {
  private static final String CONFIGURATION = "org.apache.flink.configuration.GlobalConfiguration";
  private static final String HIDDEN = "******";
  private static final int MAX_CONFIG = 256 * 1024;

  private final ClassLoader flink;
  private final Omissions omissions;
  private final String version;

  GraphDescriber(ClassLoader flink, Omissions omissions, String version) {
    this.flink = flink;
    this.omissions = omissions;
    this.version = version;
  }

  /**
   * @param graph a {@code JobGraph}
   * @param cluster the {@code Configuration} of the cluster
   */
  String describe(byte[] id, Object graph, Object cluster) {
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
    j.name("config").beginObject();
    config(j, graph, cluster);
    j.endObject();
    j.name("submitted_us").value(Clock.read());
    j.name("flink").value(version);
    j.name("type").value(omissions.get(() -> Mirror.call(graph, "getJobType").toString(), ""));
    return j.endObject().toString();
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

  private void config(JsonWriter j, Object graph, Object cluster) {
    Map<String, String> all = new TreeMap<>();
    omissions.get(() -> addAll(all, cluster), false);
    omissions.get(() -> addAll(all, Mirror.call(graph, "getJobConfiguration")), false);
    int size = 0;
    for (Map.Entry<String, String> e : all.entrySet()) {
      String value = sensitive(e.getKey()) ? HIDDEN : e.getValue();
      size += e.getKey().length() + value.length();
      if (size > MAX_CONFIG) {
        return;
      }
      j.name(e.getKey()).value(value);
    }
  }

  private static boolean addAll(Map<String, String> all, Object configuration) {
    ((Map<?, ?>) Mirror.call(configuration, "toMap"))
        .forEach((k, v) -> all.put(k.toString(), String.valueOf(v)));
    return true;
  }

  /** Flink's own list of keys; when it cannot be asked nothing is shown. */
  private boolean sensitive(String key) {
    return omissions.get(
        () -> {
          try {
            Class<?> c = Class.forName(CONFIGURATION, false, flink);
            return (Boolean) Mirror.callStatic(c, "isSensitive", key);
          } catch (ClassNotFoundException e) {
            return true;
          }
        },
        true);
  }
}
