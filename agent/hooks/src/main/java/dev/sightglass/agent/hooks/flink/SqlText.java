package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.hooks.secrets.Secrets;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a statement as it may leave the process: values of options whose keys are sensitive
 * are hidden, as are passwords inside of addresses; a long text is cut.
 */
final class SqlText {
  private static final Pattern SET =
      Pattern.compile(
          "\\A\\s*SET\\s+([A-Za-z0-9_.\\-]+)\\s*=\\s*(\\S.*?)[\\s;]*\\z",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern PAIR = Pattern.compile("'([^']*)'\\s*=\\s*('[^']*+(?:''[^']*+)*+')");
  private static final Pattern LOGIN = Pattern.compile("(?<=://)[^/@\\s'\"]+(?=@)");
  private static final Pattern HINT = Pattern.compile("options:\\{([^}]*)\\}");

  private final Predicate<String> sensitive;
  private final String text;
  private final StringBuilder out;
  private boolean hidden;

  private SqlText(String text, Predicate<String> sensitive) {
    this.text = text;
    this.sensitive = sensitive;
    this.out = new StringBuilder(text.length());
  }

  /** A statement without the values of sensitive options. */
  static String statement(String text, Predicate<String> sensitive) {
    Matcher set = SET.matcher(text);
    if (set.matches() && sensitive.test(set.group(1))) {
      return text.substring(0, set.start(2)) + Secrets.HIDDEN + text.substring(set.end(2));
    }
    SqlText t = new SqlText(text, sensitive);
    t.copy();
    return LOGIN.matcher(t.hidden ? t.out : text).replaceAll(Secrets.HIDDEN);
  }

  /** A description of the planner; hints carry options. */
  static String description(String text, Predicate<String> sensitive) {
    if (!text.contains("options:{")) {
      return LOGIN.matcher(text).replaceAll(Secrets.HIDDEN);
    }
    Matcher m = HINT.matcher(text);
    StringBuilder b = new StringBuilder();
    while (m.find()) {
      StringBuilder options = new StringBuilder("options:{");
      String[] pairs = m.group(1).split(", ");
      for (int i = 0; i < pairs.length; i++) {
        int eq = pairs[i].indexOf('=');
        // A value may hold ", ": what has no key belongs to the pair before, so its key decides.
        String key = eq < 0 ? "" : pairs[i].substring(0, eq);
        boolean hide = eq < 0 || sensitive.test(key);
        options.append(i == 0 ? "" : ", ");
        options.append(hide ? (eq < 0 ? "" : key + "=") + Secrets.HIDDEN : pairs[i]);
      }
      m.appendReplacement(b, Matcher.quoteReplacement(options.append('}').toString()));
    }
    return LOGIN.matcher(m.appendTail(b)).replaceAll(Secrets.HIDDEN);
  }

  /** The beginning of {@code text}, without half a character at the end. */
  static String cut(String text, int limit) {
    if (text.length() <= limit) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(limit - 1)) ? limit - 1 : limit;
    return text.substring(0, end);
  }

  /** Copies everything but literals that stand behind {@code 'sensitive key' =}. */
  private void copy() {
    String key = null;
    boolean equals = false;
    for (int i = 0; i < text.length(); ) {
      char c = text.charAt(i);
      int end;
      if (c == '\'') {
        end = literalEnd(i, '\'');
        String literal = text.substring(i + 1, Math.max(i + 1, end - 1));
        if (equals && key != null && sensitive.test(key)) {
          hidden = true;
          out.append('\'').append(Secrets.HIDDEN).append('\'');
        } else {
          out.append(text, i, end);
        }
        key = equals ? null : literal;
        equals = false;
      } else if (c == '`' || c == '"') {
        end = literalEnd(i, c);
        out.append(text, i, end);
        key = null;
        equals = false;
      } else if (comment(i)) {
        end = commentEnd(i);
        pairs(text.substring(i, end));
      } else {
        end = i + 1;
        out.append(c);
        if (c == '=' && key != null) {
          equals = true;
        } else if (!Character.isWhitespace(c)) {
          key = null;
          equals = false;
        }
      }
      i = end;
    }
  }

  /** What was commented out is hidden alike. */
  private void pairs(String comment) {
    Matcher m = PAIR.matcher(comment);
    StringBuilder b = new StringBuilder();
    while (m.find()) {
      boolean hide = sensitive.test(m.group(1));
      hidden |= hide;
      String kept = hide ? "'" + m.group(1) + "'='" + Secrets.HIDDEN + "'" : m.group();
      m.appendReplacement(b, Matcher.quoteReplacement(kept));
    }
    out.append(m.appendTail(b));
  }

  /** Hints look like comments, and are read. */
  private boolean comment(int i) {
    return text.startsWith("--", i) || text.startsWith("/*", i) && !text.startsWith("/*+", i);
  }

  private int commentEnd(int i) {
    boolean line = text.startsWith("--", i);
    int end = line ? text.indexOf('\n', i) : text.indexOf("*/", i + 2);
    return end < 0 ? text.length() : line ? end : end + 2;
  }

  /** Behind the quote that ends what begins at {@code i}; a doubled quote does not. */
  private int literalEnd(int i, char quote) {
    for (int j = i + 1; j < text.length(); j++) {
      if (text.charAt(j) == quote) {
        if (j + 1 < text.length() && text.charAt(j + 1) == quote) {
          j++;
        } else {
          return j + 1;
        }
      }
    }
    return text.length();
  }
}
