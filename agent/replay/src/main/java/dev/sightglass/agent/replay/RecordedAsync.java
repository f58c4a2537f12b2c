package dev.sightglass.agent.replay;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.functions.async.AsyncFunction;
import org.apache.flink.streaming.api.functions.async.ResultFuture;

/**
 * Stands in for a job's asynchronous function: asks nobody, and is given what the recorded one got,
 * when it got it. One per operator and process, which runs one task.
 */
final class RecordedAsync implements AsyncFunction<Object, Object> {
  private static final long serialVersionUID = 1;

  /** Requests of the process's task that are not answered, by operator. */
  private static final List<RecordedAsync> OPEN = new ArrayList<>();

  private final String operator;
  private transient List<ResultFuture<Object>> requests;

  /**
   * @param operator id of its operator, hex
   */
  RecordedAsync(String operator) {
    this.operator = operator;
  }

  @Override
  public void asyncInvoke(Object input, ResultFuture<Object> result) {
    if (requests == null) {
      requests = new ArrayList<>();
      OPEN.add(this);
    }
    requests.add(result);
  }

  @Override
  public void timeout(Object input, ResultFuture<Object> result) {
    // What the job made of it comes as a result.
  }

  /**
   * The request with that number, counted from 1 in the order of input; null = there is none, or it
   * has its answer.
   */
  static ResultFuture<Object> request(String operator, long number) {
    for (RecordedAsync f : OPEN) {
      if (f.operator.equals(operator) && number > 0 && number <= f.requests.size()) {
        return f.requests.set((int) (number - 1), null);
      }
    }
    return null;
  }
}
