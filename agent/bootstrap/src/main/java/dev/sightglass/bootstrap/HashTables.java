package dev.sightglass.bootstrap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The order in which a {@link HashMap} is gone through, as one number: how many buckets it has.
 * Keys lie in buckets by their hash, and within a bucket in the order in which they came.
 */
final class HashTables {
  private static final int FIRST = 16;

  /** Classes, by name, whose hash is the same in every JVM. */
  private static final Set<String> STEADY =
      Set.of(
          "java.lang.Boolean",
          "java.lang.Byte",
          "java.lang.Character",
          "java.lang.Double",
          "java.lang.Float",
          "java.lang.Integer",
          "java.lang.Long",
          "java.lang.Short",
          "java.lang.String",
          "java.math.BigDecimal",
          "java.math.BigInteger",
          "java.sql.Timestamp",
          "java.time.Instant",
          "java.time.LocalDate",
          "java.time.LocalDateTime",
          "java.time.LocalTime",
          "java.util.Date",
          "java.util.UUID",
          "org.apache.flink.table.data.binary.BinaryRowData",
          "org.apache.flink.table.data.binary.BinaryStringData");

  private static final ClassValue<Boolean> IS_STEADY =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> c) {
          return STEADY.contains(c.getName());
        }
      };

  private static final VarHandle TABLE = table();

  private static final VarHandle THRESHOLD = threshold();

  /** Most buckets that are tried to find an order. */
  private static final int MOST = 1 << 20;

  private HashTables() {}

  /** Null where the agent could not open the package. */
  private static VarHandle table() {
    try {
      return MethodHandles.privateLookupIn(HashMap.class, MethodHandles.lookup())
          .findVarHandle(HashMap.class, "table", Class.forName("[Ljava.util.HashMap$Node;"));
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  private static VarHandle threshold() {
    try {
      return MethodHandles.privateLookupIn(HashMap.class, MethodHandles.lookup())
          .findVarHandle(HashMap.class, "threshold", int.class);
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  /** Gives a hash map that many buckets, in place; keys of a bucket stay in their order. */
  static void rebuild(Map<?, ?> map, int buckets) {
    if (TABLE == null
        || THRESHOLD == null
        || map.getClass() != HashMap.class
        || buckets - (buckets >> 2) < map.size()
        || Integer.bitCount(buckets) != 1) {
      return;
    }
    HashMap<Object, Object> other = new HashMap<>(buckets);
    other.putAll(map);
    HashMap<?, ?> m = (HashMap<?, ?>) map;
    TABLE.set(m, TABLE.get(other));
    THRESHOLD.set(m, (int) THRESHOLD.get(other));
  }

  /** Looks for the number of buckets whose order has that hash; false: there is none. */
  static boolean solve(Map<?, ?> map, long hash) {
    if (TABLE == null || map.getClass() != HashMap.class || map.isEmpty()) {
      return false;
    }
    int before = ((Object[]) TABLE.get((HashMap<?, ?>) map)).length;
    for (int n = FIRST; n <= MOST; n <<= 1) {
      rebuild(map, n);
      if (OrderProbe.hash(map) == hash) {
        return true;
      }
    }
    rebuild(map, before);
    return false;
  }

  /**
   * How many buckets a map has whose order follows from that: 0 = not known, or its order hangs on
   * more.
   */
  static int buckets(Map<?, ?> map) {
    // Subclasses may go another way, as LinkedHashMap does.
    if (TABLE == null || map.getClass() != HashMap.class || map.isEmpty()) {
      return 0;
    }
    Object first = map.keySet().iterator().next();
    if (first == null || !IS_STEADY.get(first.getClass())) {
      return 0;
    }
    return ((Object[]) TABLE.get((HashMap<?, ?>) map)).length;
  }

  /**
   * How many buckets a map of that many keys has that was made without a size and only grew:
   * doubled from 16 whenever three quarters are passed.
   */
  static int grown(int size) {
    int n = FIRST;
    while (n - (n >> 2) < size && n < 1 << 30) {
      n <<= 1;
    }
    return n;
  }
}
