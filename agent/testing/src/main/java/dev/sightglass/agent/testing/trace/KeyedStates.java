package dev.sightglass.agent.testing.trace;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.common.state.AggregatingState;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Uses every kind of keyed state in every way, and keeps what they must hold in maps of its own:
 * what it writes down is what it saw, and what was there before.
 */
final class KeyedStates extends KeyedProcessFunction<String, Long, String> {
  private static final long serialVersionUID = 1;
  static final String NAME = "keyed-states";
  static final long SHORT = 40;

  private final boolean heap;
  private final Map<String, Model> models = new HashMap<>();
  private transient ValueState<Long> count;
  private transient ValueState<Tally> tally;
  private transient ValueState<byte[]> big;
  private transient ValueState<Tuple2<Long, Long>> odd;
  private transient ListState<Long> list;
  private transient MapState<String, Tally> map;
  private transient ReducingState<Long> sum;
  private transient AggregatingState<Long, Long> mean;
  private transient ValueState<Long> fresh;
  private transient MapState<String, Long> freshMap;
  private transient ListState<Long> freshList;
  private transient ValueState<Long> stale;
  private transient MapState<String, Long> staleMap;
  private transient ListState<Long> staleList;
  private transient ValueState<Long> swept;

  /** What the states of one key hold. */
  private static final class Model implements java.io.Serializable {
    private static final long serialVersionUID = 1;
    Long count;
    String tally;
    final List<Long> list = new ArrayList<>();
    final Map<String, String> map = new LinkedHashMap<>();
    Long sum;
    Tally mean;
    Long fresh;
  }

  KeyedStates(boolean heap) {
    this.heap = heap;
  }

