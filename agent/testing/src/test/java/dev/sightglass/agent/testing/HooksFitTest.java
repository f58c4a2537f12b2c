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
  /** Classes that only one of the lines has. */
  private static final Set<String> MAY_BE_ABSENT =
      Set.of(
          "org/apache/flink/runtime/state/v2/ttl/TtlStateFactory",
          "org/apache/flink/runtime/asyncprocessing/StateExecutionController",
          "org/apache/flink/core/asyncprocessing/AsyncFutureImpl",
          "org/apache/flink/runtime/io/network/partition/hybrid/HsResultPartition",
          "org/apache/flink/streaming/api/operators/sorted/state/BatchExecutionInternalTimeServiceWithAsyncState",
          "org/apache/flink/connector/kafka/sink/FlinkKafkaInternalProducer",
          "org/apache/flink/connector/kafka/sink/internal/FlinkKafkaInternalProducer");

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
    int absent = 0;
    for (String name : names) {
      try (InputStream in = loader.getResourceAsStream(name + ".class")) {
        if (in == null) {
          assertEquals(
              true,
              MAY_BE_ABSENT.contains(name) || ONE_LINE.stream().anyMatch(name::startsWith),
              name + " is not there");
          absent += hooks.stream().filter(h -> h.className().equals(name)).count();
          continue;
        }
        byte[] woven = weaver.transform(loader, name, null, null, in.readAllBytes());
        StringWriter problems = new StringWriter();
        CheckClassAdapter.verify(new ClassReader(woven), loader, false, new PrintWriter(problems));
        assertEquals("", problems.toString(), name);
      }
    }
    assertEquals(List.of(), missing);
    assertEquals(hooks.size() - absent, installed.size());
  }
}
