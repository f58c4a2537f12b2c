package bench;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * The best bid of each auction so far and how often each category bid, until the auction is over.
 */
final class Bids extends KeyedProcessFunction<Long, Event, Tuple3<Long, Long, Long>> {
  /** How long an auction is open, ms of event time. */
  private static final long OPEN = 10_000;

  private transient ValueState<Long> best;
  private transient MapState<Integer, Long> categories;

  @Override
  public void open(OpenContext context) {
    best = getRuntimeContext().getState(new ValueStateDescriptor<>("best", Types.LONG));
    categories =
        getRuntimeContext()
            .getMapState(new MapStateDescriptor<>("categories", Types.INT, Types.LONG));
  }

  @Override
  public void processElement(Event bid, Context context, Collector<Tuple3<Long, Long, Long>> out)
      throws Exception {
    Long before = best.value();
    if (before == null) {
      context.timerService().registerEventTimeTimer(bid.at.toEpochMilli() + OPEN);
    }
    Long seen = categories.get(bid.category);
    long count = seen == null ? 1 : seen + 1;
    categories.put(bid.category, count);
    if (before == null || bid.price > before) {
      best.update(bid.price);
      out.collect(Tuple3.of(bid.auction, bid.price, count));
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<Tuple3<Long, Long, Long>> out)
      throws Exception {
    long bids = 0;
    for (Long count : categories.values()) {
      bids += count;
    }
    out.collect(Tuple3.of(context.getCurrentKey(), -best.value(), bids));
    best.clear();
    categories.clear();
  }
}
