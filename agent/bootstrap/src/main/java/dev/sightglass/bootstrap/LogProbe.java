package dev.sightglass.bootstrap;

import java.nio.charset.StandardCharsets;

/**
 * Lines that are written to a log on a task's thread, tied to what the task is at. The logging
 * library's own configuration decides which lines there are; the task's {@link Levels}, which of
 * them are told.
 */
public final class LogProbe {
  private static final int KIND = 81;

  /** Longer messages are cut. */
  private static final int MAX_MESSAGE = 8 * 1024;

  // Numbers of log4j for its levels: higher is less serious.
  private static final int LOG4J_ERROR = 200;
  private static final int LOG4J_WARN = 300;
  private static final int LOG4J_INFO = 400;
  private static final int LOG4J_DEBUG = 500;

  // Numbers of logback: higher is more serious.
  private static final int LOGBACK_ERROR = 40_000;
  private static final int LOGBACK_WARN = 30_000;
  private static final int LOGBACK_INFO = 20_000;
  private static final int LOGBACK_DEBUG = 10_000;

  private LogProbe() {}

  /**
   * {@code LoggerConfig.processLogEvent} of log4j begins: for the logger's own configuration, and
   * within that for those above it.
   *
   * @return what {@link #leave} wants
   */
  public static int log4j(int level, Object event) {
    if (level <= LOG4J_ERROR) {
      return line(Levels.LOG_ERROR, event);
    }
    if (level <= LOG4J_WARN) {
      return line(Levels.LOG_WARN, event);
    }
    if (level <= LOG4J_INFO) {
      return line(Levels.LOG_INFO, event);
    }
    return line(level <= LOG4J_DEBUG ? Levels.LOG_DEBUG : Levels.LOG_TRACE, event);
  }

  /**
   * {@code RingBufferLogEvent.setValues} of log4j ends: a logger that is asynchronous hands a line
   * on to another thread.
   */
  public static void log4jHandsOn(int level, Object event) {
    leave(log4j(level, event));
  }

  /** {@code Logger.callAppenders} of logback begins. */
  public static int logback(int level, Object event) {
    if (level >= LOGBACK_ERROR) {
      return line(Levels.LOG_ERROR, event);
    }
    if (level >= LOGBACK_WARN) {
      return line(Levels.LOG_WARN, event);
    }
    if (level >= LOGBACK_INFO) {
      return line(Levels.LOG_INFO, event);
    }
    return line(level >= LOGBACK_DEBUG ? Levels.LOG_DEBUG : Levels.LOG_TRACE, event);
  }

  /** The call that gave {@code token} is left, either way. */
  public static void leave(int token) {
    if (token != 0) {
      TaskContext t = TaskContext.current();
      if (t != null) {
        t.logging = false;
      }
    }
  }

  private static int line(int level, Object event) {
    TaskContext t = TaskContext.telling();
    if (t == null || t.logging || level > t.levels.logs) {
      return 0;
    }
    t.logging = true;
    try {
      tell(t, level, event);
    } catch (Throwable e) {
      t.logging = false;
      throw e;
    }
    return 1;
  }

  private static void tell(TaskContext t, int level, Object event) {
    int operator = t.operatorAtWork();
    // A message may quote whatever the task handles.
    String[] line = Hooks.inspector().logLine(event, t.levels.keepsAll);
    if (line == null) {
      return;
    }
    // Lines come before the first invocation, too, and from the middle of one that takes long.
    t.clock();
    TaskNote n = new TaskNote(t);
    n.begin(TaskNote.LOG, KIND, operator, t.invocation(), 0).what(level);
    byte[] logger = utf8(line[0]);
    byte[] thread = utf8(line[2]);
    byte[] thrown = utf8(line[3]);
    n.key(logger, 0, logger.length);
    n.namespace(thread, 0, thread.length);
    n.mapKey(thrown, 0, thrown.length);
    if (line[1] != null) {
      String m = line[1];
      byte[] message = utf8(m.length() > MAX_MESSAGE ? m.substring(0, MAX_MESSAGE) + "\u2026" : m);
      n.value(message, 0, message.length);
    } else {
      n.withheld();
    }
    n.write();
  }

  private static byte[] utf8(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }
}
