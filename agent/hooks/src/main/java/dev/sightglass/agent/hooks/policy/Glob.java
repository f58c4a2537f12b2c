package dev.sightglass.agent.hooks.policy;

import java.util.regex.Pattern;

/** A pattern in which {@code *} stands for anything. */
public final class Glob {
  private final Pattern pattern;

  private Glob(Pattern pattern) {
    this.pattern = pattern;
  }

  /** Null for a pattern that fits everything. */
  public static Glob of(String glob) {
    return glob.isEmpty() || glob.equals("*") ? null : given(glob);
  }

  /** A pattern that is there even if it fits everything. */
  static Glob given(String glob) {
    StringBuilder s = new StringBuilder();
    boolean first = true;
    for (String part : glob.split("\\*", -1)) {
      s.append(first ? "" : ".*").append(Pattern.quote(part));
      first = false;
    }
    return new Glob(Pattern.compile(s.toString(), Pattern.DOTALL));
  }

  public boolean fits(String text) {
    return pattern.matcher(text).matches();
  }
}
