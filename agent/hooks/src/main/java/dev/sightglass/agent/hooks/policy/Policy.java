package dev.sightglass.agent.hooks.policy;

import dev.sightglass.bootstrap.Levels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** What the server wants recorded, {@code spec/wire.md}. Immutable. */
public final class Policy {
  /** Where the server wants nothing in particular. */
  public static final Policy DEFAULT = new Policy("0", List.of());

  private static final int MAX_RULES = 1000;
  private static final List<String> LEVELS = List.of("positions", "flight", "trace");
  private static final List<String> PAYLOADS = List.of("full", "hashed", "none");

  private final String version;
  private final List<Rule> rules;

  private Policy(String version, List<Rule> rules) {
    this.version = version;
    this.rules = rules;
  }

  private static final class Rule {
    Pattern job;
    Pattern operator;
    int level;
    int payload;
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
    if (!(json instanceof Map)) {
      throw new BadPolicy("a policy is an object");
    }
    Map<?, ?> members = (Map<?, ?>) json;
    Object list = members.get("rules");
    if (list != null && !(list instanceof List)) {
      throw new BadPolicy("rules are a list");
    }
    List<Rule> rules = new ArrayList<>();
    for (Object o : list == null ? List.of() : (List<?>) list) {
      if (!(o instanceof Map) || rules.size() == MAX_RULES) {
        throw new BadPolicy("there are at most " + MAX_RULES + " rules, each an object");
      }
      rules.add(rule((Map<?, ?>) o));
    }
    String version = String.valueOf(members.get("version"));
    return new Policy(version.substring(0, Math.min(40, version.length())), rules);
  }

  private static Rule rule(Map<?, ?> members) throws BadPolicy {
    Rule r = new Rule();
    for (Map.Entry<?, ?> e : members.entrySet()) {
      String value = String.valueOf(e.getValue());
      switch (String.valueOf(e.getKey())) {
        case "job":
          r.job = glob(value);
          break;
        case "operator":
          r.operator = glob(value);
          break;
        case "level":
          r.level = word(LEVELS, value);
          break;
        case "payload":
          r.payload = value.isEmpty() ? Levels.FULL : word(PAYLOADS, value);
          break;
        default:
          throw new BadPolicy("this agent knows no rule with " + e.getKey());
      }
    }
    if (!members.containsKey("level")) {
      throw new BadPolicy("a rule needs a level");
    }
    return r;
  }

  private static int word(List<String> words, String value) throws BadPolicy {
    int i = words.indexOf(value);
    if (i < 0) {
      throw new BadPolicy(
          "this agent knows " + String.join(", ", words) + ", and not \"" + value + "\"");
    }
    return i;
  }

  private static Pattern glob(String glob) {
    if (glob.isEmpty() || glob.equals("*")) {
      return null;
    }
    StringBuilder s = new StringBuilder();
    for (String part : glob.split("\\*", -1)) {
      s.append(s.length() == 0 ? "" : ".*").append(Pattern.quote(part));
    }
    return Pattern.compile(s.toString(), Pattern.DOTALL);
  }

  /**
   * What is to be recorded of a task.
   *
   * @param job name and id of its job
   * @param operators names by chain index; null where there is none
   */
  public Levels levels(String[] job, String[] operators) {
    byte[] levels = new byte[operators.length];
    byte[] payloads = new byte[operators.length];
    StringBuilder text = new StringBuilder(version).append(';');
    for (int i = 0; i < operators.length; i++) {
      Rule r = find(job, operators[i] == null ? "" : operators[i]);
      levels[i] = (byte) (r == null ? Levels.FLIGHT : r.level);
      payloads[i] = (byte) (r == null ? Levels.FULL : r.payload);
      text.append(i == 0 ? "" : ",").append(LEVELS.get(levels[i]));
      if (payloads[i] != Levels.FULL) {
        text.append('/').append(PAYLOADS.get(payloads[i]));
      }
    }
    Rule other = find(job, "");
    int rest = other == null ? Levels.FLIGHT : other.level;
    if (operators.length == 0) {
      text.append(LEVELS.get(rest));
    }
    return new Levels(text.toString(), rest, levels, payloads);
  }

  private Rule find(String[] job, String operator) {
    String slug = slug(operator);
    for (Rule r : rules) {
      boolean jobFits =
          r.job == null || Arrays.stream(job).anyMatch(j -> r.job.matcher(j).matches());
      boolean operatorFits =
          r.operator == null
              || r.operator.matcher(operator).matches()
              || r.operator.matcher(slug).matches();
      if (jobFits && operatorFits) {
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
