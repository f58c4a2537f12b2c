package e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * Every output of {@code ledger} says what its key's states hold: a value that lives for a while, a
 * map and a list, all in RocksDB. Ends by itself.
 */
public final class Ledger {
  /** For so long a value lives, ms. */
  private static final long LIFE = 300;

  private Ledger() {}

  public static void main(String[] arguments) throws Exception {
    Configuration conf = new Configuration();
    conf.setString("state.backend.type", "rocksdb");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(conf);
    env.setParallelism(1);
    env.setBufferTimeout(1);
    env.enableCheckpointing(500);
    env.fromSequence(0, 599)
        .process(new Fates.Slow())
        .returns(Types.LONG)
        .name("slow")
        .keyBy(n -> n % 4)
        .process(new Keep())
        .name("ledger")
        .rebalance()
        .sinkTo(new DiscardingSink<>());
    env.execute("ledger");
  }

  private static final class Keep extends KeyedProcessFunction<Long, Long, String> {
    private static final long serialVersionUID = 1;

    private transient ValueState<Long> since;
    private transient MapState<String, Long> totals;
    private transient ListState<Long> last;

    @Override
    public void open(OpenContext context) {
      ValueStateDescriptor<Long> living = new ValueStateDescriptor<>("since", Types.LONG);
      living.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofMillis(LIFE)).build());
      since = getRuntimeContext().getState(living);
      totals =
          getRuntimeContext()
              .getMapState(new MapStateDescriptor<>("totals", Types.STRING, Types.LONG));
      last = getRuntimeContext().getListState(new ListStateDescriptor<>("last", Types.LONG));
    }

    @Override
    public void processElement(Long n, Context context, Collector<String> out) throws Exception {
      Long from = since.value();
      if (from == null) {
        from = n;
        since.update(n);
      }
      String half = n % 8 < 4 ? "low" : "high";
      Long total = totals.get(half);
      totals.put(half, total == null ? 1 : total + 1);
      List<Long> numbers = new ArrayList<>();
      last.get().forEach(numbers::add);
      numbers.add(n);
      last.update(numbers.subList(Math.max(0, numbers.size() - 3), numbers.size()));
      out.collect(
          "number "
              + n
              + " at "
              + System.currentTimeMillis()
              + " since "
              + from
              + ", "
              + half
              + " "
              + totals.get(half)
              + ", last "
              + numbers);
    }
  }
}
