package dev.sightglass.agent.hooks.flink;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.context;
import static dev.sightglass.agent.hooks.weave.Value.field;
import static dev.sightglass.agent.hooks.weave.Value.result;
import static dev.sightglass.agent.hooks.weave.Value.self;
import static dev.sightglass.agent.hooks.weave.Value.thrown;
import static dev.sightglass.agent.hooks.weave.Value.token;

import dev.sightglass.agent.hooks.weave.Call;
import dev.sightglass.agent.hooks.weave.Hook;
import dev.sightglass.agent.hooks.weave.Value;
import java.util.List;

/** Hooks on what operators do at level trace beside state: timers, windows, watermarks, causes. */
final class TraceHooks {
  private static final String FLINK = "org/apache/flink/";
  private static final String STREAMING = FLINK + "streaming/";
  private static final String OPERATORS = STREAMING + "api/operators/";
  private static final String WINDOWING = STREAMING + "runtime/operators/windowing/";
  private static final String TABLE = FLINK + "table/runtime/operators/";
  private static final String OBJECT = "Ljava/lang/Object;";
  private static final String WATERMARK = STREAMING + "api/watermark/Watermark";

  private TraceHooks() {}

  static void addTo(List<Hook> all) {
    timers(all);
    windows(all);
    tableWindows(all);
    watermarks(all);
    causes(all);
  }

  private static void timers(List<Hook> all) {
    all.add(
        Hook.of("timer.service", OPERATORS + "InternalTimeServiceManagerImpl")
            .leaveRare(
                "registerOrGetTimerService", null, probe("TimerProbe.named", arg(0), result()))
            .build());
    Value service = context("timers", "TimerProbe.service", self());
    Value key =
        field("keyContext")
            .callInterface("getCurrentKey", "()Ljava/lang/Object;")
            .when(probe("TimerProbe.wants", service));
    String shape = "\\(" + OBJECT + "J\\)V";
    all.add(
        Hook.of("timer.set", OPERATORS + "InternalTimerServiceImpl")
            .enter(
                "registerEventTimeTimer",
                shape,
                probe("TimerProbe.registeredEvent", service, key, arg(0), arg(1)))
            .enter(
                "registerProcessingTimeTimer",
                shape,
                probe("TimerProbe.registeredProcessing", service, key, arg(0), arg(1)))
            .enter(
                "deleteEventTimeTimer",
                shape,
                probe("TimerProbe.deletedEvent", service, key, arg(0), arg(1)))
            .enter(
                "deleteProcessingTimeTimer",
                shape,
                probe("TimerProbe.deletedProcessing", service, key, arg(0), arg(1)))
            .build());
  }

  private static void windows(List<Hook> all) {
    Value outer = context("windows", "WindowProbe.context", field("this$0"));
    Value window = field("window");
    String trigger = STREAMING + "api/windowing/triggers/TriggerResult";
    Call triggered =
        probe(
            "WindowProbe.triggered",
            outer,
            window,
            result().call("isFire", "()Z"),
            result().call("isPurge", "()Z"));
    all.add(
        Hook.of("window", WINDOWING + "WindowOperator$Context")
            .around(
                "onElement",
                "\\(L.*StreamRecord;\\)L" + trigger + ";",
                probe("WindowProbe.assigned", outer, window),
                triggered,
                null)
            .leave("onEventTime", "\\(J\\)L" + trigger + ";", triggered)
            .leave("onProcessingTime", "\\(J\\)L" + trigger + ";", triggered)
            .enter(
                "onMerge",
                "\\(Ljava/util/Collection;\\)V",
                probe("WindowProbe.merged", outer, window, arg(0)))
            .build());
    Value own = context("windows", "WindowProbe.context", self());
    for (String operator : new String[] {"WindowOperator", "EvictingWindowOperator"}) {
      all.add(
          Hook.of("window", WINDOWING + operator)
              .around(
                  "emitWindowContents",
                  null,
                  probe("WindowProbe.fired", own, arg(0)),
                  probe("WindowProbe.firedAll", own, token()),
                  null)
              .enter("clearAllState", null, probe("WindowProbe.cleared", own, arg(0)))
              .build());
    }
  }

