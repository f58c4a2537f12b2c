package dev.sightglass.agent.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.functions.async.AsyncFunction;
import org.apache.flink.streaming.api.functions.async.ResultFuture;

/**
 * Stands in for a job's asynchronous function: asks nobody, and is given what the recorded one got,
 * when it got it. One per operator and process, which runs one task at a time.
 */
final class RecordedAsync implements AsyncFunction<Object, Object> {
  private static final long serialVersionUID = 1;

  /** Those that were asked something. */
  private static final List<RecordedAsync> ALL = new ArrayList<>();

  /** Requests that were made before the replay begins, by operator that has made none in it. */
  private static final Map<String, Long> BEFORE = new HashMap<>();

  private final String operator;

  /** Requests that are not answered, by number. */
  private transient Map<Long, ResultFuture<Object>> open;

  private transient long last;

  /**
   * @param operator id of its operator, hex
   */
  RecordedAsync(String operator) {
    this.operator = operator;
  }

  /** Another task begins. */
  static void forget() {
    ALL.clear();
    BEFORE.clear();
  }

  @Override
  public void asyncInvoke(Object input, ResultFuture<Object> result) {
    if (open == null) {
      open = new HashMap<>();
      last = BEFORE.getOrDefault(operator, 0L);
      ALL.add(this);
    }
    open.put(++last, result);
  }

  @Override
  public void timeout(Object input, ResultFuture<Object> result) {
    // What the job made of it comes as a result.
  }

  private static RecordedAsync of(String operator) {
    for (RecordedAsync f : ALL) {
      if (f.operator.equals(operator)) {
        return f;
      }
    }
    return null;
  }

  /**
   * The request with that number, counted from 1 in the order of input; null = there is none, or it
   * has its answer.
   */
  static ResultFuture<Object> request(String operator, long number) {
    RecordedAsync f = of(operator);
    return f == null ? null : f.open.remove(number);
  }

  /** How many requests an operator has made so far. */
  static int requests(String operator) {
    RecordedAsync f = of(operator);
    return f == null ? 0 : (int) f.last;
  }

  /**
   * The requests made so far are those that waited at a checkpoint, made once more: they had these
   * numbers, in order.
   *
   * @param next number of requests that were made before the checkpoint
   */
  static void restored(String operator, List<Long> numbers, long next) {
    RecordedAsync f = of(operator);
    if (f == null) {
      BEFORE.put(operator, next);
      return;
    }
    Map<Long, ResultFuture<Object>> again = new HashMap<>();
    for (int i = 0; i < numbers.size(); i++) {
      ResultFuture<Object> one = f.open.get((long) (i + 1));
      if (one != null) {
        again.put(numbers.get(i), one);
      }
    }
    f.open = again;
    f.last = next;
  }
}
