package bench;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Counts, and prints marks from which the benchmark reads records and time. */
final class CountPerKey
    extends KeyedProcessFunction<Integer, Tuple3<Long, Integer, String>, Tuple2<Integer, Long>> {
  private static final int BATCH = 1 << 12;
  private static final int MARK = 1 << 18;

  /** Records of all subtasks of this process and run: the class is loaded once per job. */
  private static final AtomicLong TOTAL = new AtomicLong();

  private transient ValueState<Long> count;
  private transient int batch;

  @Override
  public void open(OpenContext context) {
    count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
  }

  @Override
  public void processElement(
      Tuple3<Long, Integer, String> record, Context context, Collector<Tuple2<Integer, Long>> out)
      throws Exception {
    Long before = count.value();
    long now = before == null ? 1 : before + 1;
    count.update(now);
    out.collect(Tuple2.of(record.f1, now));
    if (++batch == BATCH) {
      batch = 0;
      long total = TOTAL.addAndGet(BATCH);
      if (total % MARK == 0) {
        Mark.print(total);
      }
    }
  }
}
