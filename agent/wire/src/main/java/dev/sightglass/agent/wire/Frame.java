package dev.sightglass.agent.wire;

import dev.sightglass.agent.core.Definition;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One frame: {@code u32 length of what follows, u8 type, u8 flags, u16 zero, body}. A body may be
 * in two parts, so that a block is not copied behind its frame number.
 */
final class Frame {
  /** Bytes before the body. */
  static final int HEAD = 8;

  private static final int AFTER_LENGTH = 4;

  /** From a server only small frames come. */
  private static final int MAX_RECEIVED = 1 << 20;

  private static final byte[] NOTHING = {};

  final int type;
  final byte[] body;
  final byte[] rest;

  Frame(int type, byte[] body) {
    this(type, body, NOTHING);
  }

  Frame(int type, byte[] body, byte[] rest) {
    this.type = type;
    this.body = body;
    this.rest = rest;
  }

  static Frame text(int type, String json) {
    return new Frame(type, json.getBytes(StandardCharsets.UTF_8));
  }

  static Frame longs(int type, long... values) {
    ByteBuffer b = little(new byte[8 * values.length]);
    for (long v : values) {
      b.putLong(v);
    }
    return new Frame(type, b.array());
  }

  /** DEFINE of {@code definitions}, whose entries take {@code size} bytes. */
  static Frame definitions(List<Definition> definitions, int size) {
    ByteBuffer b = little(new byte[size]);
    for (Definition d : definitions) {
      b.put((byte) d.kind()).putInt(d.body().length).put(d.body());
    }
    return new Frame(FrameType.DEFINE, b.array());
  }

  /** The body of a received frame, little-endian. */
  ByteBuffer buffer() {
    return little(body);
  }

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /** Bytes on the wire. */
  int size() {
    return HEAD + body.length + rest.length;
  }

  void write(OutputStream out) throws IOException {
    byte[] head = new byte[HEAD];
    little(head).putInt(size() - AFTER_LENGTH).put((byte) type);
    out.write(head);
    out.write(body);
    out.write(rest);
  }

  static Frame read(InputStream in) throws IOException {
    ByteBuffer head = little(exactly(in, HEAD));
    int length = head.getInt() - (HEAD - AFTER_LENGTH);
    int type = head.get() & 0xff;
    if (head.get() != 0 || head.getShort() != 0) {
      throw new IOException("the server sent a frame with reserved bytes set");
    }
    if (length < 0 || length > MAX_RECEIVED) {
      throw new IOException("the server sent a frame of a length that none has");
    }
    return new Frame(type, exactly(in, length));
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    // Memory follows what came and not what was announced.
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the server closed the connection");
    }
    return bytes;
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
