package dev.sightglass.agent.hooks.flink;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.result;
import static dev.sightglass.agent.hooks.weave.Value.self;

import dev.sightglass.agent.hooks.weave.Hook;
import java.util.List;

/** Hooks on serializers, for what they learn after their task was described. */
final class SerializerHooks {
  private SerializerHooks() {}

  static void addTo(List<Hook> all) {
    all.add(
        Hook.of("serializer.subclass", "org/apache/flink/api/java/typeutils/runtime/PojoSerializer")
            .leaveRare(
                "createSubclassSerializer",
                "\\(Ljava/lang/Class;\\)L.*TypeSerializer;",
                probe("SerializerProbe.subclass", self(), arg(0), result()))
            .build());
  }
}