  @Override
  public void open(OpenContext context) {
    TypeInformation<Tally> tallies = TypeInformation.of(Tally.class);
    count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
    tally = getRuntimeContext().getState(new ValueStateDescriptor<>("tally", tallies));
    big =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("big", TypeInformation.of(byte[].class)));
    odd =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("odd", Types.TUPLE(Types.LONG, Types.LONG)));
    list = getRuntimeContext().getListState(new ListStateDescriptor<>("list", Types.LONG));
    map = getRuntimeContext().getMapState(new MapStateDescriptor<>("map", Types.STRING, tallies));
    sum =
        getRuntimeContext()
            .getReducingState(
                new ReducingStateDescriptor<>(
                    "sum", (ReduceFunction<Long>) (a, b) -> a + b, Types.LONG));
    mean =
        getRuntimeContext()
            .getAggregatingState(new AggregatingStateDescriptor<>("mean", new Mean(), tallies));
    StateTtlConfig hour = StateTtlConfig.newBuilder(Duration.ofHours(1)).build();
    fresh = getRuntimeContext().getState(living("fresh", hour));
    freshMap = getRuntimeContext().getMapState(livingMap("freshMap", hour));
    freshList = getRuntimeContext().getListState(livingList("freshList", hour));
    StateTtlConfig moment = StateTtlConfig.newBuilder(Duration.ofMillis(SHORT)).build();
    stale = getRuntimeContext().getState(living("stale", moment));
    staleMap = getRuntimeContext().getMapState(livingMap("staleMap", moment));
    staleList = getRuntimeContext().getListState(livingList("staleList", moment));
    swept =
        getRuntimeContext()
            .getState(
                living(
                    "swept",
                    StateTtlConfig.newBuilder(Duration.ofMillis(SHORT))
                        .cleanupIncrementally(1000, false)
                        .build()));
  }

  private static ValueStateDescriptor<Long> living(String name, StateTtlConfig ttl) {
    ValueStateDescriptor<Long> d = new ValueStateDescriptor<>(name, Types.LONG);
    d.enableTimeToLive(ttl);
    return d;
  }

  private static MapStateDescriptor<String, Long> livingMap(String name, StateTtlConfig ttl) {
    MapStateDescriptor<String, Long> d = new MapStateDescriptor<>(name, Types.STRING, Types.LONG);
    d.enableTimeToLive(ttl);
    return d;
  }

  private static ListStateDescriptor<Long> livingList(String name, StateTtlConfig ttl) {
    ListStateDescriptor<Long> d = new ListStateDescriptor<>(name, Types.LONG);
    d.enableTimeToLive(ttl);
    return d;
  }

  /** Changes its accumulator in place. */
  private static final class Mean implements AggregateFunction<Long, Tally, Long> {
    private static final long serialVersionUID = 1;

    @Override
    public Tally createAccumulator() {
      return new Tally();
    }

    @Override
    public Tally add(Long v, Tally t) {
      t.n++;
      t.sum += v;
      return t;
    }

    @Override
    public Long getResult(Tally t) {
      return t.sum / t.n;
    }

    @Override
    public Tally merge(Tally a, Tally b) {
      return new Tally(a.n + b.n, a.sum + b.sum);
    }
  }

  private static void plant(Object... words) {
    Truth.plant(NAME, words);
  }

  @Override
  public void processElement(Long i, Context context, Collector<String> out) throws Exception {
    String key = context.getCurrentKey();
    Model m = models.computeIfAbsent(key, k -> new Model());
    switch ((int) (i % 10)) {
      case 0:
        counts(key, m);
        break;
      case 1:
        lists(key, m, i);
        break;
      case 2:
        wholeLists(key, m, i);
        break;
      case 3:
        inPlace(key, m, i);
        break;
      case 4:
        maps(key, m, i);
        break;
      case 5:
        iterations(key, m, i);
        break;
      case 6:
        keysAndValues(key, m);
        break;
      case 7:
        folding(key, m, i);
        break;
      case 8:
        clears(key, m, i);
        break;
      default:
        timeToLive(key, m, i);
    }
    if (i == 90) {
      extremes(key);
    } else if (i == 120) {
      expiry(key);
    } else if (i == 150) {
      plantSweep(key);
    }
    out.collect(key + " " + i + " " + m.count + " " + m.tally + " " + m.list + " " + m.sum);
  }

  private void counts(String key, Model m) throws Exception {
    Long v = count.value();
    plant("read", 1, "count", key, "-", "-", v);
    count.update(v == null ? 1 : v + 1);
    plant("written", 2, "count", key, "-", v, v == null ? 1 : v + 1);
    m.count = v == null ? 1 : v + 1;
    // Without a read: what was there is found out for it.
    count.update(m.count + 10);
    plant("written", 2, "count", key, "-", m.count, m.count + 10);
    m.count += 10;
  }

  private static String text(List<Long> l) {
    return l.toString().replace(" ", "");
  }

  private void lists(String key, Model m, long i) throws Exception {
    list.add(i);
    plant("written", 3, "list", key, "-", "-", "[" + i + "]");
    m.list.add(i);
    List<Long> seen = new ArrayList<>();
    list.get().forEach(seen::add);
    plant("read", 1, "list", key, "-", "-", text(seen));
  }

  private void wholeLists(String key, Model m, long i) throws Exception {
    list.addAll(List.of(i, i + 1));
    plant("written", 3, "list", key, "-", "-", text(List.of(i, i + 1)));
    m.list.addAll(List.of(i, i + 1));
    list.update(List.of(i));
    plant("written", 2, "list", key, "-", text(m.list), "[" + i + "]");
    m.list.clear();
    m.list.add(i);
  }

  /** Changes a value that it read and says nothing: only the heap keeps it. */
  private void inPlace(String key, Model m, long i) throws Exception {
    Tally t = tally.value();
    plant("read", 1, "tally", key, "-", "-", t);
    if (t == null) {
      tally.update(new Tally(1, i));
      plant("written", 2, "tally", key, "-", "-", "1:" + i);
      m.tally = "1:" + i;
      return;
    }
    String before = t.toString();
    t.n++;
    t.sum = i;
    if (i % 20 == 3) {
      tally.update(t);
      plant("written", 2, "tally", key, "-", before, t);
      m.tally = t.toString();
    } else if (heap) {
      plant("written", 9, "tally", key, "-", before, t);
      m.tally = t.toString();
    }
  }

  private void maps(String key, Model m, long i) throws Exception {
    String k = "a" + i % 3;
    map.put(k, new Tally(i, 0));
    plant("written", 2, "map", key, k, m.map.put(k, i + ":0"), i + ":0");
    Tally t = map.get("a0");
    plant("read", 1, "map", key, "a0", "-", t);
    plant("read", 7, "map", key, "a1", "-", "-", "n=" + (map.contains("a1") ? 1 : 0));
    map.remove("a2");
    plant("written", 4, "map", key, "a2", m.map.remove("a2"), "-");
    if (t != null && heap) {
      plant("written", 9, "map", key, "a0", t.toString(), t.n + ":7");
      m.map.put("a0", t.n + ":7");
    }
    if (t != null) {
      t.sum = 7;
    }
  }

  private void iterations(String key, Model m, long i) throws Exception {
    Map<String, Tally> more = new LinkedHashMap<>();
    more.put("b", new Tally(i, 1));
    more.put("c", new Tally(i, 2));
    map.putAll(more);
    plant("written", 2, "map", key, "b", m.map.put("b", i + ":1"), i + ":1");
    plant("written", 2, "map", key, "c", m.map.put("c", i + ":2"), i + ":2");
    plant("read", 5, "map", key, "-", "-", "-");
    for (Map.Entry<String, Tally> e : map.entries()) {
      plant("read", 5, "map", key, e.getKey(), "-", e.getValue());
      if (e.getKey().equals("b")) {
        String before = e.getValue().toString();
        e.setValue(new Tally(i, 3));
        plant("written", 2, "map", key, "b", before, i + ":3");
        m.map.put("b", i + ":3");
      }
    }
    plant("read", 5, "map", key, "-", "-", "-");
    for (Iterator<Map.Entry<String, Tally>> it = map.iterator(); it.hasNext(); ) {
      Map.Entry<String, Tally> e = it.next();
      plant("read", 5, "map", key, e.getKey(), "-", e.getValue());
      if (e.getKey().equals("c")) {
        String before = e.getValue().toString();
        it.remove();
        plant("written", 4, "map", key, "c", before, "-");
        m.map.remove("c");
      }
    }
  }

  private void keysAndValues(String key, Model m) throws Exception {
    plant("read", 5, "map", key, "-", "-", "-");
    for (String k : map.keys()) {
      plant("read", 5, "map", key, k, "-", "-");
    }
    plant("read", 5, "map", key, "-", "-", "-");
    for (Tally t : map.values()) {
      plant("read", 5, "map", key, "-", "-", t);
    }
    boolean empty = map.isEmpty();
    plant("read", 8, "map", key, "-", "-", "-", "n=" + (empty ? 1 : 0));
    if (empty != m.map.isEmpty()) {
      throw new IllegalStateException("the model of the test is wrong: " + m.map);
    }
  }

  private void folding(String key, Model m, long i) throws Exception {
    sum.add(i);
    Long after = m.sum == null ? i : m.sum + i;
    plant("written", 3, "sum", key, "-", m.sum, after);
    m.sum = after;
    plant("read", 1, "sum", key, "-", "-", sum.get());
    String before = m.mean == null ? null : m.mean.toString();
    m.mean = m.mean == null ? new Tally(1, i) : new Tally(m.mean.n + 1, m.mean.sum + i);
    mean.add(i);
    plant("written", 3, "mean", key, "-", before, m.mean);
    mean.get();
    plant("read", 1, "mean", key, "-", "-", m.mean);
    before = m.mean.toString();
    m.mean = new Tally(m.mean.n + 1, m.mean.sum + 1);
    mean.add(1L);
    plant("written", 3, "mean", key, "-", before, m.mean);
  }

  private void clears(String key, Model m, long i) throws Exception {
    if (i % 30 != 8) {
      return;
    }
    count.clear();
    plant("cleared", 0, "count", key, "-", m.count, "-");
    m.count = null;
    list.clear();
    plant("cleared", 0, "list", key, "-", m.list.isEmpty() ? null : text(m.list), "-");
    m.list.clear();
    map.clear();
    plant("cleared", 0, "map", key, "-", "-", "-");
    m.map.clear();
    sum.clear();
    plant("cleared", 0, "sum", key, "-", m.sum, "-");
    m.sum = null;
    mean.clear();
    plant("cleared", 0, "mean", key, "-", m.mean, "-");
    m.mean = null;
    fresh.update(null);
    plant("cleared", 2, "fresh", key, "-", m.fresh, "-");
    m.fresh = null;
  }

  private void timeToLive(String key, Model m, long i) throws Exception {
    plant("read", 1, "fresh", key, "-", "-", fresh.value());
    fresh.update(i);
    plant("written", 2, "fresh", key, "-", m.fresh, i);
    m.fresh = i;
    Long was = freshMap.get("x");
    plant("read", 1, "freshMap", key, "x", "-", was);
    freshMap.put("x", i);
    plant("written", 2, "freshMap", key, "x", was, i);
    plant("read", 5, "freshMap", key, "-", "-", "-");
    for (Map.Entry<String, Long> e : freshMap.entries()) {
      plant("read", 5, "freshMap", key, e.getKey(), "-", e.getValue());
    }
    freshList.add(i);
    plant("written", 3, "freshList", key, "-", "-", "[" + i + "]");
    List<Long> seen = new ArrayList<>();
    freshList.get().forEach(seen::add);
    plant("read", 1, "freshList", key, "-", "-", text(seen));
  }

  /** Values that are not recorded: too long, or refused by their serializer. */
  private void extremes(String key) throws Exception {
    big.update(new byte[2 << 20]);
    plant("written", 2, "big", key, "-", "-", "-", "withheld");
    if (heap) {
      odd.update(Tuple2.of(null, 1L));
      plant("written", 2, "odd", key, "-", "-", "-", "withheld");
      odd.clear();
      plant("cleared", 0, "odd", key, "-", "-", "-", "withheld");
    }
    big.clear();
    plant("cleared", 0, "big", key, "-", "-", "-", "withheld");
  }

  private void expiry(String key) throws Exception {
    stale.update(1L);
    plant("written", 2, "stale", key, "-", "-", 1);
    staleMap.put("gone", 2L);
    plant("written", 2, "staleMap", key, "gone", "-", 2);
    staleMap.put("seen", 3L);
    plant("written", 2, "staleMap", key, "seen", "-", 3);
    staleList.add(4L);
    plant("written", 3, "staleList", key, "-", "-", "[4]");
    Thread.sleep(SHORT * 3);
    stale.value();
    plant("expired", 1, "stale", key, "-", 1, "-");
    plant("read", 1, "stale", key, "-", "-", "-");
    staleMap.get("seen");
    plant("expired", 1, "staleMap", key, "seen", 3, "-");
    plant("read", 1, "staleMap", key, "seen", "-", "-");
    plant("read", 5, "staleMap", key, "-", "-", "-");
    for (String ignored : staleMap.keys()) {
      throw new IllegalStateException("it must be gone");
    }
    plant("expired", 5, "staleMap", key, "gone", 2, "-");
    Iterable<Long> rest = staleList.get();
    plant("expired", 1, "staleList", key, "-", "[4]", "-");
    plant("read", 1, "staleList", key, "-", "-", "[]");
    rest.forEach(ignored -> {});
    // The list finds out that all of it is over, and removes it.
    plant("expired", 1, "staleList", key, "-", "[4]", "-");
  }

  /** On the heap an access removes what expired of other keys. */
  private void plantSweep(String key) throws Exception {
    swept.update(5L);
    plant("written", 2, "swept", key, "-", "-", 5);
    Thread.sleep(SHORT * 3);
    if (heap) {
      plant("expired", 10, "swept", key, "-", 5, "-");
    } else {
      plant("expired", 1, "swept", key, "-", 5, "-");
    }
    swept.value();
    plant("read", 1, "swept", key, "-", "-", "-");
  }
}
