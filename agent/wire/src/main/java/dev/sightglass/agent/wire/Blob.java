package dev.sightglass.agent.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A byte string that a server keeps by its SHA-256: in memory, or an open file. */
public final class Blob {
  private static final int BUFFER = 64 << 10;

  private final byte[] hash;
  private final long size;
  private final byte[] bytes;
  private final FileChannel file;

  private Blob(byte[] hash, long size, byte[] bytes, FileChannel file) {
    this.hash = hash;
    this.size = size;
    this.bytes = bytes;
    this.file = file;
  }

  /** Bytes in memory, which nobody changes any more. */
  public static Blob of(byte[] bytes) {
    return new Blob(digest().digest(bytes), bytes.length, bytes, null);
  }

  /**
   * A file, which is read once for its hash. It stays open, so that it may be deleted meanwhile.
   */
  public static Blob of(FileChannel file) throws IOException {
    MessageDigest d = digest();
    ByteBuffer b = ByteBuffer.allocate(BUFFER);
    long at = 0;
    for (int n; (n = file.read(b, at)) >= 0; at += n) {
      b.flip();
      d.update(b);
      b.clear();
    }
    return new Blob(d.digest(), at, null, file);
  }

  /** {@link #of(FileChannel)} of a file whose hash and size are known. */
  public static Blob of(FileChannel file, byte[] hash, long size) {
    return new Blob(hash.clone(), size, null, file);
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JVM has it
    }
  }

  /** SHA-256 of all bytes. */
  public byte[] hash() {
    return hash.clone();
  }

  public long size() {
    return size;
  }

  /** Bytes that it keeps in memory. */
  long held() {
    return bytes == null ? 0 : bytes.length;
  }

  /** {@code n} bytes at {@code offset}. */
  public byte[] read(long offset, int n) throws IOException {
    byte[] part = new byte[n];
    if (bytes != null) {
      System.arraycopy(bytes, (int) offset, part, 0, n);
      return part;
    }
    ByteBuffer b = ByteBuffer.wrap(part);
    while (b.hasRemaining()) {
      if (file.read(b, offset + b.position()) < 0) {
        throw new EOFException("the file became shorter");
      }
    }
    return part;
  }

  /** It is not needed any more. */
  void release() {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        // It was only read.
      }
    }
  }
}
