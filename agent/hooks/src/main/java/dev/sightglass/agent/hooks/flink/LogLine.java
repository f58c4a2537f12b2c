package dev.sightglass.agent.hooks.flink;

/** Reads a line that log4j or logback writes. */
final class LogLine {
  private LogLine() {}

  /**
   * Logger, message, thread, class of the exception or empty.
   *
   * @param event {@code LogEvent} or {@code ILoggingEvent}
   * @param wanted whether the message is wanted; else it is null
   */
  static String[] of(Object event, boolean wanted) {
    boolean logback = event.getClass().getName().startsWith("ch.qos.logback.");
    String thrown = "";
    String message = null;
    if (logback) {
      Object t = Mirror.call(event, "getThrowableProxy");
      thrown = t == null ? "" : Mirror.text(t, "getClassName");
      message = wanted ? Mirror.text(event, "getFormattedMessage") : null;
    } else {
      Object t = Mirror.call(event, "getThrown");
      thrown = t == null ? "" : t.getClass().getName();
      Object m = wanted ? Mirror.call(event, "getMessage") : null;
      message = wanted ? m == null ? "" : Mirror.text(m, "getFormattedMessage") : null;
    }
    return new String[] {
      Mirror.text(event, "getLoggerName"), message, Mirror.text(event, "getThreadName"), thrown
    };
  }
}
