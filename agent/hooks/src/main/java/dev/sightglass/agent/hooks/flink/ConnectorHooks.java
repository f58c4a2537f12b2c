package dev.sightglass.agent.hooks.flink;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.context;
import static dev.sightglass.agent.hooks.weave.Value.field;
import static dev.sightglass.agent.hooks.weave.Value.result;
import static dev.sightglass.agent.hooks.weave.Value.self;
import static dev.sightglass.agent.hooks.weave.Value.thrown;
import static dev.sightglass.agent.hooks.weave.Value.token;

import dev.sightglass.agent.hooks.weave.Hook;
import dev.sightglass.agent.hooks.weave.Value;
import java.util.List;

/** Hooks on sources and sinks: records read and written, with the place where they lie outside. */
final class ConnectorHooks {
  private static final String FLINK = "org/apache/flink/";
  private static final String KAFKA = FLINK + "connector/kafka/";
  private static final String OPERATORS = FLINK + "streaming/api/operators/";

  private ConnectorHooks() {}

  static void addTo(List<Hook> all) {
    kafkaSource(all);
    otherSources(all);
    kafkaSink(all);
    preCommit(all);
  }

  private static void kafkaSource(List<Hook> all) {
    Value emitter = context("emitter", "SourceProbe.emitter", self());
    Value record = arg(0);
    all.add(
        Hook.of("source.kafka", KAFKA + "source/reader/KafkaRecordEmitter")
            .around(
                "emitRecord",
                "\\(L.*/ConsumerRecord;L.*SourceOutput;L.*SplitState;\\)V",
                probe(
                    "SourceProbe.kafka",
                    emitter,
                    record.call("topic", "()Ljava/lang/String;"),
                    record.call("partition", "()I"),
                    record.call("offset", "()J"),
                    record.call("timestamp", "()J"),
                    record.call("key", "()Ljava/lang/Object;"),
                    record.call("value", "()Ljava/lang/Object;"),
                    headers(record).when(probe("SourceProbe.wantsBytes", emitter))),
                probe("SourceProbe.leaveKafka", emitter, token()),
                probe("SourceProbe.failKafka", emitter, token(), thrown()))
            .build());
  }

  private static Value headers(Value record) {
    return record
        .call("headers", "()L~common/header/Headers;")
        .callInterface("toArray", "()[L~common/header/Header;");
  }

  private static void otherSources(List<Hook> all) {
    String[] outputs = {
      "source/SourceOutputWithWatermarks", "source/NoOpTimestampsAndWatermarks$TimestampsOnlyOutput"
    };
    for (String o : outputs) {
      all.add(
          collecting(
              Hook.of("source.output", OPERATORS + o),
              "\\(Ljava/lang/Object;J\\)V",
              "reusingRecord",
              "collect"));
    }
    for (String o :
        new String[] {
          "ProgressiveTimestampsAndWatermarks$StreamingReaderOutput",
          "NoOpTimestampsAndWatermarks$TimestampsOnlyOutput"
        }) {
      all.add(
          Hook.of("source.released", OPERATORS + "source/" + o)
              .enterRare(
                  "releaseOutputForSplit",
                  "\\(Ljava/lang/String;\\)V",
                  probe("SourceProbe.released", arg(0)))
              .build());
    }
    all.add(
        Hook.of("source.end", FLINK + "streaming/runtime/tasks/StreamTask")
            .enterRare("endData", "\\(L.*StopMode;\\)V", probe("SourceProbe.ended"))
            .build());
    all.add(
        Hook.of(
                "source.split",
                OPERATORS + "source/ProgressiveTimestampsAndWatermarks$SplitLocalOutputs")
            .leaveRare(
                "createOutputForSplit",
                "\\(Ljava/lang/String;\\)L.*",
                probe("SourceProbe.split", result(), arg(0)))
            .build());
    all.add(
        Hook.of("source.turn", FLINK + "connector/base/source/reader/SourceReaderBase$SplitContext")
            .enterRare("getOrCreateSplitOutput", null, probe("SourceProbe.turn", field("splitId")))
            .build());
  }

  /**
   * {@code record}: the field that holds what was emitted last, whose time is known when the method
   * is left.
   */
  private static Hook collecting(
      Hook.Builder b, String descriptor, String record, String... methods) {
    Value output = context("output", "SourceProbe.output", self());
    for (String m : methods) {
      b.around(
          m,
          descriptor,
          probe("SourceProbe.collect", output, arg(0), arg(1)),
          probe("SourceProbe.leave", output, token(), field(record).call("getTimestamp", "()J")),
          probe("SourceProbe.fail", output, token(), thrown()));
    }
    return b.build();
  }

  private static void kafkaSink(List<Hook> all) {
    Value producer = context("producer", "SinkProbe.context", self());
    String[] names = {
      "sink/FlinkKafkaInternalProducer", "sink/internal/FlinkKafkaInternalProducer"
    };
    for (String n : names) {
      transactions(all, KAFKA + n);
      all.add(
          Hook.of("sink.kafka", KAFKA + n)
              .replace(
                  "send",
                  "\\(L.*/ProducerRecord;L.*/Callback;\\)Ljava/util/concurrent/Future;",
                  1,
                  probe(
                      "SinkProbe.send",
                      producer,
                      arg(0).call("topic", "()Ljava/lang/String;"),
                      arg(0).call("key", "()Ljava/lang/Object;"),
                      arg(0).call("value", "()Ljava/lang/Object;"),
                      headers(arg(0)).when(probe("SinkProbe.wantsBytes", producer)),
                      arg(1)))
              .build());
    }
  }

  /**
   * Reading the producer's id costs a few reflective calls, once for each step of a transaction.
   */
  private static void transactions(List<Hook> all, String producer) {
    Value context = context("producer", "SinkProbe.context", self());
    Value id = self().call("getTransactionalId", "()Ljava/lang/String;");
    Value number = self().call("getProducerId", "()J");
    Value epoch = self().call("getEpoch", "()S");
    all.add(
        Hook.of("sink.transaction", producer)
            .leaveOfSuper(
                "initTransactions", "()V", probe("SinkProbe.initialized", id, number, epoch))
            .leaveRare(
                "beginTransaction", "\\(\\)V", probe("SinkProbe.begun", context, id, number, epoch))
            .leaveRare(
                "resumeTransaction",
                "\\(JS\\)V",
                probe("SinkProbe.resumed", context, id, number, epoch))
            .aroundRare(
                "commitTransaction",
                "\\(\\)V",
                null,
                probe("SinkProbe.committed", context),
                probe("SinkProbe.commitFailed", context, thrown()))
            .leaveRare("abortTransaction", "\\(\\)V", probe("SinkProbe.aborted", context))
            .build());
  }

  /** A writer hands what it wrote to the committer: all of it lies flushed at the brokers. */
  private static void preCommit(List<Hook> all) {
    Value producer = arg(0);
    all.add(
        Hook.of("sink.transaction", KAFKA + "sink/KafkaCommittable")
            .leaveRare(
                "of",
                "\\(L.*/FlinkKafkaInternalProducer;.*\\)L.*/KafkaCommittable;",
                probe(
                    "SinkProbe.preCommitted",
                    producer.call("getTransactionalId", "()Ljava/lang/String;"),
                    producer.call("getProducerId", "()J"),
                    producer.call("getEpoch", "()S")))
            .build());
  }
}
