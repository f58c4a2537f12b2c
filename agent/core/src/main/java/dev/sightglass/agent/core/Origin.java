package dev.sightglass.agent.core;

import java.util.Arrays;

/** What a block belongs to: a recording and an attempt key. Immutable. */
public final class Origin {
  private final byte[] recording;
  private final long attempt;

  /**
   * @param recording Flink's JobID, 16 bytes; all zero for lanes of a whole process
   * @param attempt attempt key or process key, see {@link Keys}
   */
  public Origin(byte[] recording, long attempt) {
    if (recording.length != 16) {
      throw new IllegalArgumentException("recording id has " + recording.length + " bytes, not 16");
    }
    this.recording = recording.clone();
    this.attempt = attempt;
  }

  /** The recording id in 32 hex digits. */
  public String recordingHex() {
    return Keys.hex(recording);
  }

  /** The attempt key. */
  public long attempt() {
    return attempt;
  }

  /** The recording id, 16 bytes, copied to {@code into} at {@code at}. */
  public void copyRecording(byte[] into, int at) {
    System.arraycopy(recording, 0, into, at, 16);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Origin
        && ((Origin) other).attempt == attempt
        && Arrays.equals(((Origin) other).recording, recording);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(recording) * 31 + Long.hashCode(attempt);
  }

  @Override
  public String toString() {
    return recordingHex() + "/" + Keys.hex(attempt);
  }
}
