package dev.sightglass.agent.hooks.lines;

/** Which of a job's classes tell their lines: not those of libraries in its jars. */
public final class LineScope {
  /** System properties: beginnings of class names, with commas between. */
  private static final String ONLY = "sightglass.lines.only";

  private static final String WITHOUT = "sightglass.lines.without";

  private static final String[] LIBRARIES = {
    "org/apache/",
    "com/google/",
    "com/fasterxml/",
    "com/esotericsoftware/",
    "com/github/benmanes/",
    "com/twitter/",
    "com/amazonaws/",
    "software/amazon/",
    "io/confluent/",
    "io/grpc/",
    "io/netty/",
    "io/opentelemetry/",
    "io/micrometer/",
    "jakarta/",
    "javax/",
    "javassist/",
    "kotlin/",
    "kotlinx/",
    "net/bytebuddy/",
    "okhttp3/",
    "okio/",
    "org/bouncycastle/",
    "org/codehaus/",
    "org/joda/",
    "org/json/",
    "org/jetbrains/",
    "org/objectweb/",
    "org/slf4j/",
    "org/springframework/",
    "org/xerial/",
    "org/yaml/",
    "reactor/",
    "scala/",
    "ch/qos/"
  };

  private final String[] only;
  private final String[] without;

  /** What the process's properties say. */
  public LineScope() {
    this(System.getProperty(ONLY, ""), System.getProperty(WITHOUT, ""));
  }

  LineScope(String only, String without) {
    this.only = beginnings(only);
    this.without = beginnings(without);
  }

  private static String[] beginnings(String list) {
    return list.isEmpty() ? new String[0] : list.replace('.', '/').split(",");
  }

  /**
   * @param className internal name
   */
  boolean has(String className) {
    if (begins(className, without) || isMadeByTheJvm(className)) {
      return false;
    }
    return only.length > 0 ? begins(className, only) : !begins(className, LIBRARIES);
  }

  /** Proxies that the JDK makes lie in the loader of their interface: nobody wrote their code. */
  private static boolean isMadeByTheJvm(String name) {
    return name.startsWith("$Proxy", name.lastIndexOf('/') + 1);
  }

  private static boolean begins(String name, String[] with) {
    for (String p : with) {
      if (name.startsWith(p)) {
        return true;
      }
    }
    return false;
  }
}
