package dev.sightglass.agent.testing.trace;

import java.lang.reflect.Method;
import java.util.Collections;
import java.util.concurrent.ForkJoinPool;
import org.apache.flink.streaming.api.functions.async.AsyncFunction;
import org.apache.flink.streaming.api.functions.async.ResultFuture;

/** Answers every third call at once and the others from another thread, in whatever order. */
final class Calls implements AsyncFunction<Long, String> {
  private static final long serialVersionUID = 1;
  static final String NAME = "calls";

  @Override
  public void asyncInvoke(Long i, ResultFuture<String> result) {
    Truth.plant(NAME, "cause", 1, invocation());
    if (i % 3 == 0) {
      result.complete(Collections.singleton("c" + i));
    } else {
      ForkJoinPool.commonPool().execute(() -> result.complete(Collections.singleton("c" + i)));
    }
  }

  /** Number of the invocation at hand, as the agent counts; 0 without one. */
  static long invocation() {
    try {
      Class<?> c = Class.forName("dev.sightglass.bootstrap.TaskContext", false, null);
      Object task = c.getMethod("current").invoke(null);
      Method m = c.getMethod("invocation");
      return (Long) m.invoke(task);
    } catch (ClassNotFoundException e) {
      return 0;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
