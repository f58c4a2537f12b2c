package matrix;

import java.util.concurrent.FutureTask;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.source${legacy}.RichSourceFunction;
import org.apache.flink.streaming.api.watermark.Watermark;

/**
 * A source of the old interface, which lies in another package since 2.0. It gives items with times, and watermarks of its own, says
 * that it is idle while it waits for a checkpoint, and gives every second batch by a thread that it makes itself.
 */
@SuppressWarnings("deprecation")
final class OldSource extends RichSourceFunction<Item> implements CheckpointedFunction, CheckpointListener {
  private static final long serialVersionUID = 1;

  /** Items between two checkpoints. */
  private static final long BATCH = Item.COUNT / 4;

  private static final int ITEMS_PER_WATERMARK = 7;

  private volatile boolean running = true;

  /** Under the checkpoint lock, as the rest. */
  private long next;

  private long allowed = BATCH;
  private long newest;
  private transient ListState<Long> state;

  @Override
  public void run(SourceContext<Item> context) throws Exception {
    while (running && next < Item.COUNT) {
      if (next / BATCH % 2 == 0) {
        give(context);
      } else {
        FutureTask<Void> batch = new FutureTask<>(() -> give(context), null);
        new Thread(batch).start();
        batch.get();
      }
      synchronized (context.getCheckpointLock()) {
        if (next >= allowed && next < Item.COUNT) {
          context.markAsTemporarilyIdle();
        }
      }
      Thread.sleep(2);
    }
  }

  /** Gives what may be given now. */
  private void give(SourceContext<Item> context) {
    boolean more = true;
    while (running && more) {
      synchronized (context.getCheckpointLock()) {
        // What a source reads by itself is nothing that a replay does.
        newest = Math.max(newest, System.currentTimeMillis());
        more = next < allowed && next < Item.COUNT;
        if (more) {
          Item item = Item.punctual(next++);
          context.collectWithTimestamp(item, item.at);
          if (next % ITEMS_PER_WATERMARK == 0) {
            context.emitWatermark(new Watermark(item.at));
          }
        }
      }
    }
  }

  @Override
  public void cancel() {
    running = false;
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) {
    allowed += BATCH;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    state = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("next", Types.LONG));
    for (Long n : state.get()) {
      next = n;
      allowed = n + BATCH;
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    state.clear();
    state.add(next);
  }
}
