package dev.sightglass.bootstrap;

/** Mails and processing-time callbacks. They are rare, so the task is found by its thread. */
public final class MailProbe {
  /** Token of a mail that is told as soon as it has the checkpoint lock, {@link #locked}. */
  private static final int WAITS = -2;

  private MailProbe() {}

  /**
   * A mail runs.
   *
   * @param format its description before arguments were put in
   */
  public static int mail(String format) {
    TaskContext t = TaskContext.current();
    if (t == null || t.closed || plumbing(format)) {
      return -1;
    }
    if (t.legacy()) {
      // It takes the checkpoint lock only further inside: until then somebody else may be telling.
      t.waitingMail = format;
      return WAITS;
    }
    return begin(t, format);
  }

  /**
   * A legacy source's task has its checkpoint lock, and runs the mail that waited for it, if any.
   */
  public static int locked() {
    TaskContext t = TaskContext.current();
    if (t == null || t.closed || !t.isMailThread() || t.waitingMail == null) {
      return -1;
    }
    String format = t.waitingMail;
    t.waitingMail = null;
    return begin(t, format);
  }

  private static int begin(TaskContext t, String format) {
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
    } else if (token == WAITS) {
      // It may have run without the lock.
      TaskContext.current().waitingMail = null;
    }
  }

  public static void fail(int token, Throwable thrown) {
    if (token >= 0) {
      TaskContext t = TaskContext.current();
      t.thrown(thrown);
      t.end(token);
    } else {
      leave(token);
    }
  }
}
