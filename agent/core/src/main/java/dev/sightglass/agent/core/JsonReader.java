package dev.sightglass.agent.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one JSON text (RFC 8259) into {@code Map<String, Object>}, {@code List<Object>}, String,
 * Long, Double, Boolean and null. Nesting is bounded; what is built is bounded by the text's
 * length. Of equal names the last wins.
 */
public final class JsonReader {
  private static final int MAX_DEPTH = 32;

  private final String text;
  private int at;
  private int depth;

  private JsonReader(String text) {
    this.text = text;
  }

  /** Thrown for text that is not JSON. The message has the place, not the text. */
  public static final class MalformedJsonException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedJsonException(int at) {
      super("not JSON at character " + at);
    }
  }

  /** The value of the whole text. */
  public static Object read(String text) throws MalformedJsonException {
    JsonReader r = new JsonReader(text);
    Object value = r.value();
    r.space();
    if (r.at != text.length()) {
      throw r.malformed();
    }
    return value;
  }

  /** The members of a text that is one object. */
  @SuppressWarnings("unchecked")
  public static Map<String, Object> readObject(String text) throws MalformedJsonException {
    Object value = read(text);
    if (!(value instanceof Map)) {
      throw new MalformedJsonException(0);
    }
    return (Map<String, Object>) value;
  }

  private Object value() throws MalformedJsonException {
    space();
    switch (peek()) {
      case '{':
        return object();
      case '[':
        return array();
      case '"':
        return string();
      case 't':
        return word("true", Boolean.TRUE);
      case 'f':
        return word("false", Boolean.FALSE);
      case 'n':
        return word("null", null);
      default:
        return number();
    }
  }

  private Map<String, Object> object() throws MalformedJsonException {
    enter();
    Map<String, Object> members = new LinkedHashMap<>();
    if (!next('}')) {
      do {
        space();
        String name = string();
        expect(':');
        members.put(name, value());
      } while (next(','));
      expect('}');
    }
    depth--;
    return members;
  }

  private List<Object> array() throws MalformedJsonException {
    enter();
    List<Object> values = new ArrayList<>();
    if (!next(']')) {
      do {
        values.add(value());
      } while (next(','));
      expect(']');
    }
    depth--;
    return values;
  }

  private void enter() throws MalformedJsonException {
    at++;
    if (++depth > MAX_DEPTH) {
      throw malformed();
    }
  }

  private String string() throws MalformedJsonException {
    if (peek() != '"') {
      throw malformed();
    }
    at++;
    StringBuilder s = new StringBuilder();
    while (true) {
      char c = peek();
      at++;
      if (c == '"') {
        return s.toString();
      }
      if (c < 0x20) {
        throw malformed();
      }
      s.append(c == '\\' ? escaped() : c);
    }
  }

  private char escaped() throws MalformedJsonException {
    char c = peek();
    at++;
    switch (c) {
      case '"':
      case '\\':
      case '/':
        return c;
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'u':
        int v = 0;
        for (int i = 0; i < 4; i++) {
          int digit = Character.digit(peek(), 16);
          if (digit < 0 || peek() > 'f') {
            throw malformed();
          }
          v = v << 4 | digit;
          at++;
        }
        return (char) v;
      default:
        throw malformed();
    }
  }

  private Object number() throws MalformedJsonException {
    int from = at;
    skip('-', '-');
    boolean zero = at < text.length() && text.charAt(at) == '0';
    int whole = digits();
    if (whole == 0 || zero && whole > 1) {
      throw malformed();
    }
    boolean exact = true;
    if (skip('.', '.')) {
      exact = false;
      if (digits() == 0) {
        throw malformed();
      }
    }
    if (skip('e', 'E')) {
      exact = false;
      skip('+', '-');
      if (digits() == 0) {
        throw malformed();
      }
    }
    String n = text.substring(from, at);
    if (exact && n.length() <= 20) {
      try {
        return Long.valueOf(n);
      } catch (NumberFormatException e) {
        return Double.valueOf(n); // beyond 64 bits
      }
    }
    return Double.valueOf(n);
  }

  private int digits() {
    int from = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at - from;
  }

  private boolean skip(char a, char b) {
    if (at < text.length() && (text.charAt(at) == a || text.charAt(at) == b)) {
      at++;
      return true;
    }
    return false;
  }

  private Object word(String word, Object value) throws MalformedJsonException {
    if (!text.startsWith(word, at)) {
      throw malformed();
    }
    at += word.length();
    return value;
  }

  private boolean next(char c) {
    space();
    return skip(c, c);
  }

  private void expect(char c) throws MalformedJsonException {
    if (!next(c)) {
      throw malformed();
    }
  }

  private void space() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() throws MalformedJsonException {
    if (at >= text.length()) {
      throw malformed();
    }
    return text.charAt(at);
  }

  private MalformedJsonException malformed() {
    return new MalformedJsonException(at);
  }
}
