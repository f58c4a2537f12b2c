package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.EventKind;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Keys;
import dev.sightglass.bootstrap.TaskContext;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Tells which generated code the operators of a task run: rows of kind 70. The text of a class goes
 * along once for each job and process; later rows name it by its hash.
 */
final class CodeInspector {
  /** Characters of one class. */
  private static final int MAX_CLASS = 256 * 1024;

  /** Characters of one job in this process. */
  private static final long MAX_JOB = 32L << 20;

  private static final int MAX_JOBS = 64;

  // Where the text of a class is: in the row, in another one of the same job, or nowhere since
  // there was too much.
  private static final String HERE = "here";
  private static final String BEFORE = "before";
  private static final String WITHHELD = "withheld";

  /** What was told of a job; the oldest jobs are forgotten, and would be told again. */
  private final Map<String, Told> jobs =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Told> eldest) {
          return size() > MAX_JOBS;
        }
      };

  private static final class Told {
    final Set<Long> hashes = new HashSet<>();
    long chars;
  }

  /** An operator is about to be made by its factory. */
  void creating(TaskContext t, Object config) {
    TrackedTask task = (TrackedTask) t.identity;
    task.compiling = task.operator(Keys.hex(Mirror.id(Mirror.call(config, "getOperatorID"))));
  }

  /** An operator is about to be initialised and opened. */
  void opening(TaskContext t, Object operator) {
    TrackedTask task = (TrackedTask) t.identity;
    int index = task.operator(Keys.hex(Mirror.id(Mirror.call(operator, "getOperatorID"))));
    if (index >= 0) {
      // Operators inside of an operator are not the chain's.
      task.compiling = index;
    }
  }

  /** A class is compiled, or taken from Flink's cache of compiled ones. */
  void compiled(TaskContext t, String name, String code) {
    TrackedTask task = (TrackedTask) t.identity;
    int operator = task.running ? t.atWork() : task.compiling;
    byte[] text = code.getBytes(StandardCharsets.UTF_8);
    long hash = Keys.text(text);
    if (!task.firstCode(operator, hash)) {
      return;
    }
    String cut = SqlText.cut(code, MAX_CLASS);
    String where = where(task.recording, hash, cut.length());
    task.attempt.event(
        EventKind.CODE,
        operator,
        new JsonWriter()
            .beginObject()
            .name("class")
            .value(name)
            .name("language")
            .value("java")
            .name("hash")
            .value(Keys.hex(hash))
            .name("length")
            .value(code.length())
            .name("text")
            .value(where)
            .endObject(),
        where.equals(HERE) ? cut.getBytes(StandardCharsets.UTF_8) : null);
  }

  private String where(String job, long hash, int length) {
    synchronized (jobs) {
      Told told = jobs.computeIfAbsent(job, k -> new Told());
      if (told.hashes.contains(hash)) {
        return BEFORE;
      }
      if (told.chars + length > MAX_JOB) {
        return WITHHELD;
      }
      told.hashes.add(hash);
      told.chars += length;
      return HERE;
    }
  }
}
