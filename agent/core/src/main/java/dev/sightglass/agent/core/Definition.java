package dev.sightglass.agent.core;

/**
 * A definition: kind, body and the id that both ends compute ({@code spec/recording.md}, section
 * 3).
 */
public final class Definition {
  private final long id;
  private final int kind;
  private final byte[] body;

  /** Takes over {@code body}. */
  public Definition(int kind, byte[] body) {
    this.kind = kind;
    this.body = body;
    this.id = Keys.definition(kind, body);
  }

  /** First 8 bytes of SHA-256 over the kind byte and the body, read big-endian. */
  public long id() {
    return id;
  }

  public int kind() {
    return kind;
  }

  /** The bytes themselves: not to be changed. */
  public byte[] body() {
    return body;
  }
}
