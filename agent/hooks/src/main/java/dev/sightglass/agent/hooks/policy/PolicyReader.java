package dev.sightglass.agent.hooks.policy;

import dev.sightglass.agent.hooks.policy.Policy.BadPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads a policy. A word of a rule that is not known is refused: to leave it out could mean to
 * record what nobody may see. Members beside the rules that are not known are left out.
 */
final class PolicyReader {
  private static final int MAX_RULES = 1000;
  private static final int MAX_VERSION = 40;
  private static final int MAX_WHY = 100;

  private PolicyReader() {}

  static Policy read(Object json) throws BadPolicy {
    if (!(json instanceof Map)) {
      throw new BadPolicy("a policy is an object");
    }
    Map<?, ?> members = (Map<?, ?>) json;
    List<Rule> rules = new ArrayList<>();
    for (Object o : list(members, "rules")) {
      if (!(o instanceof Map) || rules.size() == MAX_RULES) {
        throw new BadPolicy("there are at most " + MAX_RULES + " rules, each an object");
      }
      rules.add(rule((Map<?, ?>) o));
    }
    List<String> secrets = new ArrayList<>();
    for (Object o : list(members, "secrets")) {
      secrets.add(String.valueOf(o));
    }
    return new Policy(
        cut(String.valueOf(members.get("version")), MAX_VERSION),
        rules,
        budgets(members.get("budgets")),
        secrets,
        snapshots(members));
  }

  private static List<Copying> snapshots(Map<?, ?> members) throws BadPolicy {
    List<Copying> all = new ArrayList<>();
    for (Object o : list(members, "snapshots")) {
      if (!(o instanceof Map)) {
        throw new BadPolicy("snapshots are objects");
      }
      Map<?, ?> m = (Map<?, ?>) o;
      Object job = m.get("job");
      all.add(
          new Copying(
              job == null ? null : Glob.of(String.valueOf(job)),
              number(m, "bytes").longValue(),
              number(m, "every_ms").longValue()));
    }
    return all;
  }

  private static List<?> list(Map<?, ?> members, String name) throws BadPolicy {
    Object list = members.get(name);
    if (list != null && !(list instanceof List)) {
      throw new BadPolicy(name + " are a list");
    }
    return list == null ? List.of() : (List<?>) list;
  }

  private static Budgets budgets(Object json) throws BadPolicy {
    if (json == null) {
      return Budgets.NONE;
    }
    if (!(json instanceof Map)) {
      throw new BadPolicy("budgets are an object");
    }
    Map<?, ?> b = (Map<?, ?>) json;
    return new Budgets(
        number(b, "cpu").doubleValue(),
        number(b, "bytes_per_s").longValue(),
        number(b, "memory").longValue());
  }

  private static Number number(Map<?, ?> members, String name) throws BadPolicy {
    Object v = members.get(name);
    if (v == null) {
      return 0;
    }
    if (!(v instanceof Number) || ((Number) v).doubleValue() < 0) {
      throw new BadPolicy(name + " is a number above 0");
    }
    return (Number) v;
  }

  private static Rule rule(Map<?, ?> members) throws BadPolicy {
    Rule r = new Rule();
    for (Map.Entry<?, ?> e : members.entrySet()) {
      set(r, String.valueOf(e.getKey()), e.getValue());
    }
    boolean more = r.level >= 0 || r.logs >= 0 || r.lookback >= 0 || r.of > 0;
    if (!more && r.payload < 0) {
      throw new BadPolicy("a rule needs a level, payload, sample, lookback or logs");
    }
    if ((r.topic != null || r.output != null) && (more || r.payload < 0)) {
      throw new BadPolicy("a rule about a topic or an output says payload, and nothing else");
    }
    return r;
  }

  private static void set(Rule r, String name, Object v) throws BadPolicy {
    String value = String.valueOf(v);
    switch (name) {
      case "job":
        r.job = Glob.of(value);
        break;
      case "operator":
        r.operator = Glob.of(value);
        break;
      case "output":
        r.output = Glob.given(value);
        break;
      case "topic":
        r.topic = Glob.given(value);
        break;
      case "level":
        r.level = word(Policy.LEVELS, value);
        break;
      case "payload":
        r.payload = value.isEmpty() ? -1 : word(Policy.PAYLOADS, value);
        break;
      case "logs":
        r.logs = word(Policy.LOGS, value);
        break;
      case "lookback":
        r.lookback = word(List.of("false", "true"), value);
        break;
      case "sample":
        sample(r, v);
        break;
      case "why":
        r.why = cut(value.replaceAll("[;\\p{Cntrl}]", " "), MAX_WHY);
        break;
      default:
        throw new BadPolicy("this agent knows no rule with " + name);
    }
  }

  private static void sample(Rule r, Object v) throws BadPolicy {
    if (v instanceof Map) {
      Object take = ((Map<?, ?>) v).get("take");
      Object of = ((Map<?, ?>) v).get("of");
      if (take instanceof Long && of instanceof Long && (Long) take > 0 && (Long) of > 0) {
        r.take = (Long) take;
        r.of = (Long) of;
        return;
      }
    }
    throw new BadPolicy("a sample has take and of, numbers above 0");
  }

  private static int word(List<String> words, String value) throws BadPolicy {
    int i = words.indexOf(value);
    if (i < 0) {
      throw new BadPolicy(
          "this agent knows " + String.join(", ", words) + ", and not \"" + value + "\"");
    }
    return i;
  }

  private static String cut(String s, int most) {
    return s.length() <= most ? s : s.substring(0, most);
  }
}
