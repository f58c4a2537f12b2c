package dev.sightglass.agent.oracle;

import dev.sightglass.agent.hooks.serializers.SerializerDescriber;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.java.typeutils.runtime.PojoSerializer;

/** Subclasses of POJOs that a serializer met while it wrote, told as the agent's hook tells them. */
final class Subclasses {
  private static final String POJO = PojoSerializer.class.getName();
  private static final Set<String> TOLD = new HashSet<>();

  private Subclasses() {}

  static void tell(Object serializer, PrintStream out) {
    Serializers.each(
        serializer,
        s -> {
          if (s instanceof PojoSerializer) {
            Class<?> base = (Class<?>) ByName.field(POJO, s, "clazz");
            Map<?, ?> met = (Map<?, ?>) ByName.field(POJO, s, "subclassSerializerCache");
            met.forEach((type, made) -> tell(base, (Class<?>) type, made, out));
          }
        });
  }

  private static void tell(Class<?> base, Class<?> type, Object serializer, PrintStream out) {
    if (TOLD.add(base.getName() + " " + type.getName())) {
      out.print("{\"base\":" + Json.text(base.getName()) + ",\"class\":" + Json.text(type.getName()));
      out.print(",\"descriptor\":" + SerializerDescriber.describe(serializer, null) + "}\n");
    }
  }
}
