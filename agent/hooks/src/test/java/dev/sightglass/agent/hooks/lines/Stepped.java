package dev.sightglass.agent.hooks.lines;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.LongUnaryOperator;

/** What a job may do, line by line: the test knows the lines. */
public class Stepped implements Callable<Object> {
  private long sum;
  private String last = "";
  private final int mode;

  public Stepped(int mode) {
    this.mode = mode;
  }

  @Override
  public Object call() throws Exception {
    switch (mode) {
      case 0:
        return loop(3, 2L);
      case 1:
        return caught();
      case 2:
        fail("left");
        return null;
      case 3:
        return lambda(4);
      case 4:
        return late(5);
      case 5:
        return inner();
      case 7:
        return unfinished(8);
      default:
        write();
        return null;
    }
  }

  double loop(int n, long by) {
    double d = 0.5;
    for (int i = 0; i < n; i++) {
      d += i * by;
    }
    return d;
  }

  String caught() {
    String s = "a";
    try {
      fail("in");
    } catch (IllegalStateException e) {
      s += e.getMessage();
    } finally {
      s += "!";
    }
    return s;
  }

  static void fail(String why) {
    throw new IllegalStateException(why);
  }

  long lambda(long x) {
    LongUnaryOperator twice =
        v -> {
          long w = v + v;
          return w;
        };
    return twice.applyAsLong(x);
  }

  int late(int n) {
    int found;
    if (n > 3) {
      found = n;
    } else {
      found = -1;
    }
    return found;
  }

  Object inner() {
    List<Integer> all = new ArrayList<>();
    class Adder {
      final int base;

      Adder(int base) {
        this.base = base;
      }

      int add(int n) {
        return base + n;
      }
    }

    all.add(new Adder(1).add(2));
    return all.get(0);
  }

  /**
   * Between new and the call of the constructor there are branches, whose frames know the object.
   */
  String unfinished(int n) {
    StringBuilder all = new StringBuilder(n > 3 ? "more" : "less");
    all.append(new StringBuilder(new String(n > 9 ? "a" : "b")).append(n));
    return all.toString();
  }

  void write() {
    sum = 7;
    last = "x";
    sum += last.length();
  }
}
