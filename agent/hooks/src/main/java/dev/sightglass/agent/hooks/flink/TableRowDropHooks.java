package dev.sightglass.agent.hooks.flink;

import static dev.sightglass.agent.hooks.flink.DropHooks.contextWatermark;
import static dev.sightglass.agent.hooks.flink.DropHooks.dropped;
import static dev.sightglass.agent.hooks.flink.DropHooks.row;
import static dev.sightglass.agent.hooks.flink.DropHooks.time;
import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.field;
import static dev.sightglass.agent.hooks.weave.Value.local;
import static dev.sightglass.agent.hooks.weave.Value.nothing;
import static dev.sightglass.agent.hooks.weave.Value.number;
import static dev.sightglass.agent.hooks.weave.Value.seen;
import static dev.sightglass.agent.hooks.weave.Value.self;

import dev.sightglass.agent.hooks.weave.Call;
import dev.sightglass.agent.hooks.weave.Hook;
import dev.sightglass.agent.hooks.weave.Place;
import dev.sightglass.agent.hooks.weave.Value;
import dev.sightglass.bootstrap.DropReason;
import java.util.List;

/**
 * Hooks where operators of SQL throw rows away for what they hold: deduplication, changelogs,
 * sinks; {@code flink-table-runtime}.
 */
final class TableRowDropHooks {
  private static final String TABLE = "org/apache/flink/table/runtime/operators/";
  private static final String ROW = "Lorg/apache/flink/table/data/RowData;";
  private static final String ELEMENT = "\\(L.*StreamRecord;\\)V";

  private static final String DEDUPLICATE = TABLE + "deduplicate/";

  /** Its package and the name of its method are others in 2.x. */
  private static final String HELPER = "/DeduplicateFunctionHelper";

  private static final String KEEPS = "shouldKeepCurrentRow|isDuplicate";

  private TableRowDropHooks() {}

  static void addTo(List<Hook> all) {
    firstRows(all);
    rowTimes(all);
    changelogs(all);
    sinks(all);
  }

  // ---- deduplication

  /** Those that keep what comes first. */
  private static void firstRows(List<Hook> all) {
    for (String h : new String[] {"DeduplicateFunctionHelper", "utils/DeduplicateFunctionHelper"}) {
      all.add(
          Hook.of("drop.deduplicate", DEDUPLICATE + h)
              .at(
                  "processFirstRowOnProcTime",
                  null,
                  Place.beforeReturn().nth(0, 2),
                  dropped(DropReason.DUPLICATE, arg(2), arg(0)))
              .build());
    }
    all.add(
        Hook.of(
                "drop.deduplicate",
                DEDUPLICATE + "ProcTimeMiniBatchDeduplicateKeepFirstRowFunction")
            .at(
                "addInput",
                "\\(" + ROW + ROW + "\\)" + ROW,
                Place.beforeReturn().nth(1, 2),
                dropped(DropReason.DUPLICATE, self(), arg(1)))
            .build());
    all.add(
        Hook.of("drop.deduplicate", DEDUPLICATE + "RowTimeDeduplicateKeepFirstRowFunction")
            .at(
                "processElement",
                "\\(" + ROW + "L.*Context;L.*Collector;\\)V",
                Place.beforeCall(DropHooks.COUNTER, "inc"),
                probe(
                    "DropProbe.late",
                    number(DropReason.DEDUPLICATE_LATE),
                    self(),
                    number(0),
                    arg(0),
                    local("rowtime"),
                    contextWatermark(arg(1))),
                "rowtime")
            .at(
                "processElement",
                "\\(" + ROW + "L.*Context;L.*Collector;\\)V",
                Place.beforeReturn().nth(1, 3),
                superseded(self(), arg(0), local("rowtime"), number(Long.MIN_VALUE)),
                "rowtime")
            .at(
                "processElement",
                "\\(" + ROW + "L.*Context;L.*Collector;\\)V",
                Place.jumpAfterCall(HELPER, KEEPS),
                superseded(
                    self(), arg(0), local("rowtime"), time(local("preRow"), field("rowtimeIndex"))),
                "rowtime",
                "preRow")
            .build());
  }

  private static Call superseded(Value part, Value row, Value time, Value other) {
    return probe(
        "DropProbe.compared",
        number(DropReason.DUPLICATE),
        part,
        row,
        time,
        other,
        number(Long.MIN_VALUE));
  }

