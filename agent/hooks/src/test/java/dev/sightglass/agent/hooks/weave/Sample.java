package dev.sightglass.agent.hooks.weave;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** What the weaver is tried on: methods with the shapes that are hard on frames. */
public class Sample {
  private final String name;
  private int count;

  public Sample() {
    this("plain");
  }

  public Sample(String name) {
    if (name.isEmpty()) {
      this.name = "empty";
      return;
    }
    this.name = name;
  }

  @Override
  public String toString() {
    return name;
  }

  /** Several returns, a loop, a handler of its own, variables of all sizes. */
  public String walk(String text, boolean fail) throws IOException {
    long sum = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      try {
        if (c == '!') {
          throw new IllegalArgumentException("own");
        }
        double d = c / 2.0;
        sum += (long) d;
      } catch (IllegalArgumentException e) {
        sum = -1;
        break;
      }
    }
    if (sum < 0) {
      return "own";
    }
    if (fail) {
      throw new IOException("out " + sum);
    }
    count++;
    return text.isEmpty() ? "" : "sum " + sum;
  }

  public static long twice(long v, double d) {
    synchronized (Sample.class) {
      if (d < 0) {
        throw new ArithmeticException("negative");
      }
      return 2 * v + (long) d;
    }
  }

  public boolean ask(Object o) {
    while (o instanceof List) {
      o = ((List<?>) o).get(0);
    }
    return o != null;
  }

  public String greet(String who) {
    return "hello " + who;
  }

  public void give(Consumer<String> to, String what) {
    to.accept(what);
    Callable<String> later =
        () -> {
          to.accept(what + " later");
          return what;
        };
    try {
      later.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  public int count() {
    return count;
  }

  private final boolean strict = Boolean.parseBoolean("true");

  /** Branches that do nothing, as those are in which records are thrown away. */
  public String sift(List<String> rows, String row, long time) {
    String before = rows.isEmpty() ? null : rows.get(0);
    if (time < 0) {
      rows.clear();
      return null;
    }
    if (before != null) {
      rows.add(row);
    }
    for (String r : rows) {
      if (r.equals("stop") && strict) {
        return "stopped";
      }
    }
    try {
      Long.parseLong(row);
    } catch (NumberFormatException e) {
      if (!strict) {
        throw e;
      }
    }
    return row;
  }

  public boolean check(String row) {
    if (row.isEmpty()) {
      return true;
    }
    return row.length() > 3;
  }

  public Runnable siftLater(List<String> rows) {
    return () -> {
      long sum = 0;
      for (String r : rows) {
        sum += r.length();
      }
      if (sum > 3) {
        rows.clear();
      }
    };
  }
}
