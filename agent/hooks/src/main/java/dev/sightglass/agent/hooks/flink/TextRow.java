package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.EventKind;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.hooks.drain.Recording;
import dev.sightglass.agent.hooks.secrets.Secrets;
import java.nio.charset.StandardCharsets;

/** A row of lane job with a text that is cleaned of secrets before it leaves the process. */
final class TextRow {
  private static final int MAX_STATEMENT = 256 * 1024;
  private static final int MAX_DESCRIPTION = 64 * 1024;

  private final int kind;
  private final JsonWriter body;
  private final String text;

  private TextRow(int kind, JsonWriter body, String text) {
    this.kind = kind;
    this.body = body;
    this.text = text;
  }

  static TextRow statement(JsonWriter body, String text) {
    return new TextRow(EventKind.STATEMENT, body, text);
  }

  static TextRow planned(JsonWriter body, String description) {
    return new TextRow(EventKind.PLANNED, body, description);
  }

  void tell(Recording job, Secrets secrets) {
    // Cut last: what ends too early may not look like a secret any more.
    String shown =
        kind == EventKind.STATEMENT
            ? SqlText.cut(SqlText.statement(text, secrets::isSensitive), MAX_STATEMENT)
            : SqlText.cut(SqlText.description(text, secrets::isSensitive), MAX_DESCRIPTION);
    job.event(kind, -1, body, shown.getBytes(StandardCharsets.UTF_8));
  }
}
