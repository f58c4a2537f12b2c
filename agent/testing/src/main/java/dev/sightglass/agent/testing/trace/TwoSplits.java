package dev.sightglass.agent.testing.trace;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.api.connector.source.lib.util.IteratorSourceEnumerator;
import org.apache.flink.core.io.InputStatus;

/**
 * One reader with two splits, of which now the one and now the other holds the watermark back. A
 * record's value is the watermark of its split, {@link #IDLE} that the split has nothing to say.
 */
final class TwoSplits extends NumberSequenceSource {
  private static final long serialVersionUID = 1;
  static final String NAME = "two-splits";
  private static final long IDLE = -1;
  private static final String NOTHING = Long.toString(Long.MIN_VALUE);

  /**
   * Split, what it says, and who holds the watermark then: split, its watermark, the combined one;
   * null: nothing changes, or nobody does.
   */
  private static final String[][] STEPS = {
    {"fast", "100", "slow " + NOTHING + " " + NOTHING},
    {"slow", "50", "slow 50 50"},
    {"fast", "200", null},
    {"slow", "150", "slow 150 150"},
    {"slow", "250", "fast 200 200"},
    {"fast", "300", "slow 250 250"},
    {"slow", "" + IDLE, "fast 300 300"},
    {"fast", "" + IDLE, null},
    {"fast", "400", "fast 400 400"},
    // It says something again, and is behind what was given out before: that stays.
    {"slow", "350", "slow 350 400"},
    {"fast", "500", null},
    {"slow", "600", "fast 500 500"},
  };

  TwoSplits() {
    super(0, 1);
  }

  static WatermarkStrategy<Long> watermarks() {
    return WatermarkStrategy.<Long>forGenerator(c -> new Said()).withTimestampAssigner((v, t) -> v);
  }

  private static final class Said implements WatermarkGenerator<Long> {
    @Override
    public void onEvent(Long value, long time, WatermarkOutput output) {
      if (value == IDLE) {
        output.markIdle();
      } else {
        output.emitWatermark(new Watermark(value));
      }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
      // Only where a record says so.
    }
  }

  @Override
  public SplitEnumerator<NumberSequenceSplit, Collection<NumberSequenceSplit>> createEnumerator(
      SplitEnumeratorContext<NumberSequenceSplit> context) {
    List<NumberSequenceSplit> splits = new ArrayList<>();
    splits.add(new NumberSequenceSplit("slow", 0, 0));
    splits.add(new NumberSequenceSplit("fast", 0, 0));
    return new IteratorSourceEnumerator<>(context, splits);
  }

  @Override
  public SourceReader<Long, NumberSequenceSplit> createReader(SourceReaderContext context) {
    return new Reader(context);
  }

  private static final class Reader implements SourceReader<Long, NumberSequenceSplit> {
    private final SourceReaderContext context;
    private final List<NumberSequenceSplit> splits = new ArrayList<>();
    private final CompletableFuture<Void> complete = new CompletableFuture<>();
    private int next;

    Reader(SourceReaderContext context) {
      this.context = context;
    }

    @Override
    public void start() {
      context.sendSplitRequest();
      context.sendSplitRequest();
    }

    @Override
    public void addSplits(List<NumberSequenceSplit> more) {
      splits.addAll(more);
      if (splits.size() == 2) {
        complete.complete(null);
      }
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Long> output) {
      if (splits.size() < 2) {
        return InputStatus.NOTHING_AVAILABLE;
      }
      if (next == 0) {
        // In one go with the first record: before that nobody knows who of them holds it.
        splits.forEach(s -> output.createOutputForSplit(s.splitId()));
      }
      String[] step = STEPS[next++];
      if (step[2] != null) {
        Truth.plant(NAME, "held", "split", step[2]);
      }
      output.createOutputForSplit(step[0]).collect(Long.valueOf(step[1]));
      return next < STEPS.length ? InputStatus.MORE_AVAILABLE : InputStatus.END_OF_INPUT;
    }

    @Override
    public List<NumberSequenceSplit> snapshotState(long checkpoint) {
      return splits;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      return complete;
    }

    @Override
    public void notifyNoMoreSplits() {
      // Known beforehand.
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
