package dev.sightglass.agent.core;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The definitions of one attempt by index and by id; bounded in number and bytes. */
final class Definitions {
  static final int MAX_COUNT = 1 << 16;
  static final int MAX_BODY = 4 << 20;
  static final int MAX_BYTES = 16 << 20;

  private final Map<Long, Integer> byId = new HashMap<>();
  private Definition[] table = new Definition[16];
  private int size;
  private long bytes;

  /**
   * The index of an equal definition, a new one, or {@link AttemptRecorder#NONE} when there is no
   * room or another definition has the id.
   */
  int add(Definition d) {
    Integer known = byId.get(d.id());
    if (known != null) {
      Definition held = table[known];
      return held.kind() == d.kind() && Arrays.equals(held.body(), d.body())
          ? known
          : AttemptRecorder.NONE;
    }
    if (size >= MAX_COUNT || bytes + d.body().length > MAX_BYTES) {
      return AttemptRecorder.NONE;
    }
    if (size == table.length) {
      table = Arrays.copyOf(table, 2 * size);
    }
    table[size] = d;
    bytes += d.body().length;
    byId.put(d.id(), size);
    return size++;
  }

  int size() {
    return size;
  }

  long id(int index) {
    return table[index].id();
  }
}
