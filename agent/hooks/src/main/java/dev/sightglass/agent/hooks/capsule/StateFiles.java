package dev.sightglass.agent.hooks.capsule;

import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Keys;
import dev.sightglass.agent.hooks.flink.Mirror;
import dev.sightglass.agent.hooks.secrets.Secrets;
import dev.sightglass.agent.wire.Blob;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The files that handles of state name, and copies of them. Of a snapshot that lies within its
 * handles there are none.
 */
final class StateFiles implements Consumer<Object> {
  /** A large incremental snapshot names some hundred. */
  private static final int MAX = 4096;

  /** Of one that names more nothing is copied: files are held open until they are sent. */
  private static final int MAX_COPIED = 256;

  private static final String PACKAGE = "org.apache.flink.runtime.state.";

  private static final class One {
    long size;
    Object handle;
    FileChannel file;
    byte[] hash;
  }

  private final Map<String, One> all = new LinkedHashMap<>();

  /** What placeholders stand for. */
  private final Set<String> named = new LinkedHashSet<>();

  private final long copied;
  private final StateCopies copies;
  private boolean cut;

  /**
   * @param copied bytes that are copied at most; 0 = none are; -1 = none of these, but later ones
   *     may need them
   */
  StateFiles(long copied, StateCopies copies) {
    this.copied = copied;
    this.copies = copies;
  }

  @Override
  public void accept(Object o) {
    String type = o.getClass().getName();
    if (type.equals(PACKAGE + "PlaceholderStreamStateHandle")) {
      name(o);
    }
    if (!type.startsWith(PACKAGE) || !type.endsWith("FileStateHandle")) {
      return;
    }
    try {
      String path = Mirror.call(o, "getFilePath").toString();
      long size = (Long) Mirror.call(o, "getStateSize");
      One f = all.get(path);
      if (f == null) {
        if (all.size() == MAX) {
          cut = true;
          return;
        }
        f = new One();
        all.put(path, f);
      }
      f.size = Math.max(f.size, size);
      // A segment of a file gives only itself; where the file lies here it is copied whole.
      f.handle = copied != 0 && !type.contains("Segment") ? o : null;
      if (copied != 0) {
        copies.remember(path, size, f.handle);
      }
    } catch (Mirror.NoSuchMember e) {
      cut = true;
    }
  }

  /** What a placeholder stands for is named by where it lies. */
  private void name(Object placeholder) {
    try {
      Object id = Mirror.call(placeholder, "getStreamStateHandleID");
      if (named.size() < MAX) {
        named.add(String.valueOf(Mirror.call(id, "getKeyString")));
      }
    } catch (Mirror.NoSuchMember e) {
      cut = true;
    }
  }

  /** A file that an earlier snapshot had in full, and this one needs as well. */
  private void earlier(String path) {
    StateCopies.File of = copies.remembered(path);
    if (of != null && all.size() < MAX && !all.containsKey(of.path)) {
      One f = new One();
      f.size = of.size;
      f.handle = of.handle;
      all.put(of.path, f);
    }
  }

  /** Opens what is to be copied, before Flink removes it. */
  void open() {
    if (copied > 0) {
      named.forEach(this::earlier);
    }
    long bytes = 0;
    for (One f : all.values()) {
      bytes += Math.max(f.size, 0);
    }
    boolean copy = copied > 0 && bytes <= copied && all.size() <= MAX_COPIED && !cut;
    for (Map.Entry<String, One> e : all.entrySet()) {
      One f = e.getValue();
      if (copy) {
        f.hash = copies.known(e.getKey());
        f.file = f.hash == null ? copies.open(e.getKey(), f.handle) : null;
      }
      f.handle = null;
    }
  }

  /** Gives the copies away. */
  void keep(Keeper keeper) {
    for (Map.Entry<String, One> e : all.entrySet()) {
      One f = e.getValue();
      if (f.file == null) {
        continue;
      }
      try {
        Blob b = Blob.of(f.file);
        f.file = null; // the blob's from now on
        if (keeper.keep(b)) {
          f.hash = b.hash();
          copies.know(e.getKey(), f.hash);
        }
      } catch (IOException x) {
        StateCopies.close(f.file);
        f.file = null;
      }
    }
  }

  void close() {
    for (One f : all.values()) {
      StateCopies.close(f.file);
      f.file = null;
    }
  }

  void tell(JsonWriter j) {
    j.name("files").beginArray();
    for (Map.Entry<String, One> e : all.entrySet()) {
      One f = e.getValue();
      j.beginArray().value(Secrets.clean(e.getKey())).value(f.size);
      if (f.hash != null) {
        j.value(Keys.hex(f.hash));
      }
      j.endArray();
    }
    j.endArray();
    j.name("named").beginArray();
    for (String s : named) {
      j.value(Secrets.clean(s));
    }
    j.endArray();
    if (cut) {
      j.name("files_cut").value(true);
    }
  }
}
