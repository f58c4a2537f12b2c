package dev.sightglass.agent.core;

/** Why a stretch was not recorded: {@code spec/recording.md}, section 5. Wire format. */
public final class GapReason {
  public static final int RING_FULL = 1;
  public static final int BUFFER_FULL = 2;
  public static final int GOVERNOR = 3;
  public static final int PAYLOAD_OVER_LIMIT = 4;
  public static final int AGENT_FAULT = 5;
  public static final int LATE_ATTACH = 6;
  public static final int PROCESS_LOST = 7;
  public static final int CLOCK_STEP = 8;
  public static final int CHECKSUM = 9;
  public static final int MISSING_BLOCKS = 10;
  public static final int TRUNCATED_TAIL = 11;
  public static final int SWITCHED_OFF = 12;

  private GapReason() {}
}
