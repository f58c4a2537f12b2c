package dev.sightglass.bootstrap;

import java.util.Collection;

/** Requests of asynchronous functions, and what came of them. */
public final class AsyncProbe {
  /** Of a result: the operator's retry strategy is still to judge it. */
  private static final int ATTEMPT = 1;

  private AsyncProbe() {}

  /** Kept on what takes the result of one input. */
  private static final class Request {
    final TaskContext task;
    final Object owner;
    final OperatorContext operator;
    final long number;
    final long invocation;
    volatile Throwable error;

    Request(TaskContext task, Object owner, OperatorContext operator, long number) {
      this.task = task;
      this.owner = owner;
      this.operator = operator;
      this.number = number;
      this.invocation = task.invocation();
    }
  }

  /** A request begins; {@code operator} makes it. */
  public static Object request(Object operator) {
    TaskContext t = TaskContext.current();
    if (t == null) {
      return Nothing.HERE;
    }
    OperatorContext c = t.parts.operator(operator);
    return new Request(t, operator, c, ++c.requests);
  }

  /** What retries the request that was made last. */
  public static Object retrying(Object operator) {
    TaskContext t = TaskContext.current();
    if (t == null) {
      return Nothing.HERE;
    }
    OperatorContext c = t.parts.operator(operator);
    return new Request(t, operator, c, c.requests);
  }

  /** The function gave up; any thread. */
  public static void failed(Object request, Throwable error) {
    if (request instanceof Request) {
      ((Request) request).error = error;
    }
  }

  /** The result is taken over, on the task's thread. */
  public static void result(Object request, Object results) {
    if (request instanceof Request) {
      tell((Request) request, results, ((Request) request).error, 0);
    }
  }

  /** A result of one attempt, on the task's thread. */
  public static void attempt(Object request, Object results, Throwable error) {
    if (request instanceof Request) {
      tell((Request) request, results, error, ATTEMPT);
    }
  }

  private static void tell(Request r, Object results, Throwable error, int flags) {
    TaskContext t = r.task;
    if (t.closed || t != TaskContext.current()) {
      return;
    }
    // Serializers may run code of users, which may read: bytes come first, then the note.
    byte[] bytes =
        results instanceof Collection && t.keepsPayload(r.operator.operator)
            ? Hooks.inspector().results(t, r.owner, (Collection<?>) results)
            : null;
    TaskNote n = t.reads.begin(Reads.ASYNC_RESULT, r.operator.operator);
    n.number(r.number).number2(r.invocation);
    if (flags != 0) {
      n.flags(flags);
    }
    if (error != null) {
      n.text(error.getClass().getName());
    }
    if (bytes != null) {
      n.value(bytes, 0, bytes.length);
    } else if (results != null) {
      n.withheld();
    }
    n.write();
  }
}
