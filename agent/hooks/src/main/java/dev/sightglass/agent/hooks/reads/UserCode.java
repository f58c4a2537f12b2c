package dev.sightglass.agent.hooks.reads;

import java.util.Set;

/** Which classes are looked through for reads. */
final class UserCode {
  /** Loaders of jobs' jars, child first and parent first, extend this one. */
  private static final String FLINK_LOADER = "org.apache.flink.util.FlinkUserCodeClassLoader";

  /** Loader of what Janino compiled; Flink's planner or a user may have moved the package. */
  private static final String JANINO_LOADER = ".ByteArrayClassLoader";

  private static final String JANINO = "codehaus.";

  /** Libraries in the jars of jobs that read clocks for their own sake only. */
  private static final String[] NOT_LOOKED_AT = {
    "org/apache/flink/",
    "org/apache/kafka/",
    "org/apache/logging/",
    "org/apache/log4j/",
    "org/slf4j/",
    "ch/qos/logback/",
    "io/netty/",
    "org/rocksdb/",
    "com/esotericsoftware/kryo/"
  };

  private static final String FLINK = "org/apache/flink/";

  /** What of Flink and Scala reads while a task works, and what comes out depends on it. */
  private static final Set<String> RUNTIME =
      Set.of(
          "scala/util/Random",
          FLINK + "util/XORShiftRandom",
          FLINK + "runtime/state/ttl/TtlTimeProvider",
          FLINK + "api/common/eventtime/IngestionTimeAssigner",
          FLINK + "streaming/api/functions/IngestionTimeExtractor",
          FLINK + "streaming/runtime/partitioner/RebalancePartitioner",
          FLINK + "table/runtime/functions/SqlFunctionUtils",
          FLINK + "table/runtime/operators/window/tvf/common/ClockService",
          FLINK + "table/utils/DateTimeUtils");

  private static final String[] RUNTIME_BEGINNINGS = {
    FLINK + "streaming/api/windowing/assigners/WindowStagger",
    FLINK + "table/runtime/functions/aggregate/"
  };

  static final String TIME_TO_LIVE = FLINK + "runtime/state/ttl/TtlTimeProvider";

  private static final ClassValue<Boolean> LOADERS =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          String name = type.getName();
          if (name.endsWith(JANINO_LOADER) && name.contains(JANINO)) {
            return true;
          }
          for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            if (c.getName().equals(FLINK_LOADER)) {
              return true;
            }
          }
          return false;
        }
      };

  private UserCode() {}

  /**
   * @param className internal name
   */
  static boolean is(ClassLoader loader, String className) {
    if (loader == null) {
      return false;
    }
    if (isOfRuntime(className)) {
      return true;
    }
    if (!isOfJob(loader)) {
      return false;
    }
    for (String p : NOT_LOOKED_AT) {
      if (className.startsWith(p)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a loader gives classes of jobs, or what was generated for them. */
  static boolean isOfJob(ClassLoader loader) {
    return loader != null && LOADERS.get(loader.getClass());
  }

  private static boolean isOfRuntime(String className) {
    if (className.startsWith(FLINK) || className.startsWith("scala/")) {
      for (String p : RUNTIME_BEGINNINGS) {
        if (className.startsWith(p)) {
          return true;
        }
      }
      return RUNTIME.contains(className);
    }
    return false;
  }
}
