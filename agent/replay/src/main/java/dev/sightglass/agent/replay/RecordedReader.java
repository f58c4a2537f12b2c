package dev.sightglass.agent.replay;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.InputStatus;

/** A reader that reads nothing outside: it gives what the recording says, when it says so. */
abstract class RecordedReader implements SourceReader<Object, SourceSplit> {
  /** Of the process, which runs one task at a time. */
  private static Turns turns;

  /** Records may come. */
  private static boolean begun;

  final String operator;

  /** There is no more input. */
  private boolean ended;

  /** Where each split stands; what that is, is the reader's own. */
  final Map<String, Object> splits = new LinkedHashMap<>();

  RecordedReader(String operator) {
    this.operator = operator;
  }

  static void serve(Turns all) {
    turns = all;
    begun = false;
  }

  /** The task is built and has looked for input: the first record may come. */
  static void begin() {
    begun = true;
  }

  private boolean isNext() {
    if (ended) {
      return false;
    }
    return begun && turns.isNextRecord(operator);
  }

  /** The state of a split that was assigned. */
  Object state(SourceSplit split) throws Exception {
    return split;
  }

  SourceSplit split(String id, Object state) throws Exception {
    return (SourceSplit) state;
  }

  /** Gives the record of the step at hand. */
  abstract void emit(Feed step, ReaderOutput<Object> output) throws Exception;

  @Override
  public void start() {}

  @Override
  public InputStatus pollNext(ReaderOutput<Object> output) throws Exception {
    if (isNext()) {
      switch (turns.sourceStep()) {
        case Feed.RELEASED:
          String done = turns.mark().text;
          splits.remove(done);
          output.releaseOutputForSplit(done);
          break;
        case Feed.ENDED:
          turns.mark();
          ended = true;
          break;
        default:
          emit(turns.record(), output);
      }
    }
    if (ended) {
      return InputStatus.END_OF_INPUT;
    }
    return isNext() ? InputStatus.MORE_AVAILABLE : InputStatus.NOTHING_AVAILABLE;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return isNext() || ended ? CompletableFuture.completedFuture(null) : turns.laterRecord();
  }

  @Override
  public List<SourceSplit> snapshotState(long checkpoint) {
    List<SourceSplit> all = new ArrayList<>();
    try {
      for (Map.Entry<String, Object> e : splits.entrySet()) {
        all.add(split(e.getKey(), e.getValue()));
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return all;
  }

  @Override
  public void addSplits(List<SourceSplit> more) {
    try {
      for (SourceSplit s : more) {
        splits.put(s.splitId(), state(s));
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void notifyNoMoreSplits() {}

  @Override
  public void handleSourceEvents(SourceEvent event) {}

  @Override
  public void pauseOrResumeSplits(Collection<String> pause, Collection<String> resume) {}

  @Override
  public void close() throws Exception {}
}
