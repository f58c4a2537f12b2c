package dev.sightglass.agent.replay;

import java.io.ObjectStreamClass;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Lets objects that were written with one version of a job's classes be read with another one: a
 * class without a {@code serialVersionUID} gets one out of its members, so that any change refuses
 * what was written before.
 *
 * <p>Of each class of the job that a stream describes the number is replaced by that of the class
 * that is there now, in the bytes: it is as long as before. Fields are matched by name, as Java
 * does anyway.
 */
final class Versions {
  private static final byte CLASS = 0x72; // TC_CLASSDESC, of a name and 8 bytes of number
  private static final int LONGEST = 512;

  private Versions() {}

  /**
   * Changes bytes of Java's serialization, and streams that lie within them.
   *
   * @param user loader of the job's classes
   */
  static void adjust(byte[] b, ClassLoader user) {
    for (int i = 0; i + 11 < b.length; i++) {
      if (b[i] != CLASS) {
        continue;
      }
      int n = (b[i + 1] & 0xff) << 8 | b[i + 2] & 0xff;
      int number = i + 3 + n;
      if (n == 0 || n > LONGEST || number + 8 > b.length || !isName(b, i + 3, n)) {
        continue;
      }
      Long own = number(new String(b, i + 3, n, StandardCharsets.US_ASCII), user);
      if (own != null) {
        ByteBuffer.wrap(b).putLong(number, own);
      }
    }
  }

  private static boolean isName(byte[] b, int from, int n) {
    for (int i = from; i < from + n; i++) {
      if (b[i] != '.' && !Character.isJavaIdentifierPart(b[i] & 0xff) || b[i] <= ' ') {
        return false;
      }
    }
    return true;
  }

  /** The number that a class of the job has now; null = it is none, or has none of its own. */
  private static Long number(String name, ClassLoader user) {
    try {
      Class<?> c = Class.forName(name, false, user);
      ObjectStreamClass d = c.getClassLoader() == user ? ObjectStreamClass.lookup(c) : null;
      return d == null || c.isEnum() ? null : Long.valueOf(d.getSerialVersionUID());
    } catch (ClassNotFoundException | LinkageError e) {
      return null; // reading it says what is wrong
    }
  }
}
