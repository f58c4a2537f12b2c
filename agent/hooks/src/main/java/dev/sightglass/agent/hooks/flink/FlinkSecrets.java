package dev.sightglass.agent.hooks.flink;

import java.util.function.Predicate;

/** Flink's own list of keys whose values it hides, once a class loader that sees Flink is known. */
final class FlinkSecrets implements Predicate<String> {
  private static final String CONFIGURATION = "org.apache.flink.configuration.GlobalConfiguration";

  private volatile Class<?> configuration;

  void know(ClassLoader flink) {
    if (configuration == null) {
      try {
        configuration = Class.forName(CONFIGURATION, true, flink);
      } catch (ClassNotFoundException | LinkageError e) {
        // The words that the agent knows itself are a superset of this list.
      }
    }
  }

  @Override
  public boolean test(String key) {
    Class<?> c = configuration;
    try {
      return c != null && (Boolean) Mirror.callStatic(c, "isSensitive", key);
    } catch (Mirror.NoSuchMember e) {
      return false;
    }
  }
}
