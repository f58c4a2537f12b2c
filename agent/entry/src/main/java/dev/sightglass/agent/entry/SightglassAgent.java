package dev.sightglass.agent.entry;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;

/** Entry of the agent: {@code -javaagent:sightglass-agent.jar=host:port[,option=value...]}. */
public final class SightglassAgent {
  private static final int OLDEST_JAVA = 11;
  private static final String MAIN = "dev.sightglass.agent.hooks.Agent";
  private static final String CHECK = "dev.sightglass.agent.hooks.FlinkCheck";

  /** Set by the agent that runs: two would hook each other's work. */
  private static final String RUNNING = "sightglass.running";

  private SightglassAgent() {}

  /** Called by the JVM before the program's main method. Never throws. */
  public static void premain(String arguments, Instrumentation instrumentation) {
    long began = System.nanoTime();
    try {
      int java = feature(System.getProperty("java.specification.version", "0"));
      if (java < OLDEST_JAVA) {
        say("needs Java " + OLDEST_JAVA + ", this is Java " + java + ": nothing is recorded");
        return;
      }
      if ("true".equals(System.getProperty("sightglass.off"))) {
        say("switched off by -Dsightglass.off=true: nothing is recorded");
        return;
      }
      String running = System.getProperty(RUNNING);
      if (running != null) {
        say("an agent (" + running + ") runs in this JVM already: this one stays out");
        return;
      }
      JarFile bridge = extract("bootstrap.jar");
      instrumentation.appendToBootstrapClassLoaderSearch(bridge);
      ClassLoader loader = NestedLoader.of(SightglassAgent.class, "impl.jar");
      String version = SightglassAgent.class.getPackage().getImplementationVersion();
      loader
          .loadClass(MAIN)
          .getMethod("start", String.class, Instrumentation.class, String.class, long.class)
          .invoke(null, arguments, instrumentation, version == null ? "unknown" : version, began);
    } catch (Throwable t) {
      Throwable cause = t.getCause() == null ? t : t.getCause();
      say("could not start (" + cause + "): nothing is recorded, the program runs on");
    }
  }

  /** {@code java -jar sightglass-agent.jar check FLINK_HOME}: do the hooks fit that Flink? */
  public static void main(String[] arguments) throws Throwable {
    if (arguments.length != 2 || !arguments[0].equals("check")) {
      say("this is an agent: -javaagent:sightglass-agent.jar=host:port; or: check FLINK_HOME");
      System.exit(64);
    }
    ClassLoader bridge = NestedLoader.of(SightglassAgent.class, "bootstrap.jar");
    Object exit =
        NestedLoader.of(SightglassAgent.class, "impl.jar", bridge)
            .loadClass(CHECK)
            .getMethod("run", String.class, PrintStream.class)
            .invoke(null, arguments[1], System.out);
    System.exit((Integer) exit);
  }

  /** 8 for "1.8", 17 for "17". */
  static int feature(String specification) {
    String v = specification.startsWith("1.") ? specification.substring(2) : specification;
    int n = 0;
    for (int i = 0; i < v.length() && Character.isDigit(v.charAt(i)) && n < 1000; i++) {
      n = n * 10 + v.charAt(i) - '0';
    }
    return n;
  }

  /**
   * The JVM can only append a file: the nested jar goes to a folder that nobody else can write to.
   */
  private static JarFile extract(String resource) throws IOException {
    Path folder = Files.createTempDirectory("sightglass");
    File jar = folder.resolve(resource).toFile();
    folder.toFile().deleteOnExit();
    jar.deleteOnExit();
    try (InputStream in = SightglassAgent.class.getResourceAsStream("/" + resource)) {
      if (in == null) {
        throw new IOException(resource + " is missing in the agent's jar");
      }
      Files.copy(in, jar.toPath());
    }
    return new JarFile(jar);
  }

  private static void say(String line) {
    System.err.println("[sightglass] " + line);
  }
}
