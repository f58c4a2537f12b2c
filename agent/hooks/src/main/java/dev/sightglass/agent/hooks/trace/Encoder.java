package dev.sightglass.agent.hooks.trace;

import java.io.DataOutputStream;
import java.util.Collection;

/**
 * Makes bytes of values for one task. What is made stays in {@link #sink} until the caller takes it
 * back; a value that cannot be made is {@link #WITHHELD}.
 */
final class Encoder {
  /** Longer values are withheld, spec/recording.md. */
  static final int MOST = 1 << 20;

  /** There is no value. */
  static final int NULL = -1;

  /** There is one, and no bytes of it. */
  static final int WITHHELD = -2;

  final ByteSink sink = new ByteSink();
  private final Object view;
  private final DataOutputStream stream;
  private final Refusals refusals;

  /** Why the last value was withheld; null = it is too long. */
  String reason;

  Encoder(Refusals refusals) {
    this.refusals = refusals;
    try {
      this.view = Handles.view(sink);
    } catch (Throwable t) {
      throw new IllegalStateException("a view to write to", t);
    }
    this.stream = new DataOutputStream(sink);
  }

  /**
   * Writes a value.
   *
   * @return its length, {@link #NULL} or {@link #WITHHELD}
   */
  int value(Object serializer, Object value) {
    if (value == null) {
      return NULL;
    }
    int from = sink.size;
    sink.limit(MOST);
    try {
      Handles.serialize(serializer, value, view);
    } catch (Throwable t) {
      return refused(from, t);
    }
    return sink.size - from;
  }

  /** Writes values as a list: their number, then one behind the other. */
  int list(Object serializer, Iterable<?> values) {
    if (values == null) {
      return NULL;
    }
    int from = sink.size;
    sink.limit(MOST);
    try {
      int n = 0;
      if (values instanceof Collection) {
        n = ((Collection<?>) values).size();
      } else {
        for (Object ignored : values) {
          n++;
        }
      }
      stream.writeInt(n);
      for (Object v : values) {
        Handles.serialize(serializer, v, view);
      }
    } catch (Throwable t) {
      return refused(from, t);
    }
    return sink.size - from;
  }

  /** Copies bytes that were made before. */
  int bytes(byte[] b, int off, int len) {
    if (len > 0) {
      sink.add(b, off, len);
    }
    return len;
  }

  private int refused(int from, Throwable t) {
    sink.size = from;
    reason = t instanceof ByteSink.Full ? null : refusals.of(t);
    return WITHHELD;
  }
}
