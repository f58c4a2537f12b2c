package dev.sightglass.agent.core;

/** The bytes of an external write. The arrays are read while the call lasts and not kept. */
public final class WrittenRecord {
  /** Nothing is known of the bytes. */
  public static final WrittenRecord NONE = new WrittenRecord(null, null, null, false);

  final byte[] key;
  final byte[] value;
  final byte[] headers;
  final boolean withheld;

  /**
   * Each may be null.
   *
   * @param headers layout of column 50, {@code spec/block.md}
   * @param withheld there were bytes that could not be kept
   */
  public WrittenRecord(byte[] key, byte[] value, byte[] headers, boolean withheld) {
    this.key = key;
    this.value = value;
    this.headers = headers;
    this.withheld = withheld;
  }

  /** Sizes only: the bytes are not for printing. */
  @Override
  public String toString() {
    return size("key", key)
        + size(" value", value)
        + size(" headers", headers)
        + (withheld ? " withheld" : "");
  }

  private static String size(String name, byte[] b) {
    return name + "=" + (b == null ? "none" : b.length);
  }
}
