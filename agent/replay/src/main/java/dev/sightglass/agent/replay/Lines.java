package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.Determinants;
import dev.sightglass.bootstrap.LineProbe;
import dev.sightglass.bootstrap.TaskContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The intervals whose lines are told, into the file {@code trace} of the folder. */
final class Lines {
  private final Path file;
  private final Report report;
  private LineTracer tracer;
  private long first;
  private long last;
  private long size;

  /** Null: all is told, always. */
  private TaskContext quiet;

  Lines(Path folder, Report report) {
    this.file = folder.resolve("trace");
    this.report = report;
  }

  /** Of what happens outside of intervals no more is told than replays need. */
  void quiet(TaskContext task) {
    quiet = task;
    task.quiet(true);
  }

  /** What these invocations do is traced from now on. */
  void trace(long from, long to) throws IOException {
    if (tracer == null) {
      tracer = new LineTracer(Files.newOutputStream(file));
    }
    first = from;
    last = to;
    if (quiet != null) {
      quiet.quiet(false);
    }
    LineProbe.trace(tracer, from, to);
  }

  /**
   * All before {@code invocation} is done. Says so, with what was traced, when the server has all
   * that was recorded.
   */
  void pause(long invocation, long number) throws IOException {
    end();
    Determinants.flush();
    if (quiet != null) {
      quiet.quiet(true);
    }
    report.paused(number, invocation, size);
  }

  /** The replay is over, or waits. */
  void end() throws IOException {
    LineProbe.trace(null, 0, -1);
    if (tracer != null) {
      size = tracer.end(first, last);
    }
  }
}
