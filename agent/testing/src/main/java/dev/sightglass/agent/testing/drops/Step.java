package dev.sightglass.agent.testing.drops;

import org.apache.flink.types.RowKind;

/** One thing that a source does: a record, a watermark, or waiting for a watermark elsewhere. */
public class Step {
  /** Null in steps without a record. */
  public Planted record;

  public byte kind;

  /** The record's time; {@link Long#MIN_VALUE} = null. */
  public long time;

  /** Given out behind the record, {@link Long#MIN_VALUE} = none. */
  public long watermark = Long.MIN_VALUE;

  /** The end that has to have seen {@link #awaited} before the source goes on; null = none. */
  public String end;

  public long awaited;

  public Step() {}

  RowKind rowKind() {
    return RowKind.fromByteValue(kind);
  }
}
