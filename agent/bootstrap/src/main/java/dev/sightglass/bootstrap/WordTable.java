package dev.sightglass.bootstrap;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Texts that notes refer to, each with a small number: names, descriptions of states. Bounded:
 * later new ones have the number 0, none.
 */
final class WordTable {
  static final int LIMIT = 4096;

  private final Map<String, Integer> numbers = new HashMap<>();
  private String[] words = new String[16];
  private int size;

  int number(String word) {
    if (word == null) {
      return 0;
    }
    Integer n = numbers.get(word);
    if (n != null) {
      return n;
    }
    if (size == LIMIT) {
      return 0;
    }
    if (size == words.length) {
      words = Arrays.copyOf(words, size * 2);
    }
    words[size++] = word;
    numbers.put(word, size);
    return size;
  }

  /** Word {@code number}, from 1. */
  String word(int number) {
    return words[number - 1];
  }
}
