package dev.sightglass.agent.replay;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.nio.file.Paths;

/**
 * {@code java -javaagent:sightglass-agent.jar=… -cp <Flink>:sightglass-agent.jar Replayer FOLDER}:
 * runs the task that the folder describes on the feed that standard input gives; where that says
 * so, it is built again, as a folder within describes it, and runs from there.
 */
public final class Replayer {
  /** System property: somebody steps through what the task does, and may want to begin again. */
  private static final String LINES = "sightglass.lines";

  private Replayer() {}

  /** Exit codes: 0 the replay came to its end, whatever it found; 1 it could not run. */
  public static void main(String[] arguments) {
    // What the job prints must not get among the lines of the report.
    PrintStream out = System.out;
    System.setOut(System.err);
    Report report = new Report(out);
    try {
      Path parts = Paths.get(arguments[0]);
      Feed feed = new Feed(System.in);
      Path folder = parts;
      URLClassLoader user = null;
      while (folder != null) {
        TaskRun r = new TaskRun(folder, parts, feed, report, user);
        r.run();
        user = r.kept();
        String next = Boolean.getBoolean(LINES) ? feed.again() : null;
        folder = next == null ? null : parts.resolve(next);
        report = new Report(out);
      }
      exit(0);
    } catch (Throwable t) {
      StringWriter trace = new StringWriter();
      t.printStackTrace(new PrintWriter(trace));
      report.failed(t.toString(), trace.toString());
      exit(1);
    }
  }

  /** Threads of the job must not keep the process; the agent's hook at the end sends the rest. */
  private static void exit(int code) {
    System.exit(code);
  }
}
