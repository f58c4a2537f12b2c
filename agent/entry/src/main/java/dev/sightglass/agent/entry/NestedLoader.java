package dev.sightglass.agent.entry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;

/**
 * Loads the classes of a jar that lies inside the agent's jar, from memory: no temporary file that
 * a cleaner might take away under a job that runs for months. Sees the JDK and the bootstrap path,
 * and nothing of the program.
 */
final class NestedLoader extends ClassLoader {
  private static final String CLASS = ".class";

  static {
    registerAsParallelCapable();
  }

  /** Bytes by resource name; a class's bytes leave when it is defined. */
  private final Map<String, byte[]> entries;

  private NestedLoader(Map<String, byte[]> entries, ClassLoader parent) {
    super(parent);
    this.entries = entries;
  }

  static NestedLoader of(Class<?> beside, String resource) throws IOException {
    // The platform loader: the system loader's parent on every JVM that comes this far.
    return of(beside, resource, ClassLoader.getSystemClassLoader().getParent());
  }

  static NestedLoader of(Class<?> beside, String resource, ClassLoader parent) throws IOException {
    Map<String, byte[]> entries = new HashMap<>();
    try (InputStream raw = beside.getResourceAsStream("/" + resource)) {
      if (raw == null) {
        throw new IOException(resource + " is missing in the agent's jar");
      }
      try (JarInputStream jar = new JarInputStream(raw)) {
        byte[] buffer = new byte[16 * 1024];
        for (JarEntry e; (e = jar.getNextJarEntry()) != null; ) {
          if (!e.isDirectory()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (int n; (n = jar.read(buffer)) > 0; ) {
              out.write(buffer, 0, n);
            }
            entries.put(e.getName(), out.toByteArray());
          }
        }
      }
    }
    return new NestedLoader(entries, parent);
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] b;
    synchronized (entries) {
      b = entries.remove(name.replace('.', '/') + CLASS);
    }
    if (b == null) {
      throw new ClassNotFoundException(name);
    }
    return defineClass(name, b, 0, b.length);
  }
}
