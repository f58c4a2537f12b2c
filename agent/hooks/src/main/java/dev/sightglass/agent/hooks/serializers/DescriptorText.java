package dev.sightglass.agent.hooks.serializers;

/** JSON text under construction, bounded: past the limit {@link #full} turns true. */
final class DescriptorText {
  private static final int LIMIT = 3 * 1024 * 1024;
  private final StringBuilder out = new StringBuilder(256);

  /** Everything but text values: braces, commas, names. */
  DescriptorText raw(String s) {
    out.append(s);
    return this;
  }

  DescriptorText number(long n) {
    out.append(n);
    return this;
  }

  /** {@code "text"} with what JSON wants escaped. */
  DescriptorText text(String s) {
    out.append('"');
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20 || Character.isSurrogate(c) && !paired(s, i)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
    return this;
  }

  /** {@code ,"name":"text"}, or nothing for null. */
  DescriptorText member(String name, String text) {
    if (text != null) {
      raw(",\"").raw(name).raw("\":").text(text);
    }
    return this;
  }

  private static boolean paired(String s, int i) {
    char c = s.charAt(i);
    return Character.isHighSurrogate(c)
        ? i + 1 < s.length() && Character.isLowSurrogate(s.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(s.charAt(i - 1));
  }

  /** Takes the brace back that closed an object, so that members can follow. */
  DescriptorText reopen() {
    out.setLength(out.length() - 1);
    return this;
  }

  boolean full() {
    return out.length() > LIMIT;
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
