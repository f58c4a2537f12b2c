package dev.sightglass.agent.testing.trace;

import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.v2.ListState;
import org.apache.flink.api.common.state.v2.ListStateDescriptor;
import org.apache.flink.api.common.state.v2.MapState;
import org.apache.flink.api.common.state.v2.MapStateDescriptor;
import org.apache.flink.api.common.state.v2.ValueState;
import org.apache.flink.api.common.state.v2.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * Runs jobs one behind the other whose states are asked asynchronously; each argument is a backend.
 * ForSt answers later, the others at once.
 */
public final class AsyncJob {
  private AsyncJob() {}

  public static void main(String[] arguments) throws Exception {
    TraceJob.run("warm-up", "hashmap", false);
    for (String backend : arguments) {
      Truth.begin(backend);
      StreamExecutionEnvironment env = TraceJob.environment(backend, false);
      env.fromSequence(0, 299)
          .keyBy(Windows::key)
          .enableAsyncState()
          .process(new States(!backend.equals("forst")))
          .name(States.NAME)
          .map(new TraceJob.End(backend + "/async"))
          .sinkTo(new DiscardingSink<>());
      env.execute(backend);
    }
    TraceJob.print();
  }

  private static final class States extends KeyedProcessFunction<String, Long, String> {
    private static final long serialVersionUID = 1;
    static final String NAME = "async-states";

    private final boolean atOnce;
    private transient ValueState<Long> count;
    private transient ListState<Long> list;
    private transient MapState<String, Long> map;

    States(boolean atOnce) {
      this.atOnce = atOnce;
    }

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
      list = getRuntimeContext().getListState(new ListStateDescriptor<>("list", Types.LONG));
      map =
          getRuntimeContext()
              .getMapState(new MapStateDescriptor<>("map", Types.STRING, Types.LONG));
    }

    /** What was there before is known where the answer comes at once. */
    private Object before(Object v) {
      return atOnce ? v : null;
    }

    private static void plant(Object... words) {
      Truth.plant(NAME, words);
    }

    @Override
    public void processElement(Long i, Context context, Collector<String> out) {
      String key = context.getCurrentKey();
      count
          .asyncValue()
          .thenAccept(
              v -> {
                plant("read", 1, "count", key, "-", "-", v);
                long next = v == null ? 1 : v + 1;
                plant("written", 2, "count", key, "-", before(v), next);
                count.asyncUpdate(next);
                if (next % 5 == 0) {
                  lists(key, next);
                } else if (next % 5 == 1) {
                  maps(key, next);
                } else if (next % 20 == 2) {
                  plant("cleared", 0, "count", key, "-", before(next), "-");
                  count.asyncClear();
                }
                out.collect(key + i + v);
              });
    }

    private void lists(String key, long n) {
      plant("written", 2, "list", key, "-", "-", "[" + n + "]");
      list.asyncUpdate(List.of(n));
      plant("written", 3, "list", key, "-", "-", "[" + (n + 1) + "]");
      list.asyncAdd(n + 1);
      list.asyncGet()
          .thenAccept(
              l -> {
                String all = "[" + n + "," + (n + 1) + "]";
                plant("read", 1, "list", key, "-", "-", all);
                plant("cleared", 0, "list", key, "-", before(all), "-");
                list.asyncClear();
              });
    }

    private void maps(String key, long n) {
      plant("written", 2, "map", key, "x", "-", n);
      map.asyncPut("x", n);
      map.asyncContains("x")
          .thenAccept(
              c -> {
                plant("read", 7, "map", key, "x", "-", "-", "n=" + (c ? 1 : 0));
                map.asyncGet("x")
                    .thenAccept(
                        v -> {
                          plant("read", 1, "map", key, "x", "-", v);
                          plant("written", 4, "map", key, "x", before(v), "-");
                          map.asyncRemove("x");
                        });
              });
    }
  }
}
