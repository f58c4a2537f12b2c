package dev.sightglass.agent.wire;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Blocks on disk that memory has no room for: files of blocks one behind the other, which only the
 * owner may read, and which go when none of their blocks is needed any more. They end with the
 * process; whatever was left by one that was killed stays, since it is somebody's recording.
 *
 * <p>Not safe for use by several threads: the queue that owns it has a lock.
 */
final class BlockFiles implements Closeable {
  /** A file is full at about that size. */
  private static final long FILE = 16 << 20;

  private final Path folder;
  private final long limit;
  private final String name;
  private final Deque<Part> parts = new ArrayDeque<>();
  private int made;
  private long bytes;

  /** One file. */
  private static final class Part {
    final Path path;
    final FileChannel channel;
    long end;
    int live;

    Part(Path path) throws IOException {
      this.path = path;
      this.channel =
          FileChannel.open(
              path,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    }

    void remove() throws IOException {
      channel.close();
      Files.deleteIfExists(path);
    }
  }

  /** Where a block lies. */
  static final class Place {
    private final Part part;
    private final long at;
    private final int length;

    private Place(Part part, long at, int length) {
      this.part = part;
      this.at = at;
      this.length = length;
    }
  }

  /**
   * @param folder made when it is not there
   * @param limit bytes that all files together may take
   * @param name distinguishes the files of several queues and processes
   */
  BlockFiles(Path folder, long limit, String name) {
    this.folder = folder;
    this.limit = limit;
    this.name = name;
  }

  /**
   * Writes a block. Null: there is no room for it below the limit.
   *
   * @throws IOException when the disk is full or fails; nothing of the block stays
   */
  Place add(byte[] block) throws IOException {
    if (bytes + block.length > limit) {
      return null;
    }
    Part part = parts.peekLast();
    if (part == null || part.end + block.length > FILE && part.end > 0) {
      part = open();
    }
    try {
      ByteBuffer b = ByteBuffer.wrap(block);
      while (b.hasRemaining()) {
        part.channel.write(b, part.end + b.position());
      }
    } catch (IOException e) {
      part.channel.truncate(part.end);
      throw e;
    }
    Place place = new Place(part, part.end, block.length);
    part.end += block.length;
    part.live++;
    bytes += block.length;
    return place;
  }

  private Part open() throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
    }
    Path path = folder.resolve("sightglass-" + name + "-" + made++ + ".sgb");
    Part part = new Part(path);
    try {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    } catch (UnsupportedOperationException e) {
      // Not that kind of file system: the folder's own rights hold.
    }
    parts.add(part);
    return part;
  }

  /** Reads a block back. */
  byte[] read(Place p) throws IOException {
    ByteBuffer b = ByteBuffer.allocate(p.length);
    while (b.hasRemaining()) {
      if (p.part.channel.read(b, p.at + b.position()) < 0) {
        throw new IOException("a file of blocks is shorter than it was");
      }
    }
    return b.array();
  }

  /** The block is not needed any more. */
  void free(Place p) {
    bytes -= p.length;
    if (--p.part.live == 0 && (p.part != parts.peekLast() || p.part.end > FILE / 2)) {
      parts.remove(p.part);
      try {
        p.part.remove();
      } catch (IOException e) {
        // It stays until somebody clears the folder; nothing depends on it.
      }
    }
  }

  /** Bytes of blocks that are needed. */
  long bytes() {
    return bytes;
  }

  @Override
  public void close() throws IOException {
    for (Part p : parts) {
      p.remove();
    }
    parts.clear();
  }
}
