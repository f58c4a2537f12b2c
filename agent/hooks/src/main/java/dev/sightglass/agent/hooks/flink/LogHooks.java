package dev.sightglass.agent.hooks.flink;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.self;
import static dev.sightglass.agent.hooks.weave.Value.token;

import dev.sightglass.agent.hooks.weave.Hook;
import java.util.List;

/**
 * Hooks on the logging libraries behind SLF4J that Flink is run with: where a line passed the
 * library's filters and goes to its appenders. There its message is made already, or is kept once
 * it is made, so nothing of the job is called that would not be called without the agent.
 */
final class LogHooks {
  private static final String LOG4J = "org/apache/logging/log4j/";
  private static final String LOGBACK = "ch/qos/logback/classic/";

  private LogHooks() {}

  static void addTo(List<Hook> all) {
    all.add(
        Hook.of("log.log4j", LOG4J + "core/config/LoggerConfig")
            .around(
                "processLogEvent",
                "\\(L.*/LogEvent;L.*LoggerConfigPredicate;\\)V",
                probe(
                    "LogProbe.log4j",
                    arg(0)
                        .callInterface("getLevel", "()L" + LOG4J + "Level;")
                        .call("intLevel", "()I"),
                    arg(0)),
                probe("LogProbe.leave", token()),
                probe("LogProbe.leave", token()))
            .build());
    // Where all loggers are asynchronous, the place above is on a thread of their own. What goes to
    // that thread is filled on the one that logs, the message with it.
    all.add(
        Hook.of("log.log4j", LOG4J + "core/async/RingBufferLogEvent")
            .leave(
                "setValues",
                "\\(L.*/AsyncLogger;.*\\)V",
                probe(
                    "LogProbe.log4jHandsOn",
                    self().call("getLevel", "()L" + LOG4J + "Level;").call("intLevel", "()I"),
                    self()))
            .build());
    all.add(
        Hook.of("log.logback", LOGBACK + "Logger")
            .around(
                "callAppenders",
                "\\(L.*/ILoggingEvent;\\)V",
                probe(
                    "LogProbe.logback",
                    arg(0)
                        .callInterface("getLevel", "()L" + LOGBACK + "Level;")
                        .call("toInt", "()I"),
                    arg(0)),
                probe("LogProbe.leave", token()),
                probe("LogProbe.leave", token()))
            .build());
  }
}
