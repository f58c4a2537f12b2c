package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sightglass.agent.hooks.flink.FlinkHooks;
import dev.sightglass.agent.hooks.weave.Hook;
import dev.sightglass.agent.hooks.weave.Weaver;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.util.CheckClassAdapter;

/** Every hook fits the classes of this Flink, and what comes out passes a verifier. */
class HooksFitTest {
  private static final String TABLE = "org/apache/flink/table/runtime/operators/";

  /** Classes that only Flink 1.20 has. */
  private static final Set<String> OLD =
      Set.of(
          "org/apache/flink/runtime/io/network/partition/hybrid/HsResultPartition",
          "org/apache/flink/connector/kafka/sink/FlinkKafkaInternalProducer",
          "org/apache/flink/connector/kafka/sink/KafkaCommitter",
          "org/apache/flink/formats/json/JsonRowDeserializationSchema",
          TABLE + "aggregate/window/processors/AbstractSliceWindowAggProcessor",
          TABLE + "rank/window/processors/WindowRankProcessor",
          TABLE + "deduplicate/window/processors/RowTimeWindowDeduplicateProcessor",
          TABLE + "deduplicate/DeduplicateFunctionHelper",
          TABLE + "sink/ConstraintEnforcer");

  /** Classes that only Flink 2.3 has. */
  private static final Set<String> NEW =
      Set.of(
          "org/apache/flink/runtime/state/v2/ttl/TtlStateFactory",
          "org/apache/flink/runtime/asyncprocessing/StateExecutionController",
          "org/apache/flink/core/asyncprocessing/AsyncFutureImpl",
          "org/apache/flink/streaming/api/operators/sorted/state/BatchExecutionInternalTimeServiceWithAsyncState",
          "org/apache/flink/connector/kafka/sink/internal/FlinkKafkaInternalProducer",
          "org/apache/flink/connector/kafka/sink/internal/KafkaCommitter",
          "org/apache/flink/runtime/asyncprocessing/operators/windowing/AsyncWindowOperator",
          "org/apache/flink/runtime/asyncprocessing/operators/co/AsyncIntervalJoinOperator",
          TABLE + "aggregate/window/processors/AbstractSliceSyncStateWindowAggProcessor",
          TABLE
              + "aggregate/asyncwindow/processors/AbstractAsyncStateSliceWindowAggProcessor",
          TABLE + "rank/window/processors/SyncStateWindowRankProcessor",
          TABLE + "deduplicate/window/processors/RowTimeSyncStateWindowDeduplicateProcessor",
          TABLE + "join/window/utils/WindowJoinHelper",
          TABLE + "over/RowTimeUnboundedPrecedingOverFunctionV2",
          TABLE + "process/InputSortBuffer",
          TABLE + "deduplicate/utils/DeduplicateFunctionHelper",
          TABLE + "deduplicate/utils/RowTimeDeduplicateFunctionHelper",
          TABLE + "deduplicate/RowTimeDeduplicateKeepFirstRowFunction",
          TABLE + "sink/SinkUpsertMaterializerV2",
          TABLE + "sink/WatermarkCompactingSinkMaterializer",
          TABLE + "sink/constraint/ConstraintEnforcer");

  /** Hooks on classes that have another shape in 2.3, where other hooks take their place. */
  private static final int OTHER_SHAPE = 2;

  /** Packages that only one of the lines has. */
  private static final Set<String> ONE_LINE =
      Set.of(
          "org/apache/flink/contrib/streaming/state/",
          "org/apache/flink/state/rocksdb/",
          "org/apache/flink/state/forst/");

  @Test
  void everyHookFits() throws IOException {
    List<Hook> hooks = FlinkHooks.all(Set.of());
    List<String> missing = new ArrayList<>();
    Set<Integer> installed = new TreeSet<>();
    Weaver weaver =
        new Weaver(
            hooks,
            new Weaver.Listener() {
              @Override
              public void installed(int hook, ClassLoader loader) {
                installed.add(hook);
              }

              @Override
              public void missing(int hook, ClassLoader loader, String reason) {
                missing.add(hooks.get(hook).id() + ": " + reason);
              }
            });
    Set<String> names = new LinkedHashSet<>();
    hooks.forEach(h -> names.add(h.className()));
    ClassLoader loader = getClass().getClassLoader();
    boolean old = loader.getResource(OLD.iterator().next() + ".class") != null;
    Set<String> elsewhere = old ? NEW : OLD;
    int absent = old ? 0 : OTHER_SHAPE;
    for (String name : names) {
      try (InputStream in = loader.getResourceAsStream(name + ".class")) {
        if (in == null) {
          if (!elsewhere.contains(name) && ONE_LINE.stream().noneMatch(name::startsWith)) {
            missing.add(name + " is not there");
          }
          absent += (int) hooks.stream().filter(h -> h.className().equals(name)).count();
          continue;
        }
        if (elsewhere.contains(name)) {
          missing.add(name + " is there");
        }
        byte[] woven = weaver.transform(loader, name, null, null, in.readAllBytes());
        if (woven == null) {
          continue;
        }
        StringWriter problems = new StringWriter();
        CheckClassAdapter.verify(new ClassReader(woven), loader, false, new PrintWriter(problems));
        assertEquals("", problems.toString(), name);
      }
    }
    assertEquals(List.of(), missing);
    assertEquals(hooks.size() - absent, installed.size());
  }
}
