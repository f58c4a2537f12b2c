package dev.sightglass.agent.hooks.capsule;

import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.hooks.flink.Mirror;
import dev.sightglass.agent.hooks.secrets.Secrets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The files that handles of state name. Of a snapshot that lies within its handles there are none.
 */
final class StateFiles implements Consumer<Object> {
  /** A large incremental snapshot names some hundred. */
  private static final int MAX = 4096;

  private static final String PACKAGE = "org.apache.flink.runtime.state.";

  /** Sizes in bytes by path; -1 = not known. */
  private final Map<String, Long> sizes = new LinkedHashMap<>();

  private boolean cut;

  @Override
  public void accept(Object o) {
    String type = o.getClass().getName();
    if (!type.startsWith(PACKAGE) || !type.endsWith("FileStateHandle")) {
      return;
    }
    try {
      String path = Mirror.call(o, "getFilePath").toString();
      if (sizes.size() < MAX) {
        sizes.merge(path, (Long) Mirror.call(o, "getStateSize"), Math::max);
      } else {
        cut = true;
      }
    } catch (Mirror.NoSuchMember e) {
      cut = true;
    }
  }

  void tell(JsonWriter j) {
    j.name("files").beginArray();
    for (Map.Entry<String, Long> e : sizes.entrySet()) {
      j.beginArray().value(Secrets.clean(e.getKey())).value(e.getValue()).endArray();
    }
    j.endArray();
    if (cut) {
      j.name("files_cut").value(true);
    }
  }
}
