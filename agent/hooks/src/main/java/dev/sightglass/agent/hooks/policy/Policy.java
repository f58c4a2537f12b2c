package dev.sightglass.agent.hooks.policy;

import dev.sightglass.bootstrap.KeyProbe;
import dev.sightglass.bootstrap.Levels;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;

/**
 * What the server wants recorded, {@code spec/wire.md}. Immutable. Each thing that a rule says of
 * an operator is decided by the first rule that fits and says it.
 */
public final class Policy {
  /** Where the server wants nothing in particular. */
  public static final Policy DEFAULT =
      new Policy("0", List.of(), Budgets.NONE, List.of(), List.of());

  static final List<String> LEVELS = List.of("positions", "flight", "trace");
  static final List<String> PAYLOADS = List.of("full", "hashed", "none");
  static final List<String> LOGS = List.of("off", "error", "warn", "info", "debug", "trace");

  private final String version;
  private final List<Rule> rules;
  private final Budgets budgets;
  private final List<String> secrets;
  private final List<Copying> snapshots;

  Policy(
      String version,
      List<Rule> rules,
      Budgets budgets,
      List<String> secrets,
      List<Copying> snapshots) {
    this.version = version;
    this.rules = List.copyOf(rules);
    this.budgets = budgets;
    this.secrets = List.copyOf(secrets);
    this.snapshots = List.copyOf(snapshots);
  }

  /** A policy that this agent cannot follow; the message says why. */
  public static final class BadPolicy extends Exception {
    private static final long serialVersionUID = 1;

    BadPolicy(String message) {
      super(message);
    }
  }

  /** Reads the member {@code policy} of a WELCOME or CONTROL. */
  public static Policy read(Object json) throws BadPolicy {
    return PolicyReader.read(json);
  }

  public String version() {
    return version;
  }

  public Budgets budgets() {
    return budgets;
  }

  /** Globs of names of settings whose values never leave the process. */
  public List<String> secrets() {
    return secrets;
  }

  /**
   * What is copied of the state files of a job's checkpoints.
   *
   * @param job name and id
   * @return null: nothing
   */
  public Copying snapshots(String[] job) {
    for (Copying c : snapshots) {
      if (c.job == null) {
        return c;
      }
      for (String name : job) {
        if (c.job.fits(name)) {
          return c;
        }
      }
    }
    return null;
  }

  /** {@link #levels(String[], String[], int[], String[], Retreat)} of a task without outputs. */
  public Levels levels(String[] job, String[] operators) {
    return levels(job, operators, new int[0], new String[0], Retreat.NONE);
  }

  /**
   * What is to be recorded of a task.
   *
   * @param job name and id of its job
   * @param operators names by chain index; null where there is none
   * @param outputs by output: chain index of the operator that sends there, -1 = not known
   * @param tags by output: the side output's tag, or {@code main}
   * @param retreat how far the budgets make recording go back
   */
  public Levels levels(
      String[] job, String[] operators, int[] outputs, String[] tags, Retreat retreat) {
    int n = operators.length;
    byte[] levels = new byte[n];
    byte[] payloads = new byte[n];
    long[] limits = new long[n];
    boolean[] kept = new boolean[n];
    int logs = Levels.LOG_OFF;
    String why = "";
    StringBuilder text = new StringBuilder(version).append(';');
    for (int i = 0; i < n; i++) {
      String operator = operators[i] == null ? "" : operators[i];
      Rule level = find(job, operator, r -> r.level >= 0);
      Rule sample = find(job, operator, r -> r.of > 0);
      Rule keep = find(job, operator, r -> r.lookback >= 0);
      Rule log = find(job, operator, r -> r.logs >= 0);
      int wanted = level == null ? Levels.FLIGHT : level.level;
      levels[i] = (byte) retreat.level(wanted);
      payloads[i] = (byte) retreat.payload(payload(job, operator, null));
      limits[i] = sample == null ? Levels.ALL : KeyProbe.limit(sample.take, sample.of);
      kept[i] = keep != null && keep.lookback == 1 && retreat.keeps();
      logs = Math.max(logs, log == null ? Levels.LOG_INFO : log.logs);
      why = why.isEmpty() && level != null ? level.why : why;
      text.append(i == 0 ? "" : ",").append(LEVELS.get(levels[i]));
      text.append(kept[i] && levels[i] == Levels.POSITIONS ? "+flight" : "");
      text.append(payloads[i] == Levels.FULL ? "" : "/" + PAYLOADS.get(payloads[i]));
      text.append(limits[i] == Levels.ALL ? "" : "*" + sample.take + ":" + sample.of);
    }
    int rest = rest(job, retreat);
    if (n == 0) {
      text.append(LEVELS.get(rest));
    }
    why = retreat.isNone() ? why : retreat.why();
    if (!why.isEmpty()) {
      text.append(";why=").append(why);
    }
    byte[] sent = new byte[outputs.length];
    for (int i = 0; i < sent.length; i++) {
      String from = outputs[i] < 0 || operators[outputs[i]] == null ? "" : operators[outputs[i]];
      sent[i] = (byte) retreat.payload(payload(job, from, tags[i]));
    }
    return new Levels(text.toString(), rest, levels, payloads)
        .sampling(limits)
        .keeping(kept)
        .withheld(sent, topics(job, retreat))
        .logging(n == 0 ? Levels.LOG_INFO : logs)
        .lean(!retreat.notes());
  }

  private int rest(String[] job, Retreat retreat) {
    Rule other = find(job, "", r -> r.level >= 0);
    return retreat.level(other == null ? Levels.FLIGHT : other.level);
  }

  private int payload(String[] job, String operator, String output) {
    for (Rule r : rules) {
      boolean outputFits = r.output == null || output != null && r.output.fits(output);
      if (r.payload >= 0 && r.topic == null && outputFits && r.fits(job, operator)) {
        return r.payload;
      }
    }
    return Levels.FULL;
  }

  /** What is kept of the records of a topic, -1 = no rule names it. */
  private ToIntFunction<String> topics(String[] job, Retreat retreat) {
    List<Rule> named = new ArrayList<>();
    for (Rule r : rules) {
      if (r.topic != null && r.fits(job, "")) {
        named.add(r);
      }
    }
    if (named.isEmpty()) {
      return Levels.NO_TOPICS;
    }
    return topic -> {
      for (Rule r : named) {
        if (r.topic.fits(topic)) {
          return retreat.payload(r.payload);
        }
      }
      return -1;
    };
  }

  private Rule find(String[] job, String operator, java.util.function.Predicate<Rule> says) {
    for (Rule r : rules) {
      if (r.topic == null && r.output == null && says.test(r) && r.fits(job, operator)) {
        return r;
      }
    }
    return null;
  }

  /** The name as positions have it, {@code spec/recording.md} section 2. */
  static String slug(String name) {
    String s = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]+", "-");
    return s.replaceAll("^-|-$", "");
  }
}