  /** Those that keep the row with the least or the greatest time, one by one and in bundles. */
  private static void rowTimes(List<Hook> all) {
    all.add(
        Hook.of("drop.deduplicate", DEDUPLICATE + "utils/RowTimeDeduplicateFunctionHelper")
            .at(
                "deduplicateOnRowTime",
                null,
                Place.jumpAfterCall(HELPER, KEEPS),
                superseded(
                    arg(2),
                    arg(0),
                    time(arg(0), field("rowtimeIndex")),
                    time(arg(1), field("rowtimeIndex"))))
            .build());
    all.add(
        Hook.of("drop.deduplicate", DEDUPLICATE + "RowTimeDeduplicateFunction")
            .at(
                "deduplicateOnRowTime",
                null,
                Place.jumpAfterCall(HELPER, KEEPS),
                superseded(arg(2), arg(1), time(arg(1), arg(5)), time(local("preRow"), arg(5))),
                "preRow")
            .having("deduplicateOnRowTime")
            .build());
    all.add(
        Hook.of("drop.deduplicate", DEDUPLICATE + "RowTimeMiniBatchDeduplicateFunction")
            .atOften(
                "miniBatchDeduplicateOnRowTime",
                null,
                Place.afterCall(HELPER, KEEPS),
                bundled(arg(2), local("currentRow"), local("preRow"), arg(5)),
                "currentRow",
                "preRow")
            .build());
    all.add(
        Hook.of("drop.deduplicate", DEDUPLICATE + "RowTimeMiniBatchLatestChangeDeduplicateFunction")
            .atOften(
                "addInput",
                "\\(" + ROW + ROW + "\\)" + ROW,
                Place.afterCall(HELPER, KEEPS),
                bundled(self(), arg(1), arg(0), field("rowtimeIndex")))
            .atOften(
                "finishBundle",
                null,
                Place.afterCall(HELPER, KEEPS),
                bundled(self(), local("bufferedRow"), local("preRow"), field("rowtimeIndex")),
                "bufferedRow",
                "preRow")
            .build());
  }

  /** The row before is there only when it is the one that is kept. */
  private static Call bundled(Value part, Value row, Value before, Value column) {
    Call superseded = probe("DropProbe.isFalse", seen());
    return probe(
        "DropProbe.bundled",
        seen(),
        part,
        row,
        time(row, column).when(superseded),
        time(before, column).when(superseded));
  }

  // ---- changelogs and sinks

  private static void changelogs(List<Hook> all) {
    all.add(
        Hook.of("drop.changelog", DEDUPLICATE + "DeduplicateFunctionHelper")
            .at("processLastRowOnChangelog", null, Place.jumpIfNull("preRow"), unknown(0, 3))
            .build());
    all.add(
        Hook.of("drop.changelog", DEDUPLICATE + "utils/DeduplicateFunctionHelper")
            .at("processLastRowOnChangelog", null, Place.jumpIfNull("preRow"), unknown(0, 3))
            .at(
                "processLastRowOnChangelogWithFilter",
                null,
                Place.jumpIfNull("preRow"),
                unknown(1, 4))
            .build());
  }

  private static Call unknown(int row, int collector) {
    return dropped(DropReason.DELETE_OF_UNKNOWN_ROW, arg(collector), arg(row));
  }

  private static void sinks(List<Hook> all) {
    String logger = "org/slf4j/Logger";
    for (String s :
        new String[] {"SinkUpsertMaterializer", "WatermarkCompactingSinkMaterializer"}) {
      all.add(
          Hook.of("drop.upsert", TABLE + "sink/" + s)
              .at(
                  "retractRow",
                  null,
                  Place.beforeCall(logger, "info"),
                  dropped(DropReason.RETRACT_OF_UNKNOWN_ROW, self(), arg(1)))
              .build());
    }
    all.add(
        Hook.of("drop.upsert", TABLE + "sink/SinkUpsertMaterializerV2")
            .at(
                "processElement",
                ELEMENT,
                Place.beforeCall(logger, "warn"),
                dropped(DropReason.RETRACT_OF_UNKNOWN_ROW, self(), row(arg(0))))
            .build());
    all.add(
        Hook.of("drop.not-null", TABLE + "sink/ConstraintEnforcer")
            .at(
                "processElement",
                ELEMENT,
                Place.jumpIfNull("processedRowData"),
                probe("DropProbe.nullColumn", self(), row(arg(0)), nothing()))
            .build());
    all.add(
        Hook.of("drop.not-null", TABLE + "sink/constraint/ConstraintEnforcer")
            .at(
                "processElement",
                ELEMENT,
                Place.jumpIfNull("processedRowData"),
                probe("DropProbe.nullColumn", self(), row(arg(0)), field("executor")))
            .build());
  }
}
