package dev.sightglass.agent.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The keys of {@code spec/recording.md}, section 2: first 8 bytes of SHA-256, read big-endian. Not
 * for hot paths.
 */
public final class Keys {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private Keys() {}

  /** Attempt key. Ids are the 16 bytes of Flink's {@code AbstractID.getBytes()}. */
  public static long attempt(byte[] executionGraph, byte[] vertex, int subtask, int attempt) {
    return head(attemptBytes(executionGraph, vertex, subtask, attempt).array());
  }

  /** Partition key: data set and partition number, then the producer's attempt. */
  public static long partition(
      byte[] dataSet, int number, byte[] executionGraph, byte[] vertex, int subtask, int attempt) {
    ByteBuffer b = ByteBuffer.allocate(60);
    b.put(id(dataSet)).putInt(number);
    b.put(attemptBytes(executionGraph, vertex, subtask, attempt).array());
    return head(b.array());
  }

  /** Process key, the attempt key of lanes that belong to no task. */
  public static long process(byte[] processUuid) {
    return ofProcess("process", processUuid);
  }

  /** Planner key, the attempt key of what the process tells of jobs that it submits. */
  public static long planner(byte[] processUuid) {
    return ofProcess("planner", processUuid);
  }

  private static long ofProcess(String role, byte[] processUuid) {
    byte[] word = role.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer b = ByteBuffer.allocate(word.length + 16);
    b.put(word).put(id(processUuid));
    return head(b.array());
  }

  /** Hash of a text, which stands for it where it was told before. */
  public static long text(byte[] utf8) {
    return head(utf8);
  }

  /** Definition id. */
  public static long definition(int kind, byte[] body) {
    MessageDigest sha = sha256();
    sha.update((byte) kind);
    return ByteBuffer.wrap(sha.digest(body)).getLong();
  }

  /** 16 hex digits. */
  public static String hex(long key) {
    char[] out = new char[16];
    for (int i = 0; i < 16; i++) {
      out[i] = HEX[(int) (key >>> (60 - 4 * i)) & 15];
    }
    return new String(out);
  }

  /** Two hex digits a byte. */
  public static String hex(byte[] bytes) {
    char[] out = new char[2 * bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      out[2 * i] = HEX[(bytes[i] >> 4) & 15];
      out[2 * i + 1] = HEX[bytes[i] & 15];
    }
    return new String(out);
  }

  private static ByteBuffer attemptBytes(
      byte[] executionGraph, byte[] vertex, int subtask, int attempt) {
    ByteBuffer b = ByteBuffer.allocate(40);
    return b.put(id(executionGraph)).put(id(vertex)).putInt(subtask).putInt(attempt);
  }

  private static byte[] id(byte[] bytes) {
    if (bytes.length != 16) {
      throw new IllegalArgumentException("an id has " + bytes.length + " bytes, not 16");
    }
    return bytes;
  }

  private static long head(byte[] bytes) {
    return ByteBuffer.wrap(sha256().digest(bytes)).getLong();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("a JDK without SHA-256", e);
    }
  }
}
