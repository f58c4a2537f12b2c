package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.Determinants;
import java.io.PrintStream;

/** What a replay says of itself while it runs: lines of JSON. Used by the task's thread. */
final class Report {
  private static final long PERIOD = 200_000_000;

  private final PrintStream out;
  private long elements;
  private long last = System.nanoTime();
  private long renumbered;
  private long reached;
  private String firstNumber = "";

  Report(PrintStream out) {
    this.out = out;
  }

  void elements(long invocation, int n) {
    elements += n;
    reached = invocation + n - 1;
    long now = System.nanoTime();
    if (now - last > PERIOD) {
      last = now;
      out.println("{\"progress\":" + elements + ",\"invocation\":" + reached + "}");
      out.flush();
    }
  }

  /** Something was numbered otherwise than in the recording: more or less happened before it. */
  void numbered(long recorded, long own) {
    if (renumbered++ == 0) {
      firstNumber = "recorded " + recorded + ", replayed " + own;
    }
  }

  /** A callback that the recording says ran does not wait, or the like. */
  void problem(long invocation, String what) {
    out.println("{\"problem\":" + quote(what) + ",\"invocation\":" + invocation + "}");
    out.flush();
  }

  /**
   * The task waits for what comes next.
   *
   * @param trace bytes of the file {@code trace} that are written
   */
  void paused(long number, long invocation, long trace) {
    out.println(
        "{\"paused\":"
            + number
            + ",\"invocation\":"
            + invocation
            + ",\"trace\":"
            + trace
            + ",\"renumbered\":"
            + renumbered
            + "}");
    out.flush();
  }

  /** The task threw. */
  void thrown(long invocation, String what, String trace) {
    out.println(
        "{\"thrown\":"
            + quote(what)
            + ",\"invocation\":"
            + invocation
            + ",\"trace\":"
            + quote(trace)
            + "}");
    out.flush();
  }

  /** The replay could not run. */
  void failed(String what, String trace) {
    out.println("{\"failed\":" + quote(what) + ",\"trace\":" + quote(trace) + "}");
    out.flush();
  }

  void phase(String name) {
    out.println("{\"phase\":" + quote(name) + "}");
    out.flush();
  }

  void end(String how, Determinants d, long cpuNanos) {
    out.println(
        "{\"end\":"
            + quote(how)
            + ",\"elements\":"
            + elements
            + ",\"invocation\":"
            + reached
            + ",\"renumbered\":"
            + renumbered
            + ",\"first_renumbered\":"
            + quote(firstNumber)
            + ",\"surplus_reads\":"
            + d.surplus()
            + ",\"first_surplus\":"
            + quote(d.firstSurplus())
            + ",\"left_reads\":"
            + d.left()
            + ",\"orders_solved\":"
            + d.solved()
            + ",\"orders_lost\":"
            + d.unordered()
            + ",\"cpu_ms\":"
            + cpuNanos / 1_000_000
            + "}");
    out.flush();
  }

  static String quote(String s) {
    StringBuilder b = new StringBuilder("\"");
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (c == '"' || c == '\\') {
        b.append('\\').append(c);
      } else if (c < 0x20 || c > 0x7e) {
        b.append(String.format("\\u%04x", (int) c));
      } else {
        b.append(c);
      }
    }
    return b.append('"').toString();
  }
}
