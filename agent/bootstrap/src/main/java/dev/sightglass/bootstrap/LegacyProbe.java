package dev.sightglass.bootstrap;

/**
 * What the function of a legacy source gives. It does so under the checkpoint lock of its task, by
 * the thread that runs it or by others of its own.
 */
public final class LegacyProbe {
  /** Of invocations that are neither a record nor a mail: what they are told as. */
  static final String WATERMARK = "legacy source emits a watermark";

  static final String STATUS = "legacy source changes its status";

  private LegacyProbe() {}

  /**
   * A value is given.
   *
   * @param time that the function gives with it, {@link Long#MIN_VALUE} = none
   */
  public static int record(Object context, Object value, long time) {
    if (!begins(context)) {
      return -1;
    }
    int token = -1;
    try {
      token = SourceProbe.collect(context, value, time);
    } finally {
      if (token < 0) { // nobody leaves it
        ((SourceProbe.Context) context).task.giveThreadBack();
      }
    }
    return token;
  }

  public static void leaveRecord(Object context, int token, long time) {
    try {
      SourceProbe.leave(context, token, time);
    } finally {
      ((SourceProbe.Context) context).task.giveThreadBack();
    }
  }

  public static void failRecord(Object context, int token, Throwable t) {
    try {
      SourceProbe.fail(context, token, t);
    } finally {
      ((SourceProbe.Context) context).task.giveThreadBack();
    }
  }

  /** A value is given where no record has a time, by the thread that runs the function. */
  public static int plainRecord(Object value) {
    TaskContext t = TaskContext.current();
    return t == null || t.closed
        ? -1
        : SourceProbe.collect(t.plainSource(), value, TapeFormat.NONE);
  }

  public static void leavePlainRecord(int token) {
    SourceProbe.leave(TaskContext.current().plainSource(), token, TapeFormat.NONE);
  }

  public static void failPlainRecord(int token, Throwable t) {
    SourceProbe.fail(TaskContext.current().plainSource(), token, t);
  }

  /** A watermark is given. One that the source's own callback gives is part of that. */
  public static int watermark(Object context, long time) {
    return isBetween(context) ? tell(context, WATERMARK, Reads.SOURCE_WATERMARK, time) : -1;
  }

  /** The source says whether it is idle; {@code was}: what it said last. */
  public static int status(Object context, boolean was, boolean is) {
    return was != is && isBetween(context)
        ? tell(context, STATUS, Reads.SOURCE_STATUS, is ? 1 : 0)
        : -1;
  }

  public static void leave(Object context, int token) {
    TaskContext t = ((SourceProbe.Context) context).task;
    t.end(token);
    t.giveThreadBack();
  }

  public static void fail(Object context, int token, Throwable thrown) {
    ((SourceProbe.Context) context).task.thrown(thrown);
    leave(context, token);
  }

  private static boolean isBetween(Object context) {
    return context instanceof SourceProbe.Context
        && ((SourceProbe.Context) context).task.isBetween();
  }

  /** Whether something is told that this thread gives; then it is the task's for so long. */
  private static boolean begins(Object context) {
    if (!(context instanceof SourceProbe.Context)) {
      return false;
    }
    TaskContext t = ((SourceProbe.Context) context).task;
    if (t.closed) {
      return false;
    }
    t.takeThread();
    return true;
  }

  private static int tell(Object context, String text, int source, long number) {
    if (!begins(context)) {
      return -1;
    }
    SourceProbe.Context c = (SourceProbe.Context) context;
    TaskContext t = c.task;
    int token =
        t.begin(TaskContext.MAIL, -1, null, t.text(text), TapeFormat.NONE, PathTable.NOTHING);
    t.reads.begin(source, c.operator).number(number).write();
    return token;
  }
}
