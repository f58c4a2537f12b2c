package dev.sightglass.agent.hooks.capsule;

import dev.sightglass.agent.hooks.flink.Mirror;
import dev.sightglass.agent.wire.Blob;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The jars that a job's class loader reads. A jar is hashed once while its file stays the same. */
final class UserJars {
  private static final int MAX_KNOWN = 1000;

  /** A jar on its way. */
  static final class Jar {
    final String name;
    final Path path;
    FileChannel file;
    long size;
    byte[] hash;
    String reason;

    Jar(String name, Path path) {
      this.name = name;
      this.path = path;
    }
  }

  private final Map<String, byte[]> known =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, byte[]> e) {
          return size() > MAX_KNOWN;
        }
      };

  /**
   * Jars of an {@link #inner} loader, in its order. Opens the files, which Flink may delete when
   * the job ends.
   */
  static List<Jar> of(ClassLoader loader) {
    List<Jar> jars = new ArrayList<>();
    if (!(loader instanceof URLClassLoader)) {
      return jars;
    }
    for (URL u : ((URLClassLoader) loader).getURLs()) {
      Path path = path(u);
      Jar j = new Jar(path == null ? u.getProtocol() : path.getFileName().toString(), path);
      jars.add(j);
      if (path == null || Files.isDirectory(path)) {
        j.reason = "it is no file";
        continue;
      }
      try {
        j.file = FileChannel.open(path, StandardOpenOption.READ);
      } catch (IOException e) {
        j.reason = "it cannot be opened: " + e.getClass().getSimpleName();
      }
    }
    return jars;
  }

  /** Flink wraps the loader, to see who uses it after its job; the wrapper is empty then. */
  static ClassLoader inner(ClassLoader loader) {
    if (!loader.getClass().getName().endsWith("$SafetyNetWrapperClassLoader")) {
      return loader;
    }
    try {
      ClassLoader inner = (ClassLoader) Mirror.field(loader, "inner");
      return inner == null ? loader : inner;
    } catch (Mirror.NoSuchMember e) {
      return loader;
    }
  }

  /** Flink names jars of usrlib from its working folder on, as {@code file:usrlib/job.jar}. */
  static Path path(URL u) {
    if (!"file".equals(u.getProtocol())) {
      return null;
    }
    try {
      URI uri = u.toURI();
      return uri.isOpaque() ? Paths.get(uri.getSchemeSpecificPart()) : Paths.get(uri);
    } catch (java.net.URISyntaxException | IllegalArgumentException e) {
      return null;
    } catch (FileSystemNotFoundException e) {
      return null;
    }
  }

  /** A blob of the jar, whose file is the blob's from now on; null when it cannot be read. */
  Blob blob(Jar j) {
    if (j.file == null) {
      return null;
    }
    try {
      j.size = j.file.size();
      String id = j.path + "|" + j.size + "|" + Files.getLastModifiedTime(j.path).toMillis();
      byte[] hash = known.get(id);
      Blob b = hash == null ? Blob.of(j.file) : Blob.of(j.file, hash, j.size);
      known.put(id, b.hash());
      j.hash = b.hash();
      return b;
    } catch (IOException e) {
      j.reason = "it cannot be read: " + e.getClass().getSimpleName();
      try {
        j.file.close();
      } catch (IOException ignored) {
        // It was only read.
      }
      return null;
    }
  }
}
