package dev.sightglass.agent.hooks.flink;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.context;
import static dev.sightglass.agent.hooks.weave.Value.field;
import static dev.sightglass.agent.hooks.weave.Value.number;
import static dev.sightglass.agent.hooks.weave.Value.self;
import static dev.sightglass.agent.hooks.weave.Value.thrown;
import static dev.sightglass.agent.hooks.weave.Value.token;

import dev.sightglass.agent.hooks.weave.Hook;
import dev.sightglass.agent.hooks.weave.Value;
import java.util.List;

/**
 * Hooks on tasks with a source of the old interface: a function that gives records from a thread of
 * its own. What it gives, and the task's mails, happen under the checkpoint lock: all is told where
 * that is held.
 */
final class LegacySourceHooks {
  private static final String FLINK = "org/apache/flink/";
  private static final String TASKS = FLINK + "streaming/runtime/tasks/";
  private static final String OPERATORS = FLINK + "streaming/api/operators/";
  private static final String CONTEXTS = OPERATORS + "StreamSourceContexts$";
  private static final String RECORD = FLINK + "streaming/runtime/streamrecord/StreamRecord";

  private LegacySourceHooks() {}

  static void addTo(List<Hook> all) {
    threads(all);
    all.add(
        withWatermarks(
            collecting(
                collecting(
                    Hook.of("source.legacy", CONTEXTS + "ManualWatermarkContext"),
                    "processAndCollect",
                    number(Long.MIN_VALUE)),
                "processAndCollectWithTimestamp",
                arg(1))));
    all.add(
        withWatermarks(
            collecting(
                Hook.of("source.legacy", CONTEXTS + "AutomaticWatermarkContext"),
                "processAndCollect",
                number(Long.MIN_VALUE))));
    all.add(
        Hook.of("source.legacy", CONTEXTS + "NonTimestampContext")
            .redirect(
                OPERATORS + "Output",
                "collect",
                "(Ljava/lang/Object;)V",
                probe(
                    "LegacyProbe.plainRecord",
                    arg(0).as(RECORD).call("getValue", "()Ljava/lang/Object;")),
                probe("LegacyProbe.leavePlainRecord", token()).unlessNothing(),
                probe("LegacyProbe.failPlainRecord", token(), thrown()).unlessNothing())
            .build());
  }

  private static void threads(List<Hook> all) {
    Value owner = context("owner", "TaskProbe.inherit", self());
    all.add(
        Hook.of("task.legacy-source", TASKS + "SourceStreamTask$LegacySourceFunctionThread")
            .leaveRare("<init>", null, probe("TaskProbe.keep", owner))
            .enterRare("run", "\\(\\)V", probe("TaskProbe.enter", owner))
            .build());
    all.add(
        Hook.of(
                "mail.legacy",
                TASKS + "StreamTaskActionExecutor$SynchronizedStreamTaskActionExecutor")
            .redirect(
                FLINK + "util/function/ThrowingRunnable",
                "run",
                "()V",
                probe("MailProbe.locked"),
                probe("MailProbe.leave", token()),
                probe("MailProbe.fail", token(), thrown()))
            .build());
  }

  private static Value output() {
    return context("output", "SourceProbe.output", self());
  }

  private static Hook.Builder collecting(Hook.Builder b, String method, Value time) {
    Value emitted = field("reuse").call("getTimestamp", "()J");
    return b.around(
        method,
        null,
        probe("LegacyProbe.record", output(), arg(0), time),
        probe("LegacyProbe.leaveRecord", output(), token(), emitted).unlessNothing(),
        probe("LegacyProbe.failRecord", output(), token(), thrown()).unlessNothing());
  }

  /**
   * The context is made by the thread that runs the function, outside of the lock: from then on it
   * is known which task it belongs to, whoever uses it.
   */
  private static Hook withWatermarks(Hook.Builder b) {
    return b.leaveRare("<init>", null, probe("TaskProbe.keep", output()))
        .around(
            "processAndEmitWatermark",
            null,
            probe("LegacyProbe.watermark", output(), arg(0).call("getTimestamp", "()J")),
            probe("LegacyProbe.leave", output(), token()).unlessNothing(),
            probe("LegacyProbe.fail", output(), token(), thrown()).unlessNothing())
        .around(
            "processAndEmitWatermarkStatus",
            null,
            probe("LegacyProbe.status", output(), field("idle"), arg(0).call("isIdle", "()Z")),
            probe("LegacyProbe.leave", output(), token()).unlessNothing(),
            probe("LegacyProbe.fail", output(), token(), thrown()).unlessNothing())
        .build();
  }
}
