package dev.sightglass.bootstrap;

/** Mails and processing-time callbacks. They are rare, so the task is found by its thread. */
public final class MailProbe {
  private MailProbe() {}

  /**
   * A mail runs.
   *
   * @param format its description before arguments were put in
   */
  public static int mail(String format) {
    TaskContext t = TaskContext.current();
    // A legacy source's mail takes the checkpoint lock only further inside: what it does is told
    // there.
    if (t == null || t.closed || t.legacy() || plumbing(format)) {
      return -1;
    }
    return t.begin(TaskContext.MAIL, -1, null, t.text(format), TapeFormat.NONE, PathTable.NOTHING);
  }

  /**
   * Mails that keep the loop going and change nothing, and the shell of a callback, which is told
   * by itself.
   */
  private static boolean plumbing(String format) {
    return "resume default action".equals(format)
        || "poison mail".equals(format)
        || "Timer callback for %s @ %d".equals(format);
  }

  /** A processing-time callback runs, scheduled for {@code time}. */
  public static int callback(Object callback, long time) {
    TaskContext t = TaskContext.current();
    if (t == null || t.closed) {
      return -1;
    }
    int text = callback == null ? 0 : t.text(callback.getClass());
    int token = t.begin(TaskContext.CALLBACK, -1, null, text, time, PathTable.NOTHING);
    t.reads.callback(callback, time);
    return token;
  }

  public static void leave(int token) {
    if (token >= 0) {
      TaskContext.current().end(token);
    }
  }

  public static void fail(int token, Throwable thrown) {
    if (token >= 0) {
      TaskContext t = TaskContext.current();
      t.thrown(thrown);
      t.end(token);
    }
  }
}
