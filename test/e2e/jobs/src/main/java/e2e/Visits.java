package e2e;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * What becomes of visits whose address is masked: {@code count} does the same with any address,
 * {@code measure} gives other numbers on the same way, and {@code parse} takes another way. Ends by
 * itself.
 */
public final class Visits {
  private Visits() {}

  public static final class Visit {
    public String email;
    public long number;

    public Visit() {}

    Visit(long number) {
      this.email = "visitor-" + number % 60 + "@example.org";
      this.number = number;
    }
  }

  public static final class Counted {
    public String email;
    public long count;
    public int letters;

    public Counted() {}

    Counted(String email, long count, int letters) {
      this.email = email;
      this.count = count;
      this.letters = letters;
    }
  }

  public static void main(String[] arguments) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(2);
    env.enableCheckpointing(60_000);
    KeyedStream<Visit, String> visits =
        env.fromSequence(0, 599)
            .map(Visit::new)
            .returns(Visit.class)
            .name("visits")
            .keyBy(visit -> visit.email);
    visits.process(new Count()).name("count").rebalance().sinkTo(new DiscardingSink<>());
    visits.process(new Measure()).name("measure").rebalance().sinkTo(new DiscardingSink<>());
    visits.process(new Parse()).name("parse").rebalance().sinkTo(new DiscardingSink<>());
    env.execute("visits");
  }

  static final class Count extends KeyedProcessFunction<String, Visit, Counted> {
    private static final long serialVersionUID = 1;
    private transient ValueState<Long> seen;

    @Override
    public void open(OpenContext context) {
      seen = getRuntimeContext().getState(new ValueStateDescriptor<>("seen", Types.LONG));
    }

    @Override
    public void processElement(Visit visit, Context context, Collector<Counted> out)
        throws Exception {
      long count = seen.value() == null ? 1 : seen.value() + 1;
      seen.update(count);
      out.collect(new Counted(visit.email, count, 0));
    }
  }

  static final class Measure extends KeyedProcessFunction<String, Visit, Counted> {
    private static final long serialVersionUID = 1;

    @Override
    public void processElement(Visit visit, Context context, Collector<Counted> out) {
      out.collect(new Counted(visit.email, visit.number, visit.email.length()));
    }
  }

  static final class Parse extends KeyedProcessFunction<String, Visit, Counted> {
    private static final long serialVersionUID = 1;

    @Override
    public void processElement(Visit visit, Context context, Collector<Counted> out) {
      if (visit.email.endsWith("@example.org")) {
        out.collect(new Counted(visit.email, visit.number, 0));
      }
    }
  }
}
