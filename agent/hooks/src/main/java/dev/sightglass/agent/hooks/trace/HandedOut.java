package dev.sightglass.agent.hooks.trace;

import dev.sightglass.bootstrap.Watch;
import java.util.Arrays;

/**
 * Values that states of a task read or wrote in the invocations at hand: their bytes as they were
 * told last, and, where a backend hands out its own object, the object. Whoever got one may change
 * it in place; at the end of the invocation it is written once more and compared.
 *
 * <p>Bounded: values beyond {@link #MOST} of an invocation, or {@link #MOST_BYTES} of all, are not
 * watched.
 */
final class HandedOut extends Watch {
  static final int MOST = 256;
  private static final int MOST_BYTES = 1 << 20;

  private final Encoder encoder;
  private StateRows[] states = new StateRows[16];
  private Object[] objects = new Object[16];

  // Per value: hash, place of its bytes, lengths of key, namespace, map key, value.
  private int[] numbers = new int[16 * FIELDS];
  private static final int FIELDS = 6;
  private byte[] bytes = new byte[1024];
  private int used;

  HandedOut(Encoder encoder) {
    this.encoder = encoder;
  }

  /** The value of that place, or -1. */
  int find(StateRows state, Place p) {
    for (int i = size - 1; i >= 0; i--) {
      int n = i * FIELDS;
      if (numbers[n] == p.hash
          && states[i] == state
          && numbers[n + 2] == p.key
          && numbers[n + 3] == p.namespace
          && numbers[n + 4] == p.mapKey
          && same(numbers[n + 1], p.from, p.length())) {
        return i;
      }
    }
    return -1;
  }

  private boolean same(int at, int sinkAt, int length) {
    return Arrays.equals(bytes, at, at + length, encoder.sink.data, sinkAt, sinkAt + length);
  }

  /**
   * Copies the bytes of a value to the encoder's end; gives their length or {@link Encoder#NULL}.
   */
  int copyValue(int i) {
    int length = numbers[i * FIELDS + 5];
    return length < 0 ? length : encoder.bytes(bytes, valueAt(i), length);
  }

  private int valueAt(int i) {
    int n = i * FIELDS;
    return numbers[n + 1] + sum(numbers[n + 2], numbers[n + 3], numbers[n + 4]);
  }

  private static int sum(int key, int namespace, int mapKey) {
    return Math.max(key, 0) + Math.max(namespace, 0) + Math.max(mapKey, 0);
  }

  /**
   * Remembers the value of a place.
   *
   * @param at where its bytes begin in the encoder
   * @param length theirs, or {@link Encoder#NULL}
   * @param object what may change in place, or null
   */
  void put(StateRows state, Place p, int at, int length, Object object) {
    int known = find(state, p);
    int wanted = p.length() + Math.max(length, 0);
    if (length == Encoder.WITHHELD || wanted > MOST_BYTES - used || known < 0 && size >= MOST) {
      if (known >= 0) {
        forget(known);
      }
      return;
    }
    int i = known >= 0 ? known : add(state);
    if (used + wanted > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, used + wanted));
    }
    int n = i * FIELDS;
    numbers[n] = p.hash;
    numbers[n + 1] = used;
    numbers[n + 2] = p.key;
    numbers[n + 3] = p.namespace;
    numbers[n + 4] = p.mapKey;
    numbers[n + 5] = length;
    System.arraycopy(encoder.sink.data, p.from, bytes, used, p.length());
    used += p.length();
    if (length > 0) {
      System.arraycopy(encoder.sink.data, at, bytes, used, length);
      used += length;
    }
    objects[i] = object;
  }

  private int add(StateRows state) {
    if (size == states.length) {
      states = Arrays.copyOf(states, size * 2);
      objects = Arrays.copyOf(objects, size * 2);
      numbers = Arrays.copyOf(numbers, size * 2 * FIELDS);
    }
    states[size] = state;
    return size++;
  }

  /** That value is not watched any more; its place in the list stays. */
  void forget(int i) {
    states[i] = null;
    objects[i] = null;
  }

  /** Values of a state's key and namespace, whatever their map key, are not watched any more. */
  void forgetAll(StateRows state) {
    for (int i = 0; i < size; i++) {
      if (states[i] == state) {
        forget(i);
      }
    }
  }

  /** Looks at one value now. */
  void look(int i) {
    StateRows state = states[i];
    if (state != null && objects[i] != null && state.isToldNow()) {
      int n = i * FIELDS;
      int mark = encoder.sink.size;
      int length = state.encode(objects[i]);
      if (length != numbers[n + 5]
          || length > 0
              && !Arrays.equals(
                  encoder.sink.data, mark, mark + length, bytes, valueAt(i), valueAt(i) + length)) {
        state.changedInPlace(
            bytes,
            numbers[n + 1],
            numbers[n + 2],
            numbers[n + 3],
            numbers[n + 4],
            numbers[n + 5],
            mark,
            length);
      }
      encoder.sink.truncate(mark);
    }
  }

  @Override
  protected void end(int from) {
    for (int i = from; i < size; i++) {
      look(i);
    }
    drop(from);
  }

  @Override
  protected void drop(int from) {
    if (from < size) {
      Arrays.fill(states, from, size, null);
      Arrays.fill(objects, from, size, null);
      size = from;
    }
    if (size == 0) {
      used = 0;
    }
  }
}
