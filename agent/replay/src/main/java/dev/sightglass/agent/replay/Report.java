package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.Determinants;
import java.io.PrintStream;
import java.util.Base64;
import java.util.List;

/** What a replay says of itself while it runs: lines of JSON. Used by the task's thread. */
final class Report {
  private static final long PERIOD = 200_000_000;
  private static final Base64.Encoder BASE64 = Base64.getEncoder();

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

  /**
   * A snapshot of the replay's own was written.
   *
   * @param bytes it takes
   * @param millis of the processor that it took
   * @param passed invocations since the last one, or since the task began, and what they took
   * @param lasts see {@link Determinants#lasts}
   */
  void snapshot(
      long number,
      long invocation,
      long bytes,
      long millis,
      long passed,
      long passedMillis,
      String lasts) {
    out.println(
        "{\"snapshot\":"
            + number
            + ",\"invocation\":"
            + invocation
            + ",\"bytes\":"
            + bytes
            + ",\"ms\":"
            + millis
            + ",\"passed\":"
            + passed
            + ",\"passed_ms\":"
            + passedMillis
            + ",\"lasts\":"
            + quote(lasts)
            + "}");
    out.flush();
  }

  /**
   * A snapshot of the replay's own was not written.
   *
   * @param ever none will be
   */
  void refused(long number, long invocation, boolean ever, String reason) {
    out.println(
        "{\"snapshot\":"
            + number
            + ",\"invocation\":"
            + invocation
            + ",\"ever\":"
            + ever
            + ",\"reason\":"
            + quote(reason)
            + "}");
    out.flush();
  }

  /**
   * A state is being changed, and needs something written as a serializer does.
   *
   * @param change its number
   * @param what key, namespace, map key, value or element
   * @param descriptor of the serializer, JSON
   * @param stored bytes of the value that is there; null = there is none, or it is not needed
   */
  void write(int change, String what, String descriptor, byte[] stored) {
    out.println(
        "{\"state\":"
            + change
            + ",\"write\":"
            + quote(what)
            + ",\"serializer\":"
            + descriptor
            + (stored == null ? "" : ",\"bytes\":" + quote(BASE64.encodeToString(stored)))
            + "}");
    out.flush();
  }

  /** A state was changed; or could not be, and why. */
  void changed(int change, String why) {
    out.println("{\"state\":" + change + (why.isEmpty() ? "" : ",\"why\":" + quote(why)) + "}");
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

  /** A state that is not the same at a checkpoint; lost, extra and keyGroup -1: not known. */
  static final class Differing {
    final String operator;
    final String state;
    final long recorded;
    final long replayed;
    final long lost;
    final long extra;
    final int keyGroup;

    /**
     * @param operator its id
     * @param recorded entries of the recorded attempt, then those of the replay
     * @param lost entries that the replay lacks, then those that only the replay has
     * @param keyGroup of one of these
     */
    Differing(
        String operator,
        String state,
        long recorded,
        long replayed,
        long lost,
        long extra,
        int keyGroup) {
      this.operator = operator;
      this.state = state;
      this.recorded = recorded;
      this.replayed = replayed;
      this.lost = lost;
      this.extra = extra;
      this.keyGroup = keyGroup;
    }

    private String json() {
      return "{\"operator\":"
          + quote(operator)
          + ",\"state\":"
          + quote(state)
          + ",\"recorded\":"
          + recorded
          + ",\"replayed\":"
          + replayed
          + ",\"lost\":"
          + lost
          + ",\"extra\":"
          + extra
          + ",\"key_group\":"
          + keyGroup
          + "}";
    }
  }

  /**
   * The state at a checkpoint was held against the recorded one. Any thread.
   *
   * @param reason why it could not be; empty = it was
   */
  void state(long checkpoint, long states, long entries, List<Differing> differing, String reason) {
    StringBuilder all = new StringBuilder();
    for (Differing d : differing) {
      all.append(all.length() == 0 ? "" : ",").append(d.json());
    }
    out.println(
        "{\"compared\":"
            + checkpoint
            + ",\"states\":"
            + states
            + ",\"entries\":"
            + entries
            + ",\"differing\":["
            + all
            + "],\"reason\":"
            + quote(reason)
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
