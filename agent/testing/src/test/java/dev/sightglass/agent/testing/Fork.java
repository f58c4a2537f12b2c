package dev.sightglass.agent.testing;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A job in a JVM of its own. */
final class Fork {
  private static final long MINUTES = 10;

  /** Among a JVM's options: it logs with logback, else with log4j. */
  static final String LOGBACK = "-Dtesting.logging=logback";

  final int exit;
  final String out;
  final String err;

  private Fork(int exit, String out, String err) {
    this.exit = exit;
    this.out = out;
    this.err = err;
  }

  /**
   * Runs {@link TopologyJob}.
   *
   * @param agents each one {@code jar=arguments}
   */
  static Fork job(Path folder, List<String> agents, String... arguments)
      throws IOException, InterruptedException {
    return run(folder, TopologyJob.class, agents, List.of(), arguments);
  }

  /**
   * Runs a program.
   *
   * @param agents each one {@code jar=arguments}
   * @param options more options of the JVM, which stand after those that every program has
   */
  static Fork run(
      Path folder,
      Class<?> program,
      List<String> agents,
      List<String> options,
      String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx384m");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    for (String opens : new String[] {"java.lang", "java.util", "java.util.concurrent", "java.nio"}) {
      command.add("--add-opens=java.base/" + opens + "=ALL-UNNAMED");
    }
    agents.forEach(a -> command.add("-javaagent:" + a));
    command.addAll(options);
    command.add("-cp");
    command.add(classPath(options.contains(LOGBACK) ? "log4j-slf4j-impl" : "logback"));
    command.add(program.getName());
    command.addAll(Arrays.asList(arguments));
    return start(folder, command);
  }

  private static Fork start(Path folder, List<String> command)
      throws IOException, InterruptedException {
    File out = folder.resolve("out").toFile();
    File err = folder.resolve("err").toFile();
    Process p = new ProcessBuilder(command).redirectOutput(out).redirectError(err).start();
    try {
      if (!p.waitFor(MINUTES, TimeUnit.MINUTES)) {
        throw new AssertionError(
            "the job runs for more than " + MINUTES + " minutes" + whereItStands(p));
      }
    } finally {
      p.destroyForcibly().waitFor();
    }
    return new Fork(p.exitValue(), Files.readString(out.toPath()), Files.readString(err.toPath()));
  }

  /** What its threads do, but for those that wait for work: what hangs may hang once in a thousand. */
  private static String whereItStands(Process p) throws IOException {
    String jstack = System.getProperty("java.home") + File.separator + "bin" + File.separator;
    Process dump =
        new ProcessBuilder(jstack + "jstack", "-l", Long.toString(p.pid()))
            .redirectErrorStream(true)
            .start();
    String all = new String(dump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return Arrays.stream(all.split("\n\n"))
        .filter(t -> t.contains("sightglass") || t.contains("StreamTask") || t.contains("deadlock"))
        .collect(Collectors.joining("\n\n", "\n\n", ""));
  }

  /** The class path of the tests without the jars that are named so. */
  private static String classPath(String without) {
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Arrays.stream(all.split(File.pathSeparator))
        .filter(e -> !new File(e).getName().startsWith(without))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Runs a program of the tests on a class path that has Flink and no job. */
  static Fork reader(Path folder, Class<?> program, String... arguments)
      throws IOException, InterruptedException {
    String without =
        Arrays.stream(classPath("logback").split(File.pathSeparator))
            .filter(e -> !e.endsWith(File.separator + "classes"))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                without,
                program.getName()));
    command.addAll(Arrays.asList(arguments));
    return start(folder, command);
  }

  /** The line in which the job says what its ends saw. */
  String ends() {
    for (String line : out.split("\n")) {
      if (line.startsWith("ends ")) {
        return line;
      }
    }
    throw new AssertionError("the job did not end well, exit " + exit + "\n" + out + err);
  }
}
