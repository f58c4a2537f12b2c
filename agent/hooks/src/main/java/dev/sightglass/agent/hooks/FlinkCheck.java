package dev.sightglass.agent.hooks;

import dev.sightglass.agent.hooks.flink.FlinkHooks;
import dev.sightglass.agent.hooks.weave.Hook;
import dev.sightglass.agent.hooks.weave.Weaver;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tries the hooks on the classes of a Flink distribution, without running it: {@code java -jar
 * sightglass-agent.jar check FLINK_HOME}. Prints a line for each, with tabs: {@code hook}, id,
 * class, {@code fits}, {@code missing} or {@code absent}, the reason.
 */
public final class FlinkCheck {
  private static final String[] FOLDERS = {"lib", "opt", "usrlib"};
  private static final Pattern DIST = Pattern.compile("flink-dist[^-]*-(.+)\\.jar");

  /** The table planner's loader keeps the planner in a jar within its jar. */
  private static final String PLANNER = "flink-table-planner.jar";

  private FlinkCheck() {}

  /**
   * Called by the entry class.
   *
   * @return exit code: 0 = tasks can be recorded, 1 = a hook that recording needs does not fit, 2 =
   *     there is no Flink
   */
  public static int run(String home, PrintStream out) throws IOException {
    List<File> jars = new ArrayList<>();
    for (String folder : FOLDERS) {
      File[] files = new File(home, folder).listFiles((dir, name) -> name.endsWith(".jar"));
      if (files != null) {
        Arrays.sort(files);
        jars.addAll(Arrays.asList(files));
      }
    }
    String version = null;
    for (File jar : jars) {
      Matcher m = DIST.matcher(jar.getName());
      version = version == null && m.matches() ? m.group(1) : version;
    }
    if (version == null) {
      out.println("error\tthere is no flink-dist in " + new File(home, "lib"));
      return 2;
    }
    out.println("flink\t" + version);
    return check(jars, out);
  }

  private static int check(List<File> jars, PrintStream out) throws IOException {
    List<Hook> hooks = FlinkHooks.all(Set.of());
    String[] states = new String[hooks.size()];
    Weaver weaver =
        new Weaver(
            hooks,
            new Weaver.Listener() {
              @Override
              public void installed(int hook, ClassLoader loader) {
                states[hook] = "fits\t";
              }

              @Override
              public void missing(int hook, ClassLoader loader, String reason) {
                states[hook] = "missing\t" + reason.replaceAll("\\s", " ");
              }
            });
    for (Map.Entry<String, byte[]> c : classes(jars, hooks).entrySet()) {
      weaver.transform(null, c.getKey(), null, null, c.getValue());
    }
    int exit = 0;
    for (int i = 0; i < states.length; i++) {
      Hook h = hooks.get(i);
      String state = states[i] == null ? "absent\t" : states[i];
      out.println("hook\t" + h.id() + "\t" + h.className().replace('/', '.') + "\t" + state);
      exit = state.startsWith("missing") && FlinkHooks.isNeeded(h.id()) ? 1 : exit;
    }
    return exit;
  }

  /** The hooked classes that are there; of several the first jar's. */
  private static Map<String, byte[]> classes(List<File> jars, List<Hook> hooks) throws IOException {
    Map<String, byte[]> found = new HashMap<>();
    for (File jar : jars) {
      try (JarFile f = new JarFile(jar)) {
        for (Hook h : hooks) {
          JarEntry e = f.getJarEntry(h.className() + ".class");
          if (e != null && !found.containsKey(h.className())) {
            try (InputStream in = f.getInputStream(e)) {
              found.put(h.className(), in.readAllBytes());
            }
          }
        }
        JarEntry planner = f.getJarEntry(PLANNER);
        if (planner != null) {
          try (JarInputStream in = new JarInputStream(f.getInputStream(planner))) {
            nested(in, hooks, found);
          }
        }
      }
    }
    return found;
  }

  private static void nested(JarInputStream in, List<Hook> hooks, Map<String, byte[]> found)
      throws IOException {
    for (JarEntry e; (e = in.getNextJarEntry()) != null; ) {
      for (Hook h : hooks) {
        if (e.getName().equals(h.className() + ".class") && !found.containsKey(h.className())) {
          found.put(h.className(), in.readAllBytes());
        }
      }
    }
  }
}
