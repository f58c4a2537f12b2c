package dev.sightglass.bootstrap;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A task that runs code, and says what it read: {@code source=number[/number 2 or index]}. */
public final class ReadScript {
  private final TaskContext task;

  public ReadScript(ChunkPool pool) {
    task = new TaskContext("test", pool);
  }

  /** Runs it as the task's thread would while an element is handled. */
  public void element(Callable<?> code) throws Exception {
    TaskContext.enterThread(task);
    int token = task.begin(TaskContext.ELEMENTS, 0, null, 0, TapeFormat.NONE, PathTable.ROOT);
    try {
      code.call();
    } finally {
      task.end(token);
      TaskContext.enterThread(null);
    }
  }

  /** Reads told so far, and forgets them. */
  public List<String> told() {
    task.flushRun();
    List<String> all = new ArrayList<>();
    Tape t = task.tape;
    while (t.next()) {
      int head = t.getInt();
      switch (head & 0xFF) {
        case TapeFormat.STAMP:
          t.skip(TapeFormat.STAMP_SIZE - 4);
          break;
        case TapeFormat.RUN:
          t.skip(4 * 4 + 3 * 8);
          break;
        case TapeFormat.NOTE:
          all.add(note(t));
          break;
        default:
          throw new AssertionError("type " + (head & 0xFF));
      }
    }
    return all;
  }

  private static String note(Tape t) {
    t.getInt();
    int mask = t.getInt();
    t.skip(12);
    String s = "";
    if ((mask & TaskNote.NUMBER) != 0) {
      s += t.getLong();
    }
    if ((mask & TaskNote.NUMBER2) != 0) {
      s += "/" + t.getLong();
    }
    s = t.getInt() + "=" + s;
    if ((mask & TaskNote.VALUE) != 0) {
      int n = t.getInt();
      StringBuilder hex = new StringBuilder(s);
      for (int i = 0; i < n; i++) {
        hex.append(String.format("%02x", t.bytes()[t.offset() + i]));
      }
      t.skip(n);
      return hex.toString();
    }
    return s;
  }
}
