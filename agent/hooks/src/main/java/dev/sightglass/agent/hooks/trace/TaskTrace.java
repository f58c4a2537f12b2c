package dev.sightglass.agent.hooks.trace;

import dev.sightglass.agent.hooks.drain.Attempt;
import dev.sightglass.bootstrap.TaskContext;
import java.util.IdentityHashMap;
import java.util.Map;

/** What level trace needs of one task: its states by object, and what its bytes are made with. */
public final class TaskTrace {
  final TaskContext task;
  final Attempt attempt;
  final Encoder encoder;
  final HandedOut handedOut;

  /** Chain index of the operator that a backend belongs to. */
  final Map<Object, Integer> operators = new IdentityHashMap<>();

  /** States by each of their objects; timer services and windows by theirs. */
  final Map<Object, TracedState> states = new IdentityHashMap<>();

  final Map<Object, AsyncState> asyncStates = new IdentityHashMap<>();
  final Map<Object, String> serviceNames = new IdentityHashMap<>();
  final Map<Object, TracedTimers> services = new IdentityHashMap<>();
  final Map<Object, TracedWindows> windows = new IdentityHashMap<>();

  private final Remembered key = new Remembered();
  private final Remembered namespace = new Remembered();

  /** The bytes of a value that cannot change, as long as it is the same object. */
  private static final class Remembered {
    Object serializer;
    Object value;
    byte[] bytes = new byte[64];
    int length;
  }

  private TaskTrace(TaskContext task, Attempt attempt, Refusals refusals) {
    this.task = task;
    this.attempt = attempt;
    this.encoder = new Encoder(refusals);
    this.handedOut = new HandedOut(encoder);
    task.watch(handedOut);
  }

  /**
   * For a task of the Flink that {@code flinks} belongs to; null: it cannot be traced. A process
   * has one Flink.
   */
  public static TaskTrace of(
      TaskContext task, Attempt attempt, Refusals refusals, Class<?> flinks) {
    try {
      return Handles.fits(flinks.getClassLoader()) ? new TaskTrace(task, attempt, refusals) : null;
    } catch (Throwable t) {
      Faults.report(t);
      return null;
    }
  }

  /** Writes the current key; gives its length. */
  int key(StateParts.Part part, Object value) {
    return remembered(key, part, value);
  }

  /** Writes a namespace; gives its length. */
  int namespace(StateParts.Part part, Object value) {
    return remembered(namespace, part, value);
  }

  private int remembered(Remembered r, StateParts.Part part, Object value) {
    if (!part.immutable) {
      return encoder.value(part.serializer, value);
    }
    if (r.value == value && r.serializer == part.serializer && value != null) {
      return encoder.bytes(r.bytes, 0, r.length);
    }
    int at = encoder.sink.size;
    int length = encoder.value(part.serializer, value);
    if (length >= 0) {
      if (length > r.bytes.length) {
        r.bytes = new byte[length];
      }
      System.arraycopy(encoder.sink.data, at, r.bytes, 0, length);
      r.length = length;
      r.value = value;
      r.serializer = part.serializer;
    }
    return length;
  }
}
