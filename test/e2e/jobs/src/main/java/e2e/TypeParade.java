package e2e;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.formats.avro.typeutils.GenericRecordAvroTypeInfo;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Sends each number through a POJO, a tuple, a row, an Avro record and a map of lists, each over a
 * real exchange, then drops repeated numbers and gathers the rest in windows of one second of
 * Kafka's time. A window writes {@code key@end=[numbers]}; a repeated number goes to the second
 * output.
 */
public final class TypeParade {
  private static final OutputTag<Tuple2<Long, String>> REPEATED =
      new OutputTag<>("repeated", Types.TUPLE(Types.LONG, Types.STRING));

  private static final Schema SCHEMA =
      SchemaBuilder.record("Measure")
          .namespace("e2e")
          .fields()
          .requiredLong("number")
          .requiredString("name")
          .optionalString("note")
          .name("values")
          .type()
          .array()
          .items()
          .doubleType()
          .noDefault()
          .endRecord();

  private TypeParade() {}

  public static void main(String[] arguments) throws Exception {
    Job job = new Job("type-parade", arguments);
    StreamExecutionEnvironment env = job.environment();
    env.getConfig().setAutoWatermarkInterval(100);

    DataStream<Long> numbers =
        env.fromSource(job.source(), WatermarkStrategy.<String>forMonotonousTimestamps(), "numbers")
            .uid("numbers")
            .map(Long::parseLong)
            .name("parse")
            .uid("parse");
    DataStream<Reading> readings =
        step(numbers, "to pojo", Reading::of, TypeInformation.of(Reading.class));
    DataStream<Tuple3<String, Long, Reading.Level>> tuples =
        step(
            readings,
            "to tuple",
            reading -> Tuple3.of(reading.name, reading.number, reading.level),
            Types.TUPLE(Types.STRING, Types.LONG, Types.ENUM(Reading.Level.class)));
    DataStream<Row> rows =
        step(
            tuples,
            "to row",
            TypeParade::row,
            Types.ROW_NAMED(
                new String[] {"number", "name", "note", "level"},
                Types.LONG,
                Types.STRING,
                Types.STRING,
                Types.STRING));
    DataStream<GenericRecord> records =
        step(rows, "to avro", TypeParade::record, new GenericRecordAvroTypeInfo(SCHEMA));
    DataStream<Map<String, List<Long>>> maps =
        step(
            records,
            "to map",
            record -> Map.of("numbers", List.of((Long) record.get("number"), -1L)),
            Types.MAP(Types.STRING, Types.LIST(Types.LONG)));
    DataStream<Tuple2<Long, String>> pairs =
        step(
            maps,
            "to pair",
            map -> Tuple2.of(map.get("numbers").get(0), "name-" + map.get("numbers").get(0)),
            Types.TUPLE(Types.LONG, Types.STRING));

    SingleOutputStreamOperator<Tuple2<Long, String>> once =
        pairs.keyBy(pair -> pair.f0).process(new Once()).name("once").uid("once");
    once.keyBy(pair -> pair.f0 % 5)
        .window(TumblingEventTimeWindows.of(Duration.ofSeconds(1)))
        .process(new Gather())
        .name("gather")
        .uid("gather")
        .sinkTo(job.sink(job.argument("out")))
        .name("write")
        .uid("write");
    once.getSideOutput(REPEATED)
        .map(pair -> pair.f1)
        .returns(Types.STRING)
        .name("repeated")
        .uid("repeated")
        .sinkTo(job.sink(job.argument("repeated")))
        .name("write repeated")
        .uid("write-repeated");
    env.execute("type-parade");
  }

  private static <I, O> DataStream<O> step(
      DataStream<I> in, String name, MapFunction<I, O> map, TypeInformation<O> type) {
    return in.map(map).returns(type).name(name).uid(name.replace(' ', '-')).rebalance();
  }

  private static Row row(Tuple3<String, Long, Reading.Level> tuple) {
    Row row = Row.withPositions(RowKind.INSERT, 4);
    row.setField(0, tuple.f1);
    row.setField(1, tuple.f0);
    row.setField(2, tuple.f1 % 3 == 0 ? null : "note-" + tuple.f1);
    row.setField(3, tuple.f2.name());
    return row;
  }

  private static GenericRecord record(Row row) {
    GenericRecord record = new GenericData.Record(SCHEMA);
    long number = (Long) row.getField(0);
    record.put("number", number);
    record.put("name", row.getField(1));
    record.put("note", row.getField(2));
    record.put("values", List.of(number + 0.5, number - 0.5));
    return record;
  }

  /** Lets a number pass once; forgets it five seconds of event time later. */
  private static final class Once
      extends KeyedProcessFunction<Long, Tuple2<Long, String>, Tuple2<Long, String>> {
    private transient ValueState<Boolean> seen;

    @Override
    public void open(OpenContext context) {
      ValueStateDescriptor<Boolean> descriptor = new ValueStateDescriptor<>("seen", Types.BOOLEAN);
      descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofMinutes(10)).build());
      seen = getRuntimeContext().getState(descriptor);
    }

    @Override
    public void processElement(
        Tuple2<Long, String> pair, Context context, Collector<Tuple2<Long, String>> out)
        throws Exception {
      if (seen.value() != null) {
        context.output(REPEATED, pair);
        return;
      }
      seen.update(true);
      context.timerService().registerEventTimeTimer(context.timestamp() + 5000);
      out.collect(pair);
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<Tuple2<Long, String>> out) {
      seen.clear();
    }
  }

  private static final class Gather
      extends ProcessWindowFunction<Tuple2<Long, String>, String, Long, TimeWindow> {
    @Override
    public void process(
        Long key, Context context, Iterable<Tuple2<Long, String>> pairs, Collector<String> out) {
      TreeSet<Long> numbers = new TreeSet<>();
      pairs.forEach(pair -> numbers.add(pair.f0));
      out.collect(key + "@" + context.window().getEnd() + "=" + numbers);
    }
  }
}
