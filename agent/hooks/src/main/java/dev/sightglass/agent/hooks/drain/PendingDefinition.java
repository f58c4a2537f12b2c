package dev.sightglass.agent.hooks.drain;

import dev.sightglass.agent.core.Keys;
import java.nio.charset.StandardCharsets;

/** A definition that a thread of Flink made and the drain will hand to a recorder. */
public final class PendingDefinition {
  final int kind;
  final byte[] body;

  public PendingDefinition(int kind, String body) {
    this.kind = kind;
    this.body = body.getBytes(StandardCharsets.UTF_8);
  }

  /** Its id in 16 hex digits. */
  public String id() {
    return Keys.hex(Keys.definition(kind, body));
  }
}
