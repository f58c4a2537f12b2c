package bench;

import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;

/**
 * How long results took since their event was due, as lines {@code LATENCY p50-ns p99-ns results}
 * on the process's output, one for every 2^11 that are measured, one of eight.
 */
final class Latency implements MapFunction<Row, Row> {
  private static final int RESULTS = 1 << 11;

  private static final int MEASURED = 8;

  /** Buckets by the top five bits of a latency: 6 % wide. */
  private transient int[] buckets;

  private transient int count;
  private transient int seen;

  @Override
  public Row map(Row row) {
    RowKind kind = row.getKind();
    if (kind == RowKind.UPDATE_BEFORE || kind == RowKind.DELETE) {
      return row; // the same event again
    }
    // The clock is read for one result of some: few jobs read one for each.
    if (seen++ % MEASURED != 0 || (Long) row.getField("due") == 0) {
      return row;
    }
    if (buckets == null) {
      buckets = new int[64 * 16];
    }
    long latency = Math.max(1, System.nanoTime() - (Long) row.getField("due"));
    buckets[bucket(latency)]++;
    if (++count == RESULTS) {
      System.out.println("LATENCY " + quantile(0.5) + " " + quantile(0.99) + " " + count);
      count = 0;
      buckets = new int[64 * 16];
    }
    return row;
  }

  private static int bucket(long latency) {
    int top = 63 - Long.numberOfLeadingZeros(latency);
    return top < 4 ? (int) latency : (top - 3) * 16 + (int) (latency >>> (top - 4) & 15);
  }

  private static long upper(int bucket) {
    int top = bucket / 16 + 3;
    return bucket < 16 ? bucket : (long) (16 + bucket % 16 + 1) << (top - 4);
  }

  private long quantile(double q) {
    long left = (long) (q * count);
    for (int i = 0; i < buckets.length; i++) {
      left -= buckets[i];
      if (left < 0) {
        return upper(i);
      }
    }
    return Long.MAX_VALUE;
  }
}
