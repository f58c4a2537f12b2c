package dev.sightglass.agent.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.bootstrap.Determinants;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.Function;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.checkpoint.MasterTriggerRestoreHook;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.checkpoint.ExternallyInducedSource;
import org.apache.flink.streaming.api.functions.source.legacy.ParallelSourceFunction;
import org.apache.flink.streaming.api.functions.source.legacy.SourceFunction;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.operators.StreamMap;
import org.apache.flink.streaming.api.operators.StreamSource;
import org.apache.flink.streaming.api.operators.StreamSourceContexts;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.junit.jupiter.api.Test;

@SuppressWarnings("deprecation")
final class LegacySourceTest {
  private final Object lock = new Object();
  private final List<String> gave = new ArrayList<>();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream feed = new DataOutputStream(bytes);
  private RuntimeException failure;
  private Turns turns;

  private void step(long invocation, int what, long number, long time, Long value)
      throws IOException {
    feed.writeByte(Feed.RECORD);
    feed.writeLong(invocation);
    feed.writeUTF("operator");
    feed.writeUTF("");
    feed.writeInt(what);
    feed.writeLong(number);
    feed.writeLong(time);
    feed.writeByte(255);
    feed.writeInt(-1);
    feed.writeBoolean(false);
    feed.writeBoolean(value != null);
    if (value != null) {
      feed.writeInt(Long.BYTES);
      feed.writeLong(value);
    }
    feed.writeInt(0);
  }

  /** What the source's context gives things to; each has the lock. */
  @SuppressWarnings("unchecked")
  private Output<StreamRecord<Object>> output() {
    return (Output<StreamRecord<Object>>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Output.class},
            (p, m, a) -> {
              assertTrue(Thread.holdsLock(lock));
              Object o = a[0];
              if (o instanceof StreamRecord) {
                StreamRecord<?> r = (StreamRecord<?>) o;
                gave.add(r.getValue() + (r.hasTimestamp() ? "@" + r.getTimestamp() : ""));
              } else if (o instanceof Watermark) {
                gave.add("watermark " + ((Watermark) o).getTimestamp());
              } else {
                gave.add(((WatermarkStatus) o).isIdle() ? "idle" : "active");
              }
              if (failure != null) {
                throw failure;
              }
              return null;
            });
  }

  @SuppressWarnings("unchecked")
  private LegacySource source() throws IOException {
    Feed f = new Feed(new ByteArrayInputStream(bytes.toByteArray()));
    Report report = new Report(new PrintStream(new ByteArrayOutputStream()));
    TypeSerializer<?> type = LongSerializer.INSTANCE;
    turns = new Turns(f, new Determinants(), report, null);
    return new LegacySource(turns, (TypeSerializer<Object>) type);
  }

  private void give(LegacySource s) throws Exception {
    assertEquals(Feed.RECORD, turns.peek());
    s.give();
  }

  /** The function runs on a thread, as the task has it run. */
  private Thread runs() {
    ProcessingTimeService time =
        (ProcessingTimeService)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ProcessingTimeService.class},
                (p, m, a) -> null);
    Thread t =
        new Thread(
            () -> {
              try {
                LegacySource.run(
                    StreamSourceContexts.getSourceContext(time, lock, output(), 0, -1, true));
              } catch (InterruptedException e) {
                gave.add("interrupted");
              }
            });
    t.start();
    return t;
  }

  @Test
  void itGivesWhatTheStepsSayAndEndsWhenItIsTold() throws Exception {
    feed.writeInt(0x53475231);
    step(1, Feed.OTHER, 0, 40, 5L);
    step(2, Feed.WATERMARK, 0, 41, null);
    step(3, Feed.STATUS, 1, 0, null);
    step(4, Feed.STATUS, 0, 0, null);
    step(5, Feed.OTHER, 0, Long.MIN_VALUE, 6L);
    LegacySource s = source();
    Thread t = runs();
    s.await();
    for (int i = 0; i < 5; i++) {
      give(s);
    }
    // A record without a time has that of the one before: Flink's context keeps it.
    assertEquals(List.of("5@40", "watermark 41", "idle", "active", "6@40"), gave);
    s.join();
    assertTrue(t.isAlive(), "it waits for its end");
    s.end();
    s.join();
    assertFalse(t.isAlive());
    assertEquals(5, gave.size());
  }

  @Test
  void whatAFunctionTookIsNoFailureOnceItGoesOn() throws Exception {
    feed.writeInt(0x53475231);
    step(1, Feed.OTHER, 0, 40, 5L);
    step(2, Feed.OTHER, 0, 41, 6L);
    step(3, Feed.OTHER, 0, 42, 7L);
    LegacySource s = source();
    Thread t = runs();
    s.await();
    failure = new IllegalStateException();
    give(s);
    assertSame(failure, s.thrown());
    failure = null;
    give(s);
    assertNull(s.thrown());
    failure = new IllegalStateException();
    give(s);
    assertSame(failure, s.thrown());
    assertEquals(3, s.thrownAt());
    t.interrupt(); // the task is taken down
    t.join();
    assertEquals("interrupted", gave.get(3));
  }

  /** What a job's function may be besides. */
  interface Stateful extends CheckpointedFunction {}

  private static class Own implements ParallelSourceFunction<Long>, Stateful {
    private static final long serialVersionUID = 1;

    @Override
    public void run(SourceContext<Long> context) {
      throw new AssertionError("it runs");
    }

    @Override
    public void cancel() {
      throw new AssertionError("it is cancelled");
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {
      throw new AssertionError("it is asked for its state");
    }

    @Override
    public void initializeState(FunctionInitializationContext context) {
      throw new AssertionError("it gets its state");
    }
  }

  private static final class Inducing extends Own implements ExternallyInducedSource<Long, Long> {
    private static final long serialVersionUID = 1;

    @Override
    public void setCheckpointTrigger(CheckpointTrigger trigger) {
      throw new AssertionError("it makes checkpoints");
    }

    @Override
    public MasterTriggerRestoreHook<Long> createMasterTriggerRestoreHook() {
      return null;
    }
  }

  @Test
  void aFunctionIsWhatTheJobsIsAndDoesNothing() throws Exception {
    for (Own own : new Own[] {new Own(), new Inducing()}) {
      StreamSource<Long, Own> operator = new StreamSource<>(own);
      assertTrue(RecordedFunction.isFor(operator));
      Object stands = RecordedFunction.of(own, getClass().getClassLoader());
      assertInstanceOf(ParallelSourceFunction.class, stands);
      assertInstanceOf(SourceFunction.class, stands);
      assertInstanceOf(Function.class, stands);
      ((CheckpointedFunction) stands).initializeState(null);
      ((CheckpointedFunction) stands).snapshotState(null);
      ((SourceFunction<?>) stands).cancel();
      assertEquals(stands, stands);
      assertEquals(stands.hashCode(), stands.hashCode());
      assertFalse(stands instanceof ExternallyInducedSource, "its task would wait for checkpoints");
    }
    assertFalse(RecordedFunction.isFor(new StreamMap<Long, Long>(x -> x)));
  }
}
