package dev.sightglass.bootstrap;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

/** Records that sources read. */
public final class SourceProbe {
  /**
   * Outputs that belong to one split; filled when a split is added. Keyed by identity: outputs have
   * no equals.
   */
  private static final Map<Object, String> SPLITS =
      Collections.synchronizedMap(new WeakHashMap<>());

  private SourceProbe() {}

  /** Kept on a source's output or record emitter. */
  static final class Context {
    final TaskContext task;
    final int operator;

    /** The split that the output belongs to, or the one that the last Kafka record came from. */
    SplitContext split;

    Context(TaskContext task, SplitContext split) {
      this.task = task;
      this.split = split;
      this.operator = task.sourceOperator();
    }
  }

  /** Context for a record emitter of Kafka. */
  public static Object emitter(Object emitter) {
    TaskContext t = TaskContext.current();
    return t == null ? Nothing.HERE : new Context(t, null);
  }

  /** Context for an output of a source. */
  public static Object output(Object output) {
    TaskContext t = TaskContext.current();
    if (t == null) {
      return Nothing.HERE;
    }
    String split = SPLITS.get(output);
    return new Context(t, split == null ? null : t.split(null, 0, split));
  }

  /** {@code output} is the one for {@code split}. */
  public static void split(Object output, String split) {
    if (output != null && split != null) {
      SPLITS.put(output, split);
    }
  }

  /** A reader goes on with another split. */
  public static void turn(String split) {
    TaskContext t = TaskContext.current();
    if (t != null && !t.closed && split != null) {
      t.turn(split);
    }
  }

  /** A Kafka record is handed to the deserializer. */
  public static int kafka(
      Object context,
      String topic,
      int partition,
      long offset,
      long time,
      Object key,
      Object value,
      Object[] headers) {
    if (!(context instanceof Context)) {
      return -1;
    }
    Context c = (Context) context;
    TaskContext t = c.task;
    if (t.closed) {
      return -1;
    }
    SplitContext s = c.split;
    if (s == null || s.partition != partition || !s.topic.equals(topic)) {
      s = c.split = t.split(topic, partition, null);
    }
    if (t.isLight()) {
      t.beginSource(c.operator, s, offset, time, bytes(key), bytes(value), headers);
      return InProbe.LIGHT;
    }
    return t.beginRecord(c.operator, s, offset, time, bytes(key), bytes(value), headers);
  }

  /** Whether records of a source are told with their bytes. */
  public static boolean wantsBytes(Object context) {
    return context instanceof Context && ((Context) context).task.levels.paths;
  }

  private static byte[] bytes(Object o) {
    return o instanceof byte[] ? (byte[]) o : null;
  }

  public static void leaveKafka(Object context, int token) {
    if (token >= 0) {
      ((Context) context).task.endRecord(token);
    } else if (token == InProbe.LIGHT) {
      ((Context) context).task.endLight();
    }
  }

  public static void failKafka(Object context, int token, Throwable t) {
    if (token >= 0) {
      TaskContext c = ((Context) context).task;
      c.thrown(t);
      c.unreadable();
      c.endRecord(token);
    } else if (token == InProbe.LIGHT) {
      TaskContext c = ((Context) context).task;
      c.thrown(t);
      c.unreadable();
      c.endLight();
    }
  }

  /** A source gives a value. */
  public static int collect(Object context) {
    if (!(context instanceof Context)) {
      return -1;
    }
    Context c = (Context) context;
    TaskContext t = c.task;
    if (t.closed) {
      return -1;
    }
    if (t.reading()) {
      t.collected();
      return -1;
    }
    if (t.isLight()) {
      SplitContext s = c.split != null ? c.split : t.currentSplit();
      t.beginPlace(c.operator, s, s.position++);
      t.collected();
      return InProbe.LIGHT;
    }
    return t.beginOther(c.operator);
  }

  /**
   * {@link #collect(Object)} of a reader's value.
   *
   * @param time that the reader gives with it, {@link Long#MIN_VALUE} = none
   */
  public static int collect(Object context, Object value, long time) {
    int token = collect(context);
    if (token >= 0) {
      Context c = (Context) context;
      TaskContext t = c.task;
      if (t.levels.paths && t.keepsPayload(c.operator)) {
        // Serializers may run code of users, which may read: bytes come first, then the note.
        byte[] b = Hooks.inspector().sourceValue(t, value);
        if (b != null) {
          TaskNote n = t.reads.begin(Reads.SOURCE_VALUE, c.operator).number(time);
          if (c.split != null) {
            n.text(c.split.id);
          }
          n.value(b, 0, b.length).write();
        }
      }
    }
    return token;
  }

  /** A reader is done with a split: it holds watermarks back no longer. */
  public static void released(String split) {
    TaskContext t = TaskContext.telling();
    if (t != null && split != null) {
      t.reads.between(Reads.SPLIT_RELEASED, t.sourceOperator()).text(split).write();
    }
  }

  /**
   * A task has no more input; one that reads a source itself says so. A legacy source ends by a
   * mail that is told.
   */
  public static void ended() {
    TaskContext t = TaskContext.telling();
    if (t != null && t.readsSource() && !t.legacy()) {
      t.reads.between(Reads.END_OF_INPUT, t.sourceOperator()).write();
    }
  }

  /** {@code time} is the value's event time, {@link Long#MIN_VALUE} = none. */
  public static void leave(Object context, int token, long time) {
    if (token >= 0) {
      Context c = (Context) context;
      c.task.endOther(token, c.split, time);
    } else if (token == InProbe.LIGHT) {
      ((Context) context).task.endLight();
    }
  }

  public static void fail(Object context, int token, Throwable t) {
    if (token >= 0) {
      Context c = (Context) context;
      c.task.thrown(t);
      c.task.endOther(token, c.split, TapeFormat.NONE);
    } else if (token == InProbe.LIGHT) {
      Context c = (Context) context;
      c.task.thrown(t);
      c.task.endLight();
    }
  }
}
