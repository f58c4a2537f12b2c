package dev.sightglass.agent.hooks.trace;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * What serializers write to: one array that is used again and again. A value that grows past its
 * limit ends in {@link Full}, so that no value costs more memory than that.
 */
final class ByteSink extends OutputStream {
  /** The array that is kept when nothing is in it. */
  private static final int KEPT = 64 * 1024;

  byte[] data = new byte[1024];
  int size;
  private int limit = Integer.MAX_VALUE;

  /** The value is longer than what is kept. Without a stack, since it is expected. */
  static final class Full extends IOException {
    private static final long serialVersionUID = 1;
    static final Full INSTANCE = new Full();

    private Full() {
      super("longer than what is kept");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  /** From here on at most {@code bytes} more. */
  void limit(int bytes) {
    limit = size + bytes;
  }

  /** Takes back what came after {@code mark}. */
  void truncate(int mark) {
    size = mark;
    if (mark == 0 && data.length > KEPT) {
      data = new byte[1024];
    }
  }

  @Override
  public void write(int b) throws IOException {
    room(1);
    data[size++] = (byte) b;
  }

  @Override
  public void write(byte[] b, int off, int len) throws IOException {
    room(len);
    System.arraycopy(b, off, data, size, len);
    size += len;
  }

  /** Adds bytes that are limited elsewhere. */
  void add(byte[] b, int off, int len) {
    grow(len);
    System.arraycopy(b, off, data, size, len);
    size += len;
  }

  private void room(int len) throws IOException {
    if (len > limit - size) {
      throw Full.INSTANCE;
    }
    grow(len);
  }

  private void grow(int len) {
    if (len > data.length - size) {
      data = Arrays.copyOf(data, Math.max(data.length * 2, Math.addExact(size, len)));
    }
  }
}
