package dev.sightglass.bootstrap;

/** Serializers that learn while the job runs: {@code PojoSerializer}. */
public final class SerializerProbe {
  private SerializerProbe() {}

  /** {@code PojoSerializer.createSubclassSerializer} made {@code serializer} for {@code type}. */
  public static void subclass(Object base, Class<?> type, Object serializer) {
    TaskContext t = TaskContext.current();
    if (t != null && !t.closed && serializer != null) {
      Hooks.inspector().subclass(t, base, type, serializer);
    }
  }
}
