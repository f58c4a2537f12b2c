package dev.sightglass.agent.hooks.reads;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Finds out whether a class file names one of some classes, without parsing more than the constant
 * pool: most classes do not, and every class of every job comes by.
 */
final class NamesInPool {
  private static final int MAGIC = 0xCAFEBABE;

  /** Names by length and last byte, which tell most texts of a pool apart from them. */
  private final Map<Integer, byte[][]> byEnd = new HashMap<>();

  NamesInPool(Set<String> names) {
    for (String n : names) {
      byte[] b = n.getBytes(StandardCharsets.US_ASCII);
      byEnd.merge(
          end(b.length, b[b.length - 1]),
          new byte[][] {b},
          (x, y) -> {
            byte[][] both = java.util.Arrays.copyOf(x, x.length + 1);
            both[x.length] = y[0];
            return both;
          });
    }
  }

  private static int end(int length, byte last) {
    return length << 8 | last & 0xFF;
  }

  /** False for what is no class file. */
  boolean hasOneIn(byte[] b) {
    if (b.length < 10 || (u2(b, 0) << 16 | u2(b, 2)) != MAGIC) {
      return false;
    }
    int count = u2(b, 8);
    int at = 10;
    for (int i = 1; i < count && at + 3 <= b.length; i++) {
      switch (b[at]) {
        case 1:
          int length = u2(b, at + 1);
          if (length > 0 && at + 3 + length <= b.length && isOne(b, at + 3, length)) {
            return true;
          }
          at += 3 + length;
          break;
        case 5:
        case 6:
          at += 9;
          i++;
          break;
        case 15:
          at += 4;
          break;
        case 7:
        case 8:
        case 16:
        case 19:
        case 20:
          at += 3;
          break;
        default:
          at += 5;
      }
    }
    return false;
  }

  private boolean isOne(byte[] b, int at, int length) {
    byte[][] candidates = byEnd.get(end(length, b[at + length - 1]));
    if (candidates == null) {
      return false;
    }
    for (byte[] c : candidates) {
      if (java.util.Arrays.equals(c, 0, length, b, at, at + length)) {
        return true;
      }
    }
    return false;
  }

  private static int u2(byte[] b, int at) {
    return (b[at] & 0xFF) << 8 | b[at + 1] & 0xFF;
  }
}
