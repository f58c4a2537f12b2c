package dev.sightglass.agent.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Compresses to the LZ4 block format: sequences of {@code token, literal length, literals, u16
 * offset, match length}, the last one literals alone. Greedy, with one hash table of 4-byte
 * strings; as the format asks, the last 5 bytes are literals and no match begins in the last 12.
 *
 * <p>Plain Java with bounds checks (docs/decisions/0001-lz4-of-our-own.md). One instance serves one
 * thread.
 */
final class Lz4 {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int HASH_BITS = 12;
  private static final int MIN_MATCH = 4;
  private static final int LAST_LITERALS = 5;
  private static final int MATCH_LIMIT = 12;
  private static final int MAX_OFFSET = 0xffff;

  /** After 2^SKIP failed searches the step grows by one, so incompressible bytes cost little. */
  private static final int SKIP = 6;

  /**
   * Position + base + 1 of the last string with a hash; entries of earlier calls are below base.
   */
  private final int[] table = new int[1 << HASH_BITS];

  private int base;

  /** The most that {@link #compress} can write for {@code len} bytes. */
  static int bound(int len) {
    return len + len / 255 + 16;
  }

  /**
   * Compresses {@code src[off, off+len)} into {@code dst} from {@code at}.
   *
   * @return how many bytes were written, at most {@link #bound}, for which {@code dst} must have
   *     room
   */
  int compress(byte[] src, int off, int len, byte[] dst, int at) {
    if (base > Integer.MAX_VALUE - len - 2) {
      Arrays.fill(table, 0);
      base = 0;
    }
    final int[] table = this.table;
    final int shift = base + 1 - off;
    final int end = off + len;
    final int matchLimit = end - LAST_LITERALS;
    final int searchLimit = end - MATCH_LIMIT;
    int out = at;
    int anchor = off;
    int pos = off;
    int tries = 1 << SKIP;
    while (pos <= searchLimit) {
      final long word = (long) LONG.get(src, pos);
      final int hash = hash(word);
      int found = table[hash] - shift;
      table[hash] = pos + shift;
      if (found < off || pos - found > MAX_OFFSET || (int) INT.get(src, found) != (int) word) {
        pos += tries++ >> SKIP;
        continue;
      }
      while (pos > anchor && found > off && src[pos - 1] == src[found - 1]) {
        pos--;
        found--;
      }
      int matched = MIN_MATCH + same(src, pos + MIN_MATCH, found + MIN_MATCH, matchLimit);
      out = sequence(src, anchor, pos - anchor, pos - found, matched, dst, out, searchLimit);
      pos += matched;
      anchor = pos;
      tries = 1 << SKIP;
      if (pos <= searchLimit) {
        table[hash((long) LONG.get(src, pos - 2))] = pos - 2 + shift;
      }
    }
    base += len + 1;
    return literals(src, anchor, end - anchor, 0, dst, out) - at;
  }

  /** Of 5 bytes: with 4 the table fills with strings that no longer match. */
  private static int hash(long word) {
    return (int) ((word << 24) * 0x9E3779B185EBCA87L >>> 64 - HASH_BITS);
  }

  /** How many bytes from {@code a} and {@code b} are the same, {@code a} below {@code limit}. */
  private static int same(byte[] src, int a, int b, int limit) {
    int i = a;
    int j = b;
    while (i + 8 <= limit) {
      long diff = (long) LONG.get(src, i) ^ (long) LONG.get(src, j);
      if (diff != 0) {
        return i - a + (Long.numberOfTrailingZeros(diff) >> 3);
      }
      i += 8;
      j += 8;
    }
    while (i < limit && src[i] == src[j]) {
      i++;
      j++;
    }
    return i - a;
  }

  private static int sequence(
      byte[] src,
      int from,
      int literals,
      int offset,
      int matched,
      byte[] dst,
      int at,
      int searchLimit) {
    int extra = matched - MIN_MATCH;
    int out = at;
    if (literals < 15 && from <= searchLimit - 8) {
      // Two strides of 8 instead of a copy of odd length: what is too much is overwritten next.
      dst[out++] = (byte) (literals << 4 | Math.min(extra, 15));
      LONG.set(dst, out, (long) LONG.get(src, from));
      LONG.set(dst, out + 8, (long) LONG.get(src, from + 8));
      out += literals;
    } else {
      out = literals(src, from, literals, Math.min(extra, 15), dst, out);
    }
    dst[out] = (byte) offset;
    dst[out + 1] = (byte) (offset >> 8);
    out += 2;
    return extra >= 15 ? length(extra - 15, dst, out) : out;
  }

  private static int literals(byte[] src, int from, int count, int low, byte[] dst, int at) {
    int out = at;
    dst[out++] = (byte) (Math.min(count, 15) << 4 | low);
    if (count >= 15) {
      out = length(count - 15, dst, out);
    }
    System.arraycopy(src, from, dst, out, count);
    return out + count;
  }

  private static int length(int rest, byte[] dst, int at) {
    int out = at;
    int left = rest;
    for (; left >= 255; left -= 255) {
      dst[out++] = (byte) 255;
    }
    dst[out++] = (byte) left;
    return out;
  }
}
