package dev.sightglass.agent.replay;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.core.fs.Path;

/**
 * Files of recorded state lie in the folder of the replay: handles that name where they were are
 * made to name where they are.
 */
final class StateFiles {
  private static final String PACKAGE = "org.apache.flink.runtime.state.";

  private final Map<String, Path> here = new HashMap<>();

  StateFiles(TaskFile file) {
    int n = Integer.parseInt(file.text("state.files", "0"));
    for (int i = 0; i < n; i++) {
      String local = file.text("state.file." + i + ".local");
      here.put(file.text("state.file." + i + ".path"), new Path(file.file(local).toUri()));
    }
  }

  /** Changes the handles within an object. */
  void bring(Object handles) throws IOException {
    if (handles == null || here.isEmpty()) {
      return;
    }
    try (Walk w = new Walk()) {
      w.writeObject(handles);
    }
  }

  /** Writing an object out meets everything that it holds, however it is nested. */
  private final class Walk extends ObjectOutputStream {
    Walk() throws IOException {
      super(OutputStream.nullOutputStream());
      enableReplaceObject(true);
    }

    @Override
    protected Object replaceObject(Object o) throws IOException {
      String type = o.getClass().getName();
      if (type.startsWith(PACKAGE) && type.endsWith("FileStateHandle")) {
        try {
          Field f = Members.field(o.getClass(), "filePath");
          Path local = here.get(f.get(o).toString());
          if (local != null) {
            f.set(o, local);
          }
        } catch (ReflectiveOperationException e) {
          throw new IOException(e);
        }
      }
      return o;
    }
  }
}
