package dev.sightglass.agent.replay;

import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.tasks.StreamTask;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * The source of a task whose source is of the old interface. Its function runs on a thread of its
 * own, as ever, and waits there for its end ({@link RecordedFunction}). What it gave comes by the
 * task's thread, under the checkpoint lock: so it comes in the recorded order with the mails.
 */
final class LegacySource {
  /** The mail that its thread sends when the function is done, and waits for. */
  static final String ENDS = "SourceStreamTask finished processing data.";

  private static final long PATIENCE_SECONDS = 60;

  /** Of the process, which runs one task at a time. */
  private static volatile LegacySource current;

  private final Turns turns;
  private final TypeSerializer<Object> type;
  private final CompletableFuture<Object> begun = new CompletableFuture<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile Thread thread;

  /** Flink's {@code SourceContext}, in the class that its operator chose. */
  private Object context;

  private Object lock;
  private Method collect;
  private Method collectAt;
  private boolean joined;
  private Exception thrown;
  private long thrownAt;

  /**
   * @param type output serializer of the source
   */
  LegacySource(Turns turns, TypeSerializer<Object> type) {
    this.turns = turns;
    this.type = type;
    current = this;
  }

  /** The function runs, on the source's thread. */
  static void run(Object context) throws InterruptedException {
    LegacySource s = current;
    s.thread = Thread.currentThread();
    s.begun.complete(context);
    s.end.await();
  }

  /** Lets the task start the source's thread. */
  void begin(StreamTask<?, ?> task) throws Exception {
    while (task.runMailboxStep()) {
      turns.peek();
    }
    Object chain = Members.get(task, "operatorChain");
    if ((Boolean) Members.call(chain, "isTaskDeployedAsFinished")) {
      return; // it had given all before the checkpoint that it starts from
    }
    await();
  }

  /** Waits until the function runs. */
  void await() throws Exception {
    Object outer;
    try {
      outer = begun.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("the task does not start its source", e);
    }
    context = Members.get(outer, "nestedContext");
    lock = Members.call(context, "getCheckpointLock");
    collect = Members.method(context.getClass(), "collect", 1);
    collectAt = Members.method(context.getClass(), "collectWithTimestamp", 2);
  }

  /** Gives what the step at hand says. */
  void give() throws Exception {
    Feed step = turns.record();
    long invocation = step.invocation;
    if (context == null) {
      throw new IllegalStateException("a source that had given all gives more");
    }
    // Whatever it threw, the function took it and went on.
    thrown = null;
    try {
      switch ((int) step.number2) {
        case Feed.WATERMARK:
          Members.invoke(context, "emitWatermark", new Watermark(step.time));
          break;
        case Feed.STATUS:
          status(step.number != 0 ? WatermarkStatus.IDLE : WatermarkStatus.ACTIVE);
          break;
        default:
          Object value = type.deserialize(new DataInputDeserializer(step.value));
          if (step.time == Long.MIN_VALUE) {
            Members.call(context, collect, new Object[] {value});
          } else {
            Members.call(context, collectAt, new Object[] {value, step.time});
          }
      }
    } catch (Exception e) {
      thrown = e;
      thrownAt = invocation;
    }
  }

  private void status(WatermarkStatus status) throws Exception {
    synchronized (lock) {
      Members.invoke(context, "processAndEmitWatermarkStatus", status);
    }
  }

  /** What the last thing that it gave threw, if nothing came after it; or null. */
  Exception thrown() {
    return thrown;
  }

  /** The invocation that threw. */
  long thrownAt() {
    return thrownAt;
  }

  /** The function is done: its thread sends the task a mail. */
  void end() {
    end.countDown();
  }

  /** Waits until the source's thread is over, once its mail has run: it has mails to send. */
  void join() throws InterruptedException {
    if (end.getCount() == 0 && !joined && thread != null) {
      joined = true;
      thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    }
  }
}
