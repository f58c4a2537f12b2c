package dev.sightglass.agent.hooks.capsule;

import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.hooks.secrets.Secrets;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.file.Paths;
import java.util.Locale;
import java.util.TimeZone;

/** What of a JVM may change what a program gives. */
final class JvmFacts {
  private static final int MAX_CLASS_PATH = 1000;

  private JvmFacts() {}

  static void write(JsonWriter j, Secrets secrets) {
    j.name("java").beginObject();
    j.name("version").value(System.getProperty("java.version", ""));
    j.name("vendor").value(System.getProperty("java.vendor", ""));
    j.name("vm").value(System.getProperty("java.vm.name", ""));
    j.name("flags").beginArray();
    secrets.arguments(ManagementFactory.getRuntimeMXBean().getInputArguments()).forEach(j::value);
    j.endArray();
    j.name("class_path").beginArray();
    int n = 0;
    for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator)) {
      if (!entry.isEmpty() && n++ < MAX_CLASS_PATH) {
        File f = new File(entry);
        j.beginObject().name("name").value(name(entry)).name("bytes").value(f.length()).endObject();
      }
    }
    j.endArray().endObject();
    j.name("os").value(System.getProperty("os.name", "") + " " + System.getProperty("os.arch", ""));
    j.name("time_zone").value(TimeZone.getDefault().getID());
    j.name("locale").value(Locale.getDefault().toLanguageTag());
    j.name("locale_format").value(Locale.getDefault(Locale.Category.FORMAT).toLanguageTag());
    j.name("encoding").value(Charset.defaultCharset().name());
  }

  /** The file's name: folders are the machine's own affair. */
  private static String name(String entry) {
    try {
      java.nio.file.Path p = Paths.get(entry).getFileName();
      return p == null ? entry : p.toString();
    } catch (java.nio.file.InvalidPathException e) {
      return entry;
    }
  }
}
