package dev.sightglass.bootstrap;

/**
 * Keys, where Flink itself asks for them: a keyed backend is told the key of what comes now, and a
 * keyed edge that of what leaves.
 *
 * <p>Nothing of a key is kept but a hash that is the same for equal keys of one type in every
 * operator, job and process, since Flink wants {@code hashCode} to be. Nobody asks for it while no
 * policy samples.
 */
public final class KeyProbe {
  /** No key was met. */
  static final long NONE = -1;

  /** Plain on purpose, as {@link Hooks#STATE}. */
  private static boolean sampling;

  private KeyProbe() {}

  /** Whether some task samples. */
  public static void sampling(boolean on) {
    sampling = on;
  }

  /** {@code AbstractKeyedStateBackend} is told the key of what follows. */
  public static void current(Object key) {
    if (sampling) {
      TaskContext t = TaskContext.current();
      if (t != null && !t.closed) {
        t.keyed(hash(key));
      }
    }
  }

  /** A record with this key leaves on a keyed edge next. */
  public static void edge(Object key) {
    if (sampling) {
      TaskContext t = TaskContext.current();
      if (t != null && !t.closed) {
        t.leaving(hash(key));
      }
    }
  }

  /**
   * 32 bits, evenly spread, and independent of Flink's key groups: sampled keys must not lie on few
   * subtasks.
   */
  static long hash(Object key) {
    int h = (key == null ? 0 : key.hashCode()) ^ 0x5347_6c73;
    h = (h ^ h >>> 16) * 0x85eb_ca6b;
    h = (h ^ h >>> 13) * 0xc2b2_ae35;
    return (h ^ h >>> 16) & 0xFFFF_FFFFL;
  }

  /** The limit below which a share of all hashes lies. */
  public static long limit(long take, long of) {
    return of <= take ? Levels.ALL : Math.max(0, take) * Levels.ALL / of;
  }
}
