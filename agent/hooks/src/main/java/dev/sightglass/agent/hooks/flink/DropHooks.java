package dev.sightglass.agent.hooks.flink;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.field;
import static dev.sightglass.agent.hooks.weave.Value.local;
import static dev.sightglass.agent.hooks.weave.Value.number;
import static dev.sightglass.agent.hooks.weave.Value.result;
import static dev.sightglass.agent.hooks.weave.Value.seen;
import static dev.sightglass.agent.hooks.weave.Value.self;

import dev.sightglass.agent.hooks.weave.Call;
import dev.sightglass.agent.hooks.weave.Hook;
import dev.sightglass.agent.hooks.weave.Place;
import dev.sightglass.agent.hooks.weave.Value;
import dev.sightglass.bootstrap.DropReason;
import java.util.List;

/**
 * Hooks where records are thrown away, each at the very place: DataStream operators, formats, the
 * committer of Kafka, and the net under all of them. Those of SQL are in {@link TableTimeDropHooks}
 * and {@link TableRowDropHooks}.
 */
final class DropHooks {
  private static final String FLINK = "org/apache/flink/";
  private static final String OPERATORS = FLINK + "streaming/api/operators/";
  private static final String TIMERS = "L" + OPERATORS + "InternalTimerService;";
  static final String COUNTER = FLINK + "metrics/Counter";

  private DropHooks() {}

  static void addTo(List<Hook> all) {
    windows(all);
    joins(all);
    patterns(all);
    formats(all);
    transactions(all);
    metrics(all);
    watermarks(all);
    TableTimeDropHooks.addTo(all);
    TableRowDropHooks.addTo(all);
  }

  /** The watermark of a timer service. */
  static Value watermark(Value timers) {
    return timers.callInterface("currentWatermark", "()J");
  }

  /** The value of a {@code StreamRecord}. */
  static Value row(Value record) {
    return record.call("getValue", "()Ljava/lang/Object;");
  }

  /** Column of a row of SQL that holds its time. */
  static Value time(Value row, Value column) {
    return row.callInterface("getLong", "(I)J", column);
  }

  /** The watermark of a function's context. */
  static Value contextWatermark(Value context) {
    return context
        .call("timerService", "()L" + FLINK + "streaming/api/TimerService;")
        .callInterface("currentWatermark", "()J");
  }

  /** Tells a record that no time has to do with. */
  static Call dropped(int reason, Value part, Value record) {
    return probe("DropProbe.dropped", number(reason), part, record);
  }

  private static void windows(List<Hook> all) {
    String[] operators = {
      FLINK + "streaming/runtime/operators/windowing/WindowOperator",
      FLINK + "runtime/asyncprocessing/operators/windowing/AsyncWindowOperator"
    };
    for (String o : operators) {
      // Asked only about records that went into no window.
      all.add(
          Hook.of("drop.window", o)
              .leaveRare(
                  "isElementLate",
                  "\\(L.*StreamRecord;\\)Z",
                  probe(
                      "DropProbe.window",
                      result(),
                      self(),
                      field("lateDataOutputTag"),
                      arg(0).call("getValue", "()Ljava/lang/Object;"),
                      arg(0).call("getTimestamp", "()J"),
                      watermark(field("internalTimerService")),
                      field("allowedLateness")))
              .build());
    }
  }

  private static void joins(List<Hook> all) {
    String[] operators = {
      OPERATORS + "co/IntervalJoinOperator",
      FLINK + "runtime/asyncprocessing/operators/co/AsyncIntervalJoinOperator"
    };
    for (String o : operators) {
      all.add(
          Hook.of("drop.interval-join", o)
              .enterRare(
                  "sideOutput",
                  "\\(Ljava/lang/Object;JZ\\)V",
                  probe(
                      "DropProbe.intervalJoin",
                      self(),
                      arg(0),
                      arg(1),
                      arg(2),
                      field("leftLateDataOutputTag"),
                      field("rightLateDataOutputTag"),
                      watermark(field("internalTimerService"))))
              .build());
    }
  }

