package dev.sightglass.agent.core;

/** The bytes of an external write. The arrays are read while the call lasts and not kept. */
public final class WrittenRecord {
  /** Nothing is known of the bytes. */
  public static final WrittenRecord NONE = new WrittenRecord(null, null, null, false);

  final byte[] key;
  final byte[] value;
  final byte[] headers;
  final boolean withheld;

  /** Definition of the transactional id, or {@link AttemptRecorder#NONE}. */
  private final int transaction;

  private final long producer;
  private final int epoch;

  /**
   * Each may be null.
   *
   * @param headers layout of column 50, {@code spec/block.md}
   * @param withheld there were bytes that could not be kept
   */
  public WrittenRecord(byte[] key, byte[] value, byte[] headers, boolean withheld) {
    this(key, value, headers, withheld, AttemptRecorder.NONE, 0, 0);
  }

  private WrittenRecord(
      byte[] key,
      byte[] value,
      byte[] headers,
      boolean withheld,
      int transaction,
      long producer,
      int epoch) {
    this.key = key;
    this.value = value;
    this.headers = headers;
    this.withheld = withheld;
    this.transaction = transaction;
    this.producer = producer;
    this.epoch = epoch;
  }

  /**
   * The same as a part of a transaction.
   *
   * @param transaction definition of kind 1: the transactional id
   */
  public WrittenRecord in(int transaction, long producer, int epoch) {
    return new WrittenRecord(key, value, headers, withheld, transaction, producer, epoch);
  }

  /** Says it of a row; one of a failed write names the error instead of the id. */
  void tellTransaction(Note row) {
    if (transaction == AttemptRecorder.NONE) {
      return;
    }
    if (row.text == AttemptRecorder.NONE) {
      row.text = transaction;
    }
    row.number = producer;
    row.number2 = epoch;
  }

  /** Sizes only: the bytes are not for printing. */
  @Override
  public String toString() {
    return size("key", key)
        + size(" value", value)
        + size(" headers", headers)
        + (withheld ? " withheld" : "")
        + (transaction == AttemptRecorder.NONE
            ? ""
            : " transaction=" + transaction + "/" + producer + "/" + epoch);
  }

  private static String size(String name, byte[] b) {
    return name + "=" + (b == null ? "none" : b.length);
  }
}
