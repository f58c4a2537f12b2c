package dev.sightglass.agent.hooks.flink;

import static dev.sightglass.agent.hooks.flink.DropHooks.contextWatermark;
import static dev.sightglass.agent.hooks.flink.DropHooks.dropped;
import static dev.sightglass.agent.hooks.flink.DropHooks.row;
import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.field;
import static dev.sightglass.agent.hooks.weave.Value.inherited;
import static dev.sightglass.agent.hooks.weave.Value.local;
import static dev.sightglass.agent.hooks.weave.Value.nothing;
import static dev.sightglass.agent.hooks.weave.Value.number;
import static dev.sightglass.agent.hooks.weave.Value.self;

import dev.sightglass.agent.hooks.weave.Call;
import dev.sightglass.agent.hooks.weave.Hook;
import dev.sightglass.agent.hooks.weave.Place;
import dev.sightglass.agent.hooks.weave.Value;
import dev.sightglass.bootstrap.DropReason;
import java.util.List;
import org.objectweb.asm.Opcodes;

/** Hooks where operators of SQL throw rows away for their time; {@code flink-table-runtime}. */
final class TableTimeDropHooks {
  private static final String FLINK = "org/apache/flink/";
  private static final String TABLE = FLINK + "table/runtime/operators/";
  private static final String METER = FLINK + "metrics/Meter";
  private static final String ROW = "Lorg/apache/flink/table/data/RowData;";
  private static final String FUNCTION = FLINK + "streaming/api/functions/KeyedProcessFunction";
  private static final String ELEMENT = "\\(L.*StreamRecord;\\)V";

  private TableTimeDropHooks() {}

  static void addTo(List<Hook> all) {
    slicedWindows(all);
    groupWindows(all);
    windowJoins(all);
    over(all);
    sort(all);
    joins(all);
    processFunctions(all);
  }

  // ---- windows

  /** Windows made of slices: aggregates, top-n, deduplication. */
  private static void slicedWindows(List<Hook> all) {
    String windows = TABLE + "aggregate/window/processors/";
    all.add(sliced(windows + "AbstractSliceSyncStateWindowAggProcessor"));
    all.add(sliced(windows + "AbstractSliceWindowAggProcessor"));
    all.add(
        Hook.of(
                "drop.window-aggregate",
                TABLE
                    + "aggregate/asyncwindow/processors/AbstractAsyncStateSliceWindowAggProcessor")
            .at(
                "processElement",
                null,
                Place.beforeReturn().nth(0, 3),
                slice("lastWindowEnd", inherited("currentProgress", "J"), field("sliceAssigner")),
                "lastWindowEnd")
            .build());
    String[] whole = {
      "rank/window/processors/SyncStateWindowRankProcessor",
      "rank/window/processors/WindowRankProcessor",
      "deduplicate/window/processors/RowTimeSyncStateWindowDeduplicateProcessor",
      "deduplicate/window/processors/RowTimeWindowDeduplicateProcessor"
    };
    for (String w : whole) {
      all.add(
          Hook.of("drop.window-aggregate", TABLE + w)
              .at(
                  "processElement",
                  null,
                  Place.beforeReturnOf(true),
                  slice("sliceEnd", field("currentProgress"), nothing()),
                  "sliceEnd")
              .build());
    }
  }

  private static Hook sliced(String processor) {
    return Hook.of("drop.window-aggregate", processor)
        .at(
            "processElement",
            null,
            Place.beforeReturnOf(true),
            slice("lastWindowEnd", inherited("currentProgress", "J"), field("sliceAssigner")),
            "lastWindowEnd")
        .build();
  }

  private static Call slice(String end, Value progress, Value assigner) {
    return probe("DropProbe.slice", self(), arg(1), local(end), progress, assigner);
  }

  private static void groupWindows(List<Hook> all) {
    Value watermark = DropHooks.watermark(field("internalTimerService"));
    all.add(
        Hook.of("drop.group-window", TABLE + "window/groupwindow/operator/WindowOperator")
            .at(
                "processElement",
                ELEMENT,
                Place.beforeCall(METER, "markEvent"),
                probe(
                    "DropProbe.allowed",
                    number(DropReason.GROUP_WINDOW_LATE),
                    self(),
                    local("inputRow"),
                    local("timestamp"),
                    watermark,
                    field("allowedLateness")),
                "inputRow",
                "timestamp")
            .build());
    String functions = TABLE + "window/tvf/operator/";
    all.add(
        Hook.of("drop.window-function", functions + "UnalignedWindowTableFunctionOperator")
            .at(
                "processElement",
                ELEMENT,
                Place.beforeCall(METER, "markEvent"),
                probe(
                    "DropProbe.late",
                    number(DropReason.GROUP_WINDOW_LATE),
                    self(),
                    number(0),
                    local("inputRow"),
                    local("timestamp"),
                    watermark),
                "inputRow",
                "timestamp")
            .at(
                "processElement",
                ELEMENT,
                Place.beforeCall(DropHooks.COUNTER, "inc"),
                dropped(DropReason.NULL_ROW_TIME, self(), row(arg(0))))
            .build());
    all.add(
        Hook.of("drop.window-function", functions + "AlignedWindowTableFunctionOperator")
            .at(
                "processElement",
                ELEMENT,
                Place.beforeCall(DropHooks.COUNTER, "inc"),
                dropped(DropReason.NULL_ROW_TIME, self(), row(arg(0))))
            .build());
  }

