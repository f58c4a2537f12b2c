package dev.sightglass.agent.replay;

import java.lang.reflect.Field;
import java.util.List;

/** Lists of Scala, read as they lie in memory: an item, and the list behind it. */
final class ScalaLists {
  static final String NAME = "scala.collection.immutable.List";

  private static final String ITEM = "scala.collection.immutable.$colon$colon";
  private static final String END = "scala.collection.immutable.Nil$";

  /** So many are counted. */
  private static final int COUNTED = 10_000;

  private static final ClassValue<Field[]> PARTS =
      new ClassValue<>() {
        @Override
        protected Field[] computeValue(Class<?> c) {
          // The list behind an item is called so in Scala 2.12, and in later versions.
          Field behind = part(c, "tl");
          return new Field[] {part(c, "head"), behind != null ? behind : part(c, "next")};
        }
      };

  private ScalaLists() {}

  static boolean is(String className) {
    return className.equals(ITEM) || className.equals(END);
  }

  private static Field part(Class<?> c, String name) {
    try {
      Field f = c.getDeclaredField(name);
      f.setAccessible(true);
      return f;
    } catch (NoSuchFieldException | RuntimeException e) {
      return null;
    }
  }

  /** Puts the first items into a list, and gives how many there are; -1 = they cannot be read. */
  static int read(Object list, int most, List<Object> into) {
    int n = 0;
    for (Object at = list; n < COUNTED && at.getClass().getName().equals(ITEM); n++) {
      Field[] parts = PARTS.get(at.getClass());
      if (parts[0] == null || parts[1] == null) {
        return -1;
      }
      try {
        if (n < most) {
          into.add(parts[0].get(at));
        }
        at = parts[1].get(at);
      } catch (IllegalAccessException e) {
        return -1;
      }
      if (at == null) { // not built to its end yet
        return n + 1;
      }
    }
    return n;
  }
}
