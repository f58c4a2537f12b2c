package dev.sightglass.bootstrap;

/** Why a record was thrown away, spec/recording.md section 4.1. */
public final class DropReason {
  public static final int WINDOW_LATE = 1;
  public static final int LATE_TO_SIDE_OUTPUT = 2;
  public static final int NO_WINDOW = 3;
  public static final int INTERVAL_JOIN_LATE = 4;
  public static final int JOIN_TIME_PASSED = 5;
  public static final int WINDOW_JOIN_LATE = 6;
  public static final int OVER_LATE = 7;
  public static final int TEMPORAL_JOIN_NO_VERSION = 8;
  public static final int TEMPORAL_JOIN_BUILD_LATE = 9;
  public static final int PROCESS_TABLE_FUNCTION_LATE = 10;
  public static final int PATTERN_LATE = 11;
  public static final int DUPLICATE = 12;
  public static final int DEDUPLICATE_LATE = 13;
  public static final int DELETE_OF_UNKNOWN_ROW = 14;
  public static final int RETRACT_OF_UNKNOWN_ROW = 15;
  public static final int NULL_IN_NOT_NULL_COLUMN = 16;
  public static final int PARSE_ERROR_IGNORED = 17;
  public static final int DECODED_TO_NOTHING = 18;
  public static final int TRANSACTION_LOST = 19;
  public static final int WINDOW_AGGREGATE_LATE = 20;
  public static final int GROUP_WINDOW_LATE = 21;
  public static final int SORT_LATE = 22;
  public static final int NULL_ROW_TIME = 23;
  public static final int COUNTED_BY_A_LATE_METRIC = 254;
  public static final int UNEXPLAINED = 255;

  private DropReason() {}

  /** Whether Flink counts records of that reason in a metric whose name says late and dropped. */
  static boolean counted(int reason) {
    switch (reason) {
      case WINDOW_LATE:
      case WINDOW_JOIN_LATE:
      case OVER_LATE:
      case PATTERN_LATE:
      case DEDUPLICATE_LATE:
      case WINDOW_AGGREGATE_LATE:
      case GROUP_WINDOW_LATE:
        return true;
      default:
        return false;
    }
  }
}