  private static void windowJoins(List<Hook> all) {
    String[] classes = {
      "join/window/utils/WindowJoinHelper", // 2.x
      "join/window/WindowJoinOperator" // 1.20; in 2.x it leaves this to the helper
    };
    for (String c : classes) {
      all.add(
          Hook.of("drop.window-join", TABLE + c)
              .at(
                  "processElement",
                  null,
                  Place.beforeCall(METER, "markEvent"),
                  probe(
                      "DropProbe.windowJoin",
                      self(),
                      local("inputRow"),
                      arg(2),
                      field("leftLateRecordsDroppedRate"),
                      local("windowEnd"),
                      field("windowTimerService").callInterface("currentWatermark", "()J")),
                  "inputRow",
                  "windowEnd")
              .having("processElement")
              .build());
    }
  }

  // ---- over, sort

  private static void over(List<Hook> all) {
    Value watermark = contextWatermark(arg(1));
    String shape = "\\(" + ROW + "L.*Context;L.*Collector;\\)V";
    for (String f :
        new String[] {
          "AbstractRowTimeUnboundedPrecedingOver", "RowTimeUnboundedPrecedingOverFunctionV2"
        }) {
      all.add(
          Hook.of("drop.over", TABLE + "over/" + f)
              .at(
                  "processElement",
                  shape,
                  Place.beforeCall(DropHooks.COUNTER, "inc"),
                  probe(
                      "DropProbe.late",
                      number(DropReason.OVER_LATE),
                      self(),
                      number(0),
                      arg(0),
                      local("timestamp"),
                      local("curWatermark")),
                  "timestamp",
                  "curWatermark")
              .build());
    }
    for (String f :
        new String[] {
          "RowTimeRangeBoundedPrecedingFunction", "RowTimeRowsBoundedPrecedingFunction"
        }) {
      all.add(
          Hook.of("drop.over", TABLE + "over/" + f)
              .at(
                  "processElement",
                  shape,
                  Place.beforeCall(DropHooks.COUNTER, "inc"),
                  probe(
                      "DropProbe.compared",
                      number(DropReason.OVER_LATE),
                      self(),
                      arg(0),
                      local("triggeringTs"),
                      local("lastTriggeringTs").call("longValue", "()J"),
                      watermark),
                  "triggeringTs",
                  "lastTriggeringTs")
              .build());
    }
  }

  private static void sort(List<Hook> all) {
    all.add(
        Hook.of("drop.sort", TABLE + "sort/RowTimeSortOperator")
            .at(
                "processElement",
                ELEMENT,
                Place.jumpAfter(Opcodes.LCMP),
                probe(
                    "DropProbe.compared",
                    number(DropReason.SORT_LATE),
                    self(),
                    local("input"),
                    local("rowTime"),
                    local("lastTriggeringTs").call("longValue", "()J"),
                    inherited("timerService", "L" + FLINK + "streaming/api/TimerService;")
                        .callInterface("currentWatermark", "()J")),
                "input",
                "rowTime",
                "lastTriggeringTs")
            .build());
  }

  // ---- joins

  private static void joins(List<Hook> all) {
    String type = TABLE + "join/FlinkJoinType";
    all.add(
        Hook.of("drop.interval-join-sql", TABLE + "join/interval/TimeIntervalJoin")
            .at(
                "processElement1",
                "\\(" + ROW + ".*",
                Place.jumpAfterCall(type, "isLeftOuter"),
                probe(
                    "DropProbe.joinTimePassed",
                    self(),
                    number(0),
                    arg(0),
                    local("timeForLeftRow"),
                    field("rightOperatorTime"),
                    field("leftRelativeSize")),
                "timeForLeftRow")
            .at(
                "processElement2",
                "\\(" + ROW + ".*",
                Place.jumpAfterCall(type, "isRightOuter"),
                probe(
                    "DropProbe.joinTimePassed",
                    self(),
                    number(1),
                    arg(0),
                    local("timeForRightRow"),
                    field("leftOperatorTime"),
                    field("rightRelativeSize")),
                "timeForRightRow")
            .build());
    all.add(
        Hook.of("drop.temporal-join", TABLE + "join/temporal/TemporalRowTimeJoinOperator")
            .at(
                "lambda\\$emitResultAndCleanUpState\\$\\d+",
                null,
                Place.jumpAfterField("isLeftOuterJoin").nth(1, 2),
                probe(
                    "DropProbe.compared",
                    number(DropReason.TEMPORAL_JOIN_NO_VERSION),
                    self(),
                    local("leftRow"),
                    local("leftTime"),
                    DropHooks.watermark(field("timerService")),
                    DropHooks.watermark(field("timerService"))),
                "leftRow",
                "leftTime")
            .atOften(
                "processElement2",
                ELEMENT,
                Place.beforeCall(
                    TABLE + "join/temporal/TemporalRowTimeJoinOperator", "registerSmallestTimer"),
                probe(
                    "DropProbe.version",
                    self(),
                    local("row"),
                    local("rowTime"),
                    DropHooks.watermark(field("timerService"))),
                "row",
                "rowTime")
            .build());
  }

  // ---- process table functions

  private static void processFunctions(List<Hook> all) {
    all.add(
        Hook.of("drop.process-table-function", TABLE + "process/InputSortBuffer")
            .at(
                "processElement",
                "\\(" + ROW + "\\)V",
                Place.beforeReturn().nth(0, 2),
                probe(
                    "DropProbe.late",
                    number(DropReason.PROCESS_TABLE_FUNCTION_LATE),
                    self(),
                    number(-1), // the buffer does not know which input it is of
                    arg(0),
                    local("rowTime"),
                    field("triggeringWatermark")),
                "rowTime")
            .build());
  }
}
