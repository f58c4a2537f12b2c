package vectors;

import java.util.List;
import java.util.stream.Collectors;

/** Writes the few JSON forms of a vector line. */
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
    return items.stream().collect(Collectors.joining(",", "[", "]"));
  }

  static String hex(byte[] bytes) {
    StringBuilder b = new StringBuilder(2 * bytes.length);
    for (byte x : bytes) {
      b.append(String.format("%02x", x & 0xff));
    }
    return b.toString();
  }

  /** {"key":"value"} with a text value. */
  static String one(String key, String value) {
    return "{" + text(key) + ":" + text(value) + "}";
  }
}
