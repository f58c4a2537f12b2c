package dev.sightglass.agent.oracle;

import java.util.ArrayList;
import java.util.List;

/** Writes the few JSON forms that a value is expected in; spec/vectors/serializers says which. */
final class Json {
  private Json() {}

  static String text(String s) {
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

  static String list(List<String> items) {
    return "[" + String.join(",", items) + "]";
  }

  static String map(List<String> entries) {
    return "{\"map\":" + list(entries) + "}";
  }

  static String hex(byte[] bytes) {
    StringBuilder b = new StringBuilder(2 * bytes.length);
    for (byte x : bytes) {
      b.append(Character.forDigit(x >> 4 & 15, 16)).append(Character.forDigit(x & 15, 16));
    }
    return b.toString();
  }

  /** {"key":"value"} with a text value. */
  static String one(String key, String value) {
    return "{" + text(key) + ":" + text(value) + "}";
  }

  /** An object: names and values by turns. */
  static String object(String... namesAndValues) {
    return "{\"obj\":" + members(namesAndValues) + "}";
  }

  /** An object of a row that has a kind. */
  static String row(String kind, String... namesAndValues) {
    return "{\"obj\":" + members(namesAndValues) + (kind == null ? "" : ",\"kind\":" + text(kind)) + "}";
  }

  private static String members(String... namesAndValues) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      out.add("[" + text(namesAndValues[i]) + "," + namesAndValues[i + 1] + "]");
    }
    return list(out);
  }
}
