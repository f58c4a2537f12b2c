package dev.sightglass.agent.sidecar;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The bytes of a tree, as spec/sidecar.md has them. */
final class Answer {
  static final int NULL = 0;
  static final int SCALAR = 1;
  static final int OBJECT = 2;
  static final int LIST = 3;
  static final int MAP = 4;
  static final int ENTRY = 5;
  static final int OPAQUE = 6;
  static final int CUT = 7;
  static final int END = 255;

  static final int BOOL = 1;
  static final int INT = 2;
  static final int FLOAT32 = 4;
  static final int FLOAT64 = 5;
  static final int DECIMAL = 6;
  static final int STRING = 7;
  static final int ENUM = 8;
  static final int BYTES = 9;
  static final int INSTANT = 10;
  static final int DATETIME = 11;
  static final int DATE = 12;
  static final int TIME = 13;
  static final int DURATION = 14;

  private final ByteArrayOutputStream held = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(held); // holds nothing back

  /** What the kind has follows: a value, a reason, or items and {@code END}. */
  Answer node(int kind, String name, String type) {
    return u8(kind).text(name).text(type);
  }

  Answer u8(int b) {
    try {
      out.writeByte(b);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  Answer i32(int i) {
    try {
      out.writeInt(i);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  Answer i64(long l) {
    try {
      out.writeLong(l);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  Answer text(String s) {
    return bytes(s.getBytes(StandardCharsets.UTF_8));
  }

  Answer bytes(byte[] b) {
    i32(b.length);
    held.write(b, 0, b.length);
    return this;
  }

  int size() {
    return held.size();
  }

  byte[] toBytes() {
    return held.toByteArray();
  }
}
