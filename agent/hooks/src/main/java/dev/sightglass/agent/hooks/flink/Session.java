package dev.sightglass.agent.hooks.flink;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The statements of one table environment that may matter to later ones: what defines tables, views
 * and functions, what sets options, and queries. Bounded; the oldest leave first.
 */
final class Session {
  private static final int MAX_COUNT = 256;
  private static final int MAX_CHARS = 1 << 20;

  /** Beginnings of names of operations that define nothing. */
  private static final String[] NOTHING = {
    "Show", "Describe", "Explain", "Help", "Quit", "Clear", "Command", "Nop"
  };

  private final Deque<Statement> statements = new ArrayDeque<>();
  private int chars;

  synchronized void add(Statement s) {
    for (String n : NOTHING) {
      if (s.operation.startsWith(n)) {
        return;
      }
    }
    statements.add(s);
    chars += s.text.length();
    while (statements.size() > MAX_COUNT || chars > MAX_CHARS && statements.size() > 1) {
      chars -= statements.remove().text.length();
    }
  }

  /** Those before {@code last} that did not become a job themselves. */
  synchronized List<Statement> before(long last) {
    List<Statement> list = new ArrayList<>();
    for (Statement s : statements) {
      if (s.order < last && !s.made) {
        list.add(s);
      }
    }
    return list;
  }
}