  /** Windows of the table stack: grouped ones, and the firing of window functions' slices. */
  private static void tableWindows(List<Hook> all) {
    String operator = TABLE + "window/groupwindow/operator/";
    Value outer = context("windows", "WindowProbe.context", field("this$0"));
    all.add(
        Hook.of("window.table", operator + "WindowOperator$TriggerContext")
            .enter(
                "onElement",
                "\\(L.*RowData;J\\)Z",
                probe("WindowProbe.assigned", outer, field("window")))
            .build());
    all.add(
        Hook.of("window.table", operator + "WindowOperator$WindowContext")
            .enter(
                "onMerge",
                "\\(L.*Window;Ljava/util/Collection;\\)V",
                probe("WindowProbe.merged", outer, arg(0), arg(1)))
            .enter(
                "clearWindowState",
                "\\(L.*Window;\\)V",
                probe("WindowProbe.cleared", outer, arg(0)))
            .build());
    Value own = context("windows", "WindowProbe.context", self());
    for (String o : new String[] {"AggregateWindowOperator", "TableAggregateWindowOperator"}) {
      all.add(
          Hook.of("window.table", operator + o)
              .around(
                  "emitWindowResult",
                  "\\(L.*Window;\\)V",
                  probe("WindowProbe.fired", own, arg(0)),
                  probe("WindowProbe.firedAll", own, token()),
                  null)
              .build());
    }
    Value namespace = arg(0).callInterface("getNamespace", "()Ljava/lang/Object;");
    all.add(
        Hook.of("window.table", TABLE + "window/tvf/common/WindowAggOperator")
            .around(
                "onTimer",
                "\\(L.*InternalTimer;\\)V",
                probe("WindowProbe.fired", own, namespace),
                probe("WindowProbe.cleared", own, namespace),
                null)
            .build());
  }

  private static void watermarks(List<Hook> all) {
    Value valve = context("combined", "WatermarkProbe.valve", self());
    Call moved = probe("WatermarkProbe.valveMoved", valve, self(), field("lastOutputWatermark"));
    all.add(
        Hook.of("watermark.held", STREAMING + "runtime/watermarkstatus/StatusWatermarkValve")
            .leave("inputWatermark", null, moved)
            .leave("inputWatermarkStatus", null, moved)
            .build());
    Value splits = context("combined", "WatermarkProbe.splits", self());
    all.add(
        Hook.of("watermark.held", FLINK + "api/common/eventtime/WatermarkOutputMultiplexer")
            .leave(
                "updateCombinedWatermark",
                null,
                probe(
                    "WatermarkProbe.moved",
                    splits,
                    self(),
                    field("combinedWatermarkStatus").call("getCombinedWatermark", "()J")))
            .build());
    Value inputs = context("inputs", "WatermarkProbe.inputs", self());
    Value status = field("combinedWatermark");
    Call operatorMoved =
        probe("WatermarkProbe.moved", inputs, status, status.call("getCombinedWatermark", "()J"));
    all.add(
        Hook.of("watermark.held", OPERATORS + "AbstractStreamOperator")
            .leave("processWatermark", "\\(L" + WATERMARK + ";I\\)V", operatorMoved)
            .build());
    all.add(
        Hook.of("watermark.held", OPERATORS + "AbstractStreamOperatorV2")
            .leave("reportWatermark", "\\(L" + WATERMARK + ";I\\)V", operatorMoved)
            .build());
    Value time = arg(0).call("getTimestamp", "()J");
    Value idle = field("announcedStatus").call("isIdle", "()Z");
    String emits = "\\(L" + WATERMARK + ";\\)V";
    all.add(
        Hook.of("watermark.out", STREAMING + "runtime/tasks/ChainingOutput")
            .enter(
                "emitWatermark",
                emits,
                probe(
                    "WatermarkProbe.out",
                    context("emitter", "WatermarkProbe.chained", field("input")),
                    time,
                    idle))
            .build());
    all.add(
        Hook.of("watermark.out", STREAMING + "runtime/io/RecordWriterOutput")
            .enter(
                "emitWatermark",
                emits,
                probe(
                    "WatermarkProbe.out",
                    context("emitter", "WatermarkProbe.leaving", field("recordWriter")),
                    time,
                    idle))
            .build());
  }

  private static void causes(List<Hook> all) {
    Value entry = context("cause", "CauseProbe.entry");
    all.add(
        Hook.of("cause.async", OPERATORS + "async/queue/StreamRecordQueueEntry")
            .leave("<init>", null, probe("TaskProbe.keep", entry))
            .enter("emitResult", null, probe("CauseProbe.result", entry))
            .build());
    Value bundle = context("bundle", "CauseProbe.bundle", self());
    Call member = probe("CauseProbe.member", bundle);
    Call finish = probe("CauseProbe.finish", bundle);
    Call finished = probe("CauseProbe.finished", bundle, token());
    Call failed = probe("CauseProbe.failed", bundle, token(), thrown());
    all.add(
        Hook.of("cause.bundle", TABLE + "bundle/AbstractMapBundleOperator")
            .enter("processElement", null, member)
            .around("finishBundle", null, finish, finished, failed)
            .build());
    all.add(
        Hook.of("cause.bundle", TABLE + "join/stream/MiniBatchStreamingJoinOperator")
            .enter("processElement1", null, member)
            .enter("processElement2", null, member)
            .around("finishBundle", null, finish, finished, failed)
            .build());
  }
}
