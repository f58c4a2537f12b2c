package dev.sightglass.agent.hooks.capsule;

import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.hooks.drain.Attempt;
import dev.sightglass.agent.hooks.secrets.Secrets;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Where the state of a task is: a snapshot that it reported, or the one that it was restored from.
 */
final class Handles extends Package {
  private static final byte[] PLACEHOLDER =
      "PlaceholderStreamStateHandle".getBytes(StandardCharsets.UTF_8);

  /** A row's payload is at most so long. */
  private static final int MAX = 1 << 20;

  private final int kind;
  private final long checkpoint;
  private final long stateBytes;
  private final boolean withheld;
  private final StateFiles files;

  /**
   * @param withheld the policy keeps payload back: small states lie within the handles
   */
  Handles(
      Attempt attempt,
      int kind,
      long checkpoint,
      long stateBytes,
      boolean withheld,
      StateFiles files,
      Supplier<?> object) {
    super(attempt);
    this.kind = kind;
    this.checkpoint = checkpoint;
    this.stateBytes = stateBytes;
    this.withheld = withheld;
    this.files = files;
    parts.add(new Part("handles", withheld ? () -> null : object, files));
  }

  @Override
  void prepare() {
    super.prepare();
    files.open();
  }

  @Override
  void finish(Keeper keeper, Secrets secrets) {
    new Cleaned(secrets).clean(parts);
    files.keep(keeper);
    Part p = parts.isEmpty() ? null : parts.get(0);
    if (withheld) {
      tell(null, "payload of an operator is kept back");
    } else if (p == null || p.bytes == null) {
      tell(null, p == null || p.reason == null ? "there are none" : p.reason);
    } else if (p.bytes.length > MAX) {
      tell(null, "they are too large: " + p.bytes.length + " bytes");
    } else {
      tell(p.bytes, "");
    }
  }

  private void tell(byte[] bytes, String missing) {
    JsonWriter j = new JsonWriter().beginObject();
    j.name("checkpoint").value(checkpoint);
    j.name("state_bytes").value(stateBytes);
    j.name("bytes").value(bytes == null ? 0 : bytes.length);
    j.name("placeholders").value(bytes != null && contains(bytes));
    j.name("missing").value(missing);
    if (bytes != null) {
      files.tell(j);
    }
    recording.event(kind, j.endObject(), null, bytes);
  }

  private static boolean contains(byte[] in) {
    for (int i = 0; i <= in.length - PLACEHOLDER.length; i++) {
      if (java.util.Arrays.equals(
          in, i, i + PLACEHOLDER.length, PLACEHOLDER, 0, PLACEHOLDER.length)) {
        return true;
      }
    }
    return false;
  }

  @Override
  void drop(String reason) {
    files.close();
    tell(null, reason);
  }
}