  private static void patterns(List<Hook> all) {
    all.add(
        Hook.of("drop.pattern", FLINK + "cep/operator/CepOperator")
            .at(
                "processElement",
                "\\(L.*StreamRecord;\\)V",
                Place.beforeCall(OPERATORS + "Output", "collect"),
                pattern(DropReason.LATE_TO_SIDE_OUTPUT),
                "timestamp")
            .at(
                "processElement",
                "\\(L.*StreamRecord;\\)V",
                Place.beforeCall(COUNTER, "inc"),
                pattern(DropReason.PATTERN_LATE),
                "timestamp")
            .build());
  }

  private static Call pattern(int reason) {
    return probe(
        "DropProbe.late",
        number(reason),
        self(),
        number(0),
        arg(0).call("getValue", "()Ljava/lang/Object;"),
        local("timestamp"),
        watermark(field("timerService")));
  }

  /**
   * Formats look at the option that they ignore errors only when there is one. Their class names
   * are the same on both lines; what they do with the error is not.
   */
  private static void formats(List<Hook> all) {
    String json = FLINK + "formats/json/";
    String[] schemas = {
      json + "JsonRowDataDeserializationSchema",
      json + "JsonParserRowDataDeserializationSchema",
      json + "JsonRowDeserializationSchema",
      json + "canal/CanalJsonDeserializationSchema",
      json + "maxwell/MaxwellJsonDeserializationSchema",
      FLINK + "formats/csv/CsvRowDataDeserializationSchema"
    };
    for (String s : schemas) {
      all.add(format(s, "DropProbe.parseError"));
    }
    // These have the whole message read by the first of those above, which tells what it ignores.
    all.add(format(json + "debezium/DebeziumJsonDeserializationSchema", "DropProbe.envelopeError"));
    all.add(format(json + "ogg/OggJsonDeserializationSchema", "DropProbe.envelopeError"));
  }

  private static Hook format(String schema, String probe) {
    return Hook.of("drop.format", schema)
        .at(
            "deserialize",
            null,
            Place.afterRead("ignoreParseErrors").all(),
            probe(probe, seen(), arg(0), local("t")),
            "t?")
        .build();
  }

  /** A commit that failed for a reason that the connector knows: it logs it and goes on. */
  private static void transactions(List<Hook> all) {
    String kafka = FLINK + "connector/kafka/sink/";
    String committable = "L" + FLINK + "connector/kafka/sink/";
    committer(all, kafka + "KafkaCommitter", committable);
    committer(all, kafka + "internal/KafkaCommitter", committable);
  }

  private static void committer(List<Hook> all, String committer, String committable) {
    Value c = local("committable");
    all.add(
        Hook.of("drop.transaction", committer)
            .at(
                "commit",
                "\\(Ljava/util/Collection;\\)V",
                Place.beforeCall(
                        FLINK + "api/connector/sink2/Committer$CommitRequest",
                        "signalFailedWithKnownReason")
                    .all(),
                probe(
                    "DropProbe.transaction",
                    self(),
                    c.call("getTransactionalId", "()Ljava/lang/String;"),
                    c.call("getProducerId", "()J"),
                    c.call("getEpoch", "()S"),
                    local("e")),
                "committable",
                "e")
            .build());
  }

  private static void metrics(List<Hook> all) {
    all.add(
        Hook.of("drop.metric", FLINK + "runtime/metrics/groups/AbstractMetricGroup")
            .enter(
                "addMetric",
                "\\(Ljava/lang/String;L.*Metric;\\)V",
                probe("DropProbe.metric", self(), arg(0), arg(1)))
            .build());
  }

  /** Watermarks that a source gives out, for records that are late in its own task. */
  private static void watermarks(List<Hook> all) {
    all.add(
        Hook.of("source.watermark", OPERATORS + "source/WatermarkToDataOutput")
            .enter(
                "emitWatermark",
                "\\(L.*Watermark;\\)V",
                probe("DropProbe.sourceWatermark", arg(0).call("getTimestamp", "()J")))
            .build());
  }
}
