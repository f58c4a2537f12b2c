package dev.sightglass.agent.hooks.secrets;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells which names stand for secrets: those that Flink hides, some more that connectors and people
 * use, and what the policy adds. Immutable.
 */
public final class Secrets {
  /** What stands in the place of a secret; Flink uses the same. */
  public static final String HIDDEN = "******";

  /** Flink's own list of both lines, and words that it lacks. */
  private static final String[] WORDS = {
    "password",
    "passwd",
    "passphrase",
    "secret",
    "fs.azure.account.key",
    "apikey",
    "api-key",
    "api_key",
    "auth-params",
    "service-key",
    "token",
    "basic-auth",
    "jaas.config",
    "http-headers",
    "credential",
    "private-key",
    "private_key",
    "privatekey",
    "access-key",
    "access_key",
    "accesskey"
  };

  /** A name that ends in a sensitive word, and what follows it: {@code password=x}. */
  private static final Pattern ASSIGNMENT =
      Pattern.compile(
          "(?i)([\\w.-]*(?:password|passwd|passphrase|secret|apikey|api[-_]key|token|credential|access[-_]?key|private[-_]?key)[\\w.-]*[\"']?\\s*[=:]\\s*)(\"[^\"]*\"|'[^']*'|(?![{%$])[^\\s&;,\"']+)");

  /** {@code scheme://user:password@host}. */
  private static final Pattern USER_INFO = Pattern.compile("(://[^/\\s:@]*:)([^/\\s@]+)@");

  private final Predicate<String> flinks;
  private final List<Pattern> patterns;

  /**
   * @param flinks what Flink itself hides; may throw
   * @param globs of the policy; {@code *} stands for anything, upper and lower case are the same
   */
  public Secrets(Predicate<String> flinks, List<String> globs) {
    this.flinks = flinks;
    List<Pattern> all = new ArrayList<>();
    for (String g : globs) {
      StringBuilder s = new StringBuilder();
      for (String part : g.split("\\*", -1)) {
        s.append(s.length() == 0 ? "" : ".*").append(Pattern.quote(part));
      }
      all.add(Pattern.compile(s.toString(), Pattern.CASE_INSENSITIVE | Pattern.DOTALL));
    }
    this.patterns = List.copyOf(all);
  }

  /** Whether what has this name must not leave the process: a key, a field, an option. */
  public boolean isSensitive(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (String w : WORDS) {
      if (lower.contains(w)) {
        return true;
      }
    }
    for (Pattern p : patterns) {
      if (p.matcher(name).matches()) {
        return true;
      }
    }
    return flinks.test(name);
  }

  /** {@link #isSensitive} of a field of a class, where words mean less. */
  public boolean isSensitiveField(String name) {
    String lower = name.toLowerCase(Locale.ROOT).replace("tokeniz", "");
    for (String w : WORDS) {
      if (lower.contains(w)) {
        return true;
      }
    }
    for (Pattern p : patterns) {
      if (p.matcher(name).matches()) {
        return true;
      }
    }
    return false;
  }

  /** A text without the secrets that it names itself: assignments, passwords in addresses. */
  public static String clean(String text) {
    return clean(text, new ArrayList<>());
  }

  /**
   * {@link #clean(String)}.
   *
   * @param values takes what was taken out
   */
  static String clean(String text, Collection<String> values) {
    if (text.indexOf('=') < 0 && text.indexOf(':') < 0) {
      return text;
    }
    return replace(USER_INFO, replace(ASSIGNMENT, text, values), values);
  }

  private static String replace(Pattern p, String text, Collection<String> values) {
    Matcher m = p.matcher(text);
    StringBuilder s = new StringBuilder();
    int end = 0;
    while (m.find()) {
      if (!m.group(2).equals(HIDDEN)) {
        values.add(m.group(2).replaceAll("^[\"']|[\"']$", ""));
      }
      s.append(text, end, m.start(2)).append(HIDDEN);
      end = m.end(2);
    }
    return end == 0 ? text : s.append(text, end, text.length()).toString();
  }

  /** The value of a plain option: a text, or a list of arguments with semicolons between. */
  public String option(String value) {
    return option(value, new ArrayList<>());
  }

  /**
   * {@link #option(String)}.
   *
   * @param values takes what was taken out
   */
  String option(String value, Collection<String> values) {
    if (!value.startsWith("-") && !value.contains(";-") || value.indexOf(';') < 0) {
      return clean(value, values);
    }
    List<String> given = List.of(value.split(";", -1));
    List<String> shown = arguments(given);
    for (int i = 0; i < given.size(); i++) {
      if (shown.get(i).equals(HIDDEN)) {
        values.add(given.get(i));
      }
    }
    return clean(String.join(";", shown), values);
  }

  /**
   * Arguments of a program without secrets: {@code --password x}, {@code -Dkey=x}, {@code --key=x}.
   */
  public List<String> arguments(List<String> arguments) {
    List<String> all = new ArrayList<>();
    boolean hide = false;
    for (String a : arguments) {
      int eq = a.indexOf('=');
      if (hide && !a.startsWith("-")) {
        all.add(HIDDEN);
        hide = false;
        continue;
      }
      String name = eq < 0 ? a : a.substring(0, eq);
      boolean option = a.startsWith("-");
      if (eq > 0 && isSensitive(name)) {
        all.add(name + "=" + HIDDEN);
      } else {
        all.add(clean(a));
      }
      hide = option && eq < 0 && isSensitive(name);
    }
    return all;
  }
}
