package dev.sightglass.agent.core;

import java.nio.charset.StandardCharsets;

/**
 * Writes JSON into memory. Commas come by themselves; names and values are the caller's to
 * alternate.
 */
public final class JsonWriter {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final StringBuilder out = new StringBuilder();
  private boolean comma;

  public JsonWriter beginObject() {
    separate();
    out.append('{');
    comma = false;
    return this;
  }

  public JsonWriter endObject() {
    out.append('}');
    comma = true;
    return this;
  }

  public JsonWriter beginArray() {
    separate();
    out.append('[');
    comma = false;
    return this;
  }

  public JsonWriter endArray() {
    out.append(']');
    comma = true;
    return this;
  }

  public JsonWriter name(String name) {
    separate();
    quote(name);
    out.append(':');
    comma = false;
    return this;
  }

  /** A string, or null. */
  public JsonWriter value(String value) {
    separate();
    if (value == null) {
      out.append("null");
    } else {
      quote(value);
    }
    comma = true;
    return this;
  }

  public JsonWriter value(long value) {
    separate();
    out.append(value);
    comma = true;
    return this;
  }

  public JsonWriter value(boolean value) {
    separate();
    out.append(value);
    comma = true;
    return this;
  }

  /** A value that is JSON already. */
  public JsonWriter raw(String json) {
    separate();
    out.append(json);
    comma = true;
    return this;
  }

  /** Characters written so far: for callers that must keep a bound. */
  public int length() {
    return out.length();
  }

  public byte[] toBytes() {
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return out.toString();
  }

  private void separate() {
    if (comma) {
      out.append(',');
    }
  }

  private void quote(String s) {
    out.append('"');
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20 || c == 0x7f || Character.isSurrogate(c) && !paired(s, i)) {
        // A lone surrogate has no UTF-8; escaped it survives.
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          out.append(HEX[c >> shift & 15]);
        }
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private static boolean paired(String s, int i) {
    if (Character.isHighSurrogate(s.charAt(i))) {
      return i + 1 < s.length() && Character.isLowSurrogate(s.charAt(i + 1));
    }
    return i > 0 && Character.isHighSurrogate(s.charAt(i - 1));
  }
}
