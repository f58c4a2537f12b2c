package dev.sightglass.bootstrap;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Descriptions of mails and callbacks, each with a small number. Numbers inside of a description
 * become {@code #}: a checkpoint id makes no new text. Bounded: later new texts have the number 0.
 */
final class TextTable {
  static final int LIMIT = 512;
  private static final int MAX_LENGTH = 200;
  private static final String LAMBDA = "$$Lambda";

  private final Map<Object, Integer> byKey = new IdentityHashMap<>();
  private final Map<String, Integer> byText = new HashMap<>();
  private String[] texts = new String[16];
  private int size;

  /** The number of a String or of a class's name. */
  int number(Object key) {
    Integer n = byKey.get(key);
    return n != null ? n : search(key);
  }

  private int search(Object key) {
    if (key == null) {
      return 0;
    }
    String text = key instanceof Class ? name((Class<?>) key) : normal(key.toString());
    Integer n = byText.get(text);
    if (n == null) {
      if (size == LIMIT) {
        return 0;
      }
      if (size == texts.length) {
        texts = java.util.Arrays.copyOf(texts, size * 2);
      }
      texts[size++] = text;
      n = size;
      byText.put(text, n);
    }
    // A description with numbers in it was made for this one time: remembering it would only fill
    // the table.
    if (byKey.size() < LIMIT && (key instanceof Class || text.equals(key))) {
      byKey.put(key, n);
    }
    return n;
  }

  /** Text {@code number}, from 1. */
  String text(int number) {
    return texts[number - 1];
  }

  /** Name of a class; of a lambda's without what makes it unique. */
  private static String name(Class<?> c) {
    String s = c.getName();
    int lambda = s.indexOf(LAMBDA);
    return lambda < 0 ? s : s.substring(0, lambda + LAMBDA.length());
  }

  /**
   * Without digits, without the address of a lambda or an object, at most {@link #MAX_LENGTH}
   * characters.
   */
  static String normal(String s) {
    int lambda = s.indexOf(LAMBDA);
    if (lambda >= 0) {
      s = s.substring(0, lambda + LAMBDA.length());
    }
    int at = s.lastIndexOf('@');
    if (at > 0
        && at < s.length() - 1
        && s.substring(at + 1).chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
      s = s.substring(0, at);
    }
    StringBuilder b = new StringBuilder(Math.min(s.length(), MAX_LENGTH));
    for (int i = 0; i < s.length() && b.length() < MAX_LENGTH; i++) {
      char c = s.charAt(i);
      if (c >= '0' && c <= '9') {
        if (b.length() == 0 || b.charAt(b.length() - 1) != '#') {
          b.append('#');
        }
      } else {
        b.append(c);
      }
    }
    return b.toString();
  }
}
