package dev.sightglass.agent.testing.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What functions wrote down, by job and operator, in order. Lines have the form that the test gives
 * recorded rows.
 */
final class Truth {
  private static final Map<String, List<String>> LINES = new TreeMap<>();
  private static String job = "";

  private Truth() {}

  static synchronized void begin(String name) {
    job = name;
  }

  static synchronized void plant(String operator, Object... words) {
    StringBuilder s = new StringBuilder();
    for (Object w : words) {
      s.append(s.length() == 0 ? "" : " ").append(w == null ? "-" : w);
    }
    LINES.computeIfAbsent(job + "/" + operator, k -> new ArrayList<>()).add(s.toString());
  }

  static synchronized void print() {
    LINES.forEach((k, v) -> v.forEach(l -> System.out.println("truth " + k + " " + l)));
  }
}
