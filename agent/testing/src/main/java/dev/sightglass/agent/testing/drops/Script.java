package dev.sightglass.agent.testing.drops;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.Collector;

/**
 * What one source of a pipeline gives out, in order, and which of its records must be dropped and
 * why. The truth is printed: {@code planted <pipeline> <reason> <id> <time> <number> <number2>},
 * {@code -} for a number that the row must not have.
 */
final class Script {
  static final long NONE = Long.MIN_VALUE;
  private static long ids = Planted.MAGIC;

  private final String pipeline;
  private final List<Step> steps = new ArrayList<>();

  Script(String pipeline) {
    this.pipeline = pipeline;
  }

  private Step add(Planted record, long time) {
    Step s = new Step();
    s.record = record;
    s.time = time;
    steps.add(s);
    return s;
  }

  /** A record that goes through. */
  Script keep(String key, long time) {
    return keep(RowKind.INSERT, key, time);
  }

  Script keep(RowKind kind, String key, long time) {
    add(new Planted(++ids, key, "kept"), time).kind = kind.toByteValue();
    return this;
  }

  /** A record that must be dropped for that reason, with those numbers in its row. */
  Script drop(String reason, String key, long time, long number, long number2) {
    return drop(reason, RowKind.INSERT, key, time, time, number, number2);
  }

  /**
   * @param told the time that its row must have: of a window its end
   */
  Script drop(
      String reason, RowKind kind, String key, long time, long told, long number, long number2) {
    add(new Planted(++ids, key, reason), time).kind = kind.toByteValue();
    plant(reason, ids, told, number, number2);
    return this;
  }

  /** Something that must be told and has no id in its bytes. */
  Script plant(String reason, long told, long number, long number2) {
    plant(reason, 0, told, number, number2);
    return this;
  }

  /** A message that a format reads, and gives something. */
  Script message(String format, String message) {
    add(new Planted(++ids, format + " " + message, "kept"), 0);
    return this;
  }

  /**
   * A message that a format cannot read: {@code message <format> <error> <base64 of the message>}.
   *
   * @param error simple name of the class of the error that it ignores, {@code -} = it has none
   */
  Script unreadable(String format, String message, String error) {
    add(new Planted(++ids, format + " " + message, "parse-error-ignored"), 0);
    plant("parse-error-ignored", NONE, NONE, NONE);
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    System.out.println(
        "message " + format + " " + error + " " + Base64.getEncoder().encodeToString(bytes));
    return this;
  }

  private void plant(String reason, long id, long told, long number, long number2) {
    System.out.println(
        "planted "
            + pipeline
            + " "
            + reason
            + " "
            + (id & ~Planted.MAGIC)
            + " "
            + text(told)
            + " "
            + text(number)
            + " "
            + text(number2));
  }

  private static String text(long n) {
    return n == NONE ? "-" : Long.toString(n);
  }

  /** Gives out a watermark. */
  Script watermark(long time) {
    add(null, time).watermark = time;
    return this;
  }

  /** Waits until the pipeline's end saw a watermark. */
  Script await(long watermark) {
    Step s = add(null, NONE);
    s.end = pipeline;
    s.awaited = watermark;
    return this;
  }

  // ---- as a stream

  private DataStream<Step> source(StreamExecutionEnvironment env) {
    return env.fromData(steps, TypeInformation.of(Step.class))
        .setParallelism(1)
        .name(pipeline + "-steps")
        .map(new Pacer())
        .setParallelism(1)
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<Step>forGenerator(c -> new Marks())
                .withTimestampAssigner((s, t) -> s.time));
  }

  /** Its records. */
  DataStream<Planted> records(StreamExecutionEnvironment env) {
    return source(env).flatMap(new Records()).setParallelism(1).name(pipeline + "-records");
  }

  /** Its records as rows {@code id, k, fate, ts}. */
  DataStream<Row> rows(StreamExecutionEnvironment env) {
    return source(env)
        .flatMap(new Rows())
        .returns(
            Types.ROW_NAMED(
                new String[] {"id", "k", "fate", "ts"},
                Types.LONG,
                Types.STRING,
                Types.STRING,
                Types.INSTANT))
        .setParallelism(1)
        .name(pipeline + "-rows");
  }

  private static final class Pacer implements MapFunction<Step, Step> {
    private static final long serialVersionUID = 1;

    @Override
    public Step map(Step s) throws InterruptedException {
      if (s.end != null) {
        Gate.await(s.end, s.awaited);
      }
      return s;
    }
  }

  private static final class Marks implements WatermarkGenerator<Step> {
    @Override
    public void onEvent(Step s, long time, WatermarkOutput output) {
      if (s.watermark != NONE) {
        output.emitWatermark(new Watermark(s.watermark));
      }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
      // Only where the script says so.
    }
  }

  private static final class Records implements FlatMapFunction<Step, Planted> {
    private static final long serialVersionUID = 1;

    @Override
    public void flatMap(Step s, Collector<Planted> out) {
      if (s.record != null) {
        out.collect(s.record);
      }
    }
  }

  private static final class Rows implements FlatMapFunction<Step, Row> {
    private static final long serialVersionUID = 1;

    @Override
    public void flatMap(Step s, Collector<Row> out) {
      if (s.record != null) {
        Object time = s.time == NONE ? null : java.time.Instant.ofEpochMilli(s.time);
        out.collect(Row.ofKind(s.rowKind(), s.record.id, s.record.key, s.record.fate, time));
      }
    }
  }
}
