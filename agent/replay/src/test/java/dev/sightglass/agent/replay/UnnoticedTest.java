package dev.sightglass.agent.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Serializable;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;

class UnnoticedTest {
  private static String why(Object function) throws Exception {
    return Unnoticed.function(function, Unnoticed.DEEPEST, true);
  }

  /** All of it is told beside a snapshot, is Flink's, or is final. */
  private static final class Plain extends RichMapFunction<String, String> {
    private static final long serialVersionUID = 1;
    private final Duration patience = Duration.ofSeconds(1);
    private final OutputTag<String> aside = new OutputTag<String>("aside") {};
    private final AtomicLong atomic = new AtomicLong();
    private final Settings settings = new Settings(new BigDecimal(1));
    private transient ValueState<Long> state;
    private long count;
    private String last;
    private int[] recent = new int[8];

    @Override
    public String map(String v) {
      return v + patience + aside + atomic + settings + state + count + last + recent.length;
    }
  }

  private static final class Settings implements Serializable {
    private static final long serialVersionUID = 1;
    private final BigDecimal rate;

    Settings(BigDecimal rate) {
      this.rate = rate;
    }

    @Override
    public String toString() {
      return rate.toString();
    }
  }

  private abstract static class Mapping implements MapFunction<String, String> {
    private static final long serialVersionUID = 1;

    @Override
    public String map(String v) {
      return v;
    }
  }

  private static final class Caching extends Mapping {
    private static final long serialVersionUID = 1;
    final Map<String, String> cache = new HashMap<>();
  }

  private static final class Remembering extends Mapping {
    private static final long serialVersionUID = 1;
    BigDecimal last = BigDecimal.ONE;
  }

  private static final class Wide extends Mapping {
    private static final long serialVersionUID = 1;
    final long[] recent = new long[65];
  }

  private static final class Around extends Mapping {
    private static final long serialVersionUID = 1;
    final MapFunction<String, String> inner;

    Around(MapFunction<String, String> inner) {
      this.inner = inner;
    }
  }

  private static final class Counting extends Mapping {
    private static final long serialVersionUID = 1;
    private long count;

    @Override
    public String map(String v) {
      return v + count++;
    }
  }

  private static final class Pairing extends Mapping {
    private static final long serialVersionUID = 1;
    Tuple2<String, Long> previous = Tuple2.of("", 0L);
  }

  private static final class Late extends Mapping {
    private static final long serialVersionUID = 1;
    transient Map<String, String> cache;
  }

  private static final class Delegating extends Mapping {
    private static final long serialVersionUID = 1;
    final Counter counter = new Counter();
  }

  private static final class Counter implements Serializable {
    private static final long serialVersionUID = 1;
    final AtomicLong n = new AtomicLong();
  }

  private static final class Checkpointed extends Mapping implements CheckpointedFunction {
    private static final long serialVersionUID = 1;

    @Override
    public void snapshotState(FunctionSnapshotContext context) {}

    @Override
    public void initializeState(FunctionInitializationContext context) {}
  }

  @Test
  void whatIsToldOrLastsIsNoHindrance() throws Exception {
    assertEquals("", why(new Plain()));
    BigDecimal two = new BigDecimal(2);
    MapFunction<String, String> lambda = v -> v + two;
    assertEquals("", why(lambda));
    assertEquals("", why(new Around(lambda)));
  }

  @Test
  void whatASnapshotWouldLoseIsNamed() throws Exception {
    String more = " may hold more than a snapshot tells";
    String outer = UnnoticedTest.class.getName() + "$";
    assertEquals(outer + "Caching.cache" + more, why(new Caching()));
    assertEquals(outer + "Remembering.last" + more, why(new Remembering()));
    assertEquals(outer + "Wide.recent" + more, why(new Wide()));
    assertTrue(why(new Around(new Caching())).endsWith("Caching.cache" + more));
    assertTrue(why(new Around(new Counting())).endsWith("Counting.count" + more));
    assertEquals(outer + "Pairing.previous" + more, why(new Pairing()));
    assertEquals(outer + "Late.cache" + more, why(new Late()));
    assertEquals(outer + "Delegating.counter" + more, why(new Delegating()));
    Map<String, String> captured = new HashMap<>();
    MapFunction<String, String> lambda = captured::get;
    assertTrue(why(lambda).endsWith(more), why(lambda));
  }

  @Test
  void whatChangesAndIsNotToldIsNamed() throws Exception {
    ObjectMapper json = new ObjectMapper();
    String all = "{'atomic':{'atomic':3},'count':7,'last':{'text':'a'},'recent':[1,2]}";
    assertEquals("", Unnoticed.untold(new Plain(), json.readTree(all.replace('\'', '"'))));
    String hidden = all.replace("{'text':'a'}", "{}").replace('\'', '"');
    String is = " is not told beside a snapshot";
    String outer = UnnoticedTest.class.getName() + "$Plain.";
    assertEquals(outer + "last" + is, Unnoticed.untold(new Plain(), json.readTree(hidden)));
    assertEquals(
        outer + "atomic" + is, Unnoticed.untold(new Plain(), json.readTree("{\"count\":1}")));
  }

  @Test
  void whatATaskHeldIsGivenBack() throws Exception {
    Plain plain = new Plain();
    plain.last = "before";
    Fields.set(
        plain,
        new ObjectMapper()
            .readTree("{\"count\":7,\"last\":null,\"recent\":[1,2,3],\"atomic\":{\"atomic\":5}}"));
    assertEquals(7, plain.count);
    assertNull(plain.last);
    assertArrayEquals(new int[] {1, 2, 3}, plain.recent);
    assertEquals(5, plain.atomic.get());
  }

  @Test
  void aFunctionThatTakesPartInCheckpointsIsNotAskedTo() throws Exception {
    assertEquals(
        UnnoticedTest.class.getName() + "$Checkpointed takes part in checkpoints",
        why(new Checkpointed()));
  }
}
