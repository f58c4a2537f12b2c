package dev.sightglass.agent.hooks.capsule;

import dev.sightglass.agent.hooks.flink.Mirror;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Opens files of state, wherever Flink has them, and remembers which were copied: incremental
 * snapshots name the same ones again and again. Used by one thread.
 */
final class StateCopies {
  private static final int MAX_KNOWN = 10_000;
  private static final int BUFFER = 64 << 10;
  private static final String FILE = "file:";

  private final Map<String, byte[]> known =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, byte[]> e) {
          return size() > MAX_KNOWN;
        }
      };

  /** A file that a snapshot had in full. */
  static final class File {
    final String path;
    final long size;
    final Object handle;

    File(String path, long size, Object handle) {
      this.path = path;
      this.size = size;
      this.handle = handle;
    }
  }

  private final Map<String, File> seen =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, File> e) {
          return size() > MAX_KNOWN;
        }
      };

  /** Incremental snapshots name files of earlier ones by their place only. */
  void remember(String path, long size, Object handle) {
    seen.put(place(path), new File(path, size, handle));
  }

  /** Null: no snapshot had it. */
  File remembered(String path) {
    return seen.get(place(path));
  }

  private static String place(String path) {
    try {
      Path local = local(path);
      return local == null ? path : local.toString();
    } catch (RuntimeException e) {
      return path;
    }
  }

  /** The hash of a file that was copied; null = it was not. */
  byte[] known(String path) {
    return known.get(path);
  }

  void know(String path, byte[] hash) {
    known.put(path, hash);
  }

  /**
   * A file, open; null = it cannot be read. One of this machine stays readable when it is removed.
   */
  FileChannel open(String path, Object handle) {
    try {
      Path local = local(path);
      return local == null ? fetched(handle) : FileChannel.open(local, StandardOpenOption.READ);
    } catch (IOException | RuntimeException | LinkageError e) {
      return null; // the row says that there is no copy
    }
  }

  /**
   * Flink writes a path as it is, and a handle's name as an address; null = not of this machine.
   */
  private static Path local(String path) {
    if (path.startsWith("/")) {
      return Paths.get(path);
    }
    if (!path.startsWith(FILE)) {
      return null;
    }
    String after = path.substring(FILE.length());
    try {
      after = new URI(path).getPath();
    } catch (URISyntaxException e) {
      // It is not written as an address.
    }
    return Paths.get(after);
  }

  /** What lies elsewhere, in a file of this machine that goes away when it is closed. */
  private static FileChannel fetched(Object handle) throws IOException {
    FileChannel to =
        FileChannel.open(
            Files.createTempFile("sightglass-state", null),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    try (InputStream in = (InputStream) Mirror.call(handle, "openInputStream")) {
      byte[] b = new byte[BUFFER];
      for (int n; (n = in.read(b)) >= 0; ) {
        ByteBuffer piece = ByteBuffer.wrap(b, 0, n);
        while (piece.hasRemaining()) {
          to.write(piece);
        }
      }
      return to;
    } catch (IOException | RuntimeException e) {
      close(to);
      throw e;
    }
  }

  static void close(FileChannel file) {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        // It was only read.
      }
    }
  }
}
