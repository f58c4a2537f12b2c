package dev.sightglass.agent.hooks;

import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.hooks.reads.ReadWeaver;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What became of the reads of clocks and random numbers in user code: how many calls are told, and
 * which are not, by class.
 */
final class ReadReport implements ReadWeaver.Listener {
  /** Id of what stands for all such reads in the self-test. */
  static final String ID = "env.read";

  /** Classes that are named; more are only counted. */
  static final int MAX_NAMED = 64;

  private final Runnable changed;
  private final Map<String, String> notCovered = new LinkedHashMap<>();
  private int unnamed;
  private int classes;
  private int calls;

  /**
   * @param changed called when there is something new to tell
   */
  ReadReport(Runnable changed) {
    this.changed = changed;
  }

  @Override
  public void covered(String className, int n) {
    synchronized (this) {
      classes++;
      calls += n;
    }
    changed.run();
  }

  @Override
  public void notCovered(String className, String reason) {
    synchronized (this) {
      if (notCovered.containsKey(className)) {
        if (!notCovered.get(className).contains(reason)) {
          notCovered.merge(className, reason, (a, b) -> a + ", " + b);
        }
      } else if (notCovered.size() < MAX_NAMED) {
        notCovered.put(className, reason);
      } else {
        unnamed++;
      }
    }
    changed.run();
  }

  /**
   * Adds what the self-test says.
   *
   * @param told how many rows came of it
   */
  synchronized void writeTo(JsonWriter array, long told) {
    String state = calls == 0 ? "waiting" : told > 0 ? "fired" : "installed";
    String detail = calls == 0 ? "" : calls + " call sites in " + classes + " classes";
    hook(array, state, "code of users", told, detail);
    for (Map.Entry<String, String> e : notCovered.entrySet()) {
      String what = "call sites in " + e.getKey() + ": not covered, " + e.getValue();
      hook(array, "missing", e.getKey(), 0, what);
    }
    if (unnamed > 0) {
      hook(array, "missing", "", 0, "and call sites in " + unnamed + " other classes");
    }
  }

  private static void hook(
      JsonWriter array, String state, String className, long fired, String detail) {
    array.beginObject();
    array.name("id").value(ID);
    array.name("state").value(state);
    array.name("class").value(className);
    array.name("fired").value(fired);
    array.name("detail").value(detail);
    array.endObject();
  }
}
