package dev.sightglass.agent.core;

/** Kinds of events: {@code spec/recording.md}, section 4. Wire format. */
public final class EventKind {
  public static final int RECORD = 1;
  public static final int WATERMARK = 2;
  public static final int STATUS = 3;
  public static final int LATENCY_MARKER = 4;
  public static final int ATTRIBUTES = 5;
  public static final int INTERNAL_WATERMARK = 6;

  public static final int ELEMENTS = 16;
  public static final int SOURCE = 17;
  public static final int EVENT_TIMER = 18;
  public static final int PROCESSING_TIMER = 19;
  public static final int MAIL = 20;
  public static final int PROCESSING_CALLBACK = 21;
  public static final int RECOVERED = 22;
  public static final int BARRIER_IN = 24;
  public static final int CHECKPOINT = 25;
  public static final int END_OF_RECOVERY = 26;
  public static final int END_OF_CHANNEL = 27;
  public static final int RESYNC = 28;
  public static final int WATERMARK_IN = 29;

  public static final int LEVEL = 31;

  public static final int SOURCE_RECORD = 32;
  public static final int OTHER_SOURCE_RECORD = 33;
  public static final int SOURCE_RUN = 34;

  public static final int WRITTEN = 48;
  public static final int WRITE_FAILED = 49;
  public static final int TIMER_REGISTERED = 50;
  public static final int TIMER_DELETED = 51;
  public static final int TIMER_FIRED = 52;
  public static final int WINDOW_ASSIGNED = 53;
  public static final int WINDOW_MERGED = 54;
  public static final int WINDOW_FIRED = 55;
  public static final int WINDOW_PURGED = 56;
  public static final int DROPPED = 57;
  public static final int WATERMARK_OUT = 58;
  public static final int WATERMARK_HELD = 59;
  public static final int CAUSE = 60;
  public static final int TRANSACTION = 61;

  public static final int JOB_STATE = 64;
  public static final int ATTEMPT_STATE = 65;
  public static final int JOB_CHECKPOINT = 66;
  public static final int SNAPSHOT = 67;
  public static final int RESTORED = 68;
  public static final int GRAPH = 69;
  public static final int CODE = 70;
  public static final int TASK_STARTED = 71;
  public static final int TASK_STATE = 72;
  public static final int TASK_ENDED = 73;
  public static final int CAPSULE = 74;
  public static final int PLANNED = 75;
  public static final int STATEMENT = 76;

  public static final int EXCEPTION = 80;
  public static final int LOG_LINE = 81;
  public static final int GAP = 96;

  public static final int STATE_READ = 100;
  public static final int STATE_WRITTEN = 101;
  public static final int STATE_CLEARED = 102;
  public static final int STATE_EXPIRED = 103;

  public static final int ENV_READ = 110;

  /** Only in zone 1: records that entered an operator. */
  public static final int ENTERED = 128;

  /** Only in zone 1: records that an operator passed on. */
  public static final int PASSED = 129;

  private EventKind() {}
}
