package dev.sightglass.bootstrap;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A task that runs woven code as an element, and keeps what its lines tell. */
public final class LineScript extends LineTrace {
  private final TaskContext task = new TaskContext("test", new ChunkPool(1 << 20));
  public final List<String> told = new ArrayList<>();

  /** Runs it as the task's thread would while an element is handled. */
  public void element(boolean traced, Callable<?> code) throws Exception {
    TaskContext.enterThread(task);
    int token = task.begin(TaskContext.ELEMENTS, 0, null, 0, TapeFormat.NONE, PathTable.ROOT);
    LineProbe.trace(this, task.invocation(), traced ? task.invocation() : 0);
    try {
      code.call();
    } finally {
      LineProbe.trace(null, 0, -1);
      task.end(token);
      TaskContext.enterThread(null);
    }
  }

  private static String name(int method) {
    return LineProbe.method(method).name;
  }

  @Override
  public void at(long invocation, int notes, int sent) {}

  @Override
  public void enter(int method) {
    told.add("enter " + name(method));
  }

  private int method;

  @Override
  public void line(int m, int line) {
    method = m;
    told.add("line " + name(m) + ":" + line);
  }

  @Override
  public void local(Object value, int index) {
    LineMethod m = LineProbe.method(method);
    String text = value instanceof Number || value instanceof String ? value.toString() : "object";
    int last = told.size() - 1;
    told.set(last, told.get(last) + " " + m.names[index] + "=" + (value == null ? "null" : text));
  }

  @Override
  public void field(Object value, String name, String descriptor, int m) {
    told.add("field " + name + descriptor + "=" + value);
  }

  @Override
  public void exit(Object value, int m) {
    told.add("exit " + name(m) + (value == LineProbe.NOTHING ? "" : " " + value));
  }

  @Override
  public void thrown(Throwable t, int m) {
    told.add("thrown " + name(m) + " " + t.getMessage());
  }

  @Override
  public void broken(Throwable t) {
    told.add("broken " + t);
  }
}
