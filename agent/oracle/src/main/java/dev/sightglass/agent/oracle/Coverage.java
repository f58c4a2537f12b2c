package dev.sightglass.agent.oracle;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Which of Flink's own serializers no kind tries. None may be left out without a reason. */
final class Coverage {
  private static final Map<String, String> LEFT_OUT = leftOut();

  private Coverage() {}

  private static Map<String, String> leftOut() {
    Map<String, String> m = new LinkedHashMap<>();
    String flink = "org.apache.flink.";
    m.put(flink + "api.common.typeutils.UnloadableDummyTypeSerializer", "stands for one that is lost");
    m.put(flink + "api.scala.typeutils.NothingSerializer", "has no values");
    m.put(flink + "cep.nfa.NFA$NFASerializer", "only read, in savepoints before 1.5");
    m.put(flink + "cep.nfa.SharedBuffer$SharedBufferSerializer", "only read, in savepoints before 1.6");
    m.put(
        flink + "cep.nfa.sharedbuffer.SharedBufferNode$SharedBufferNodeSerializer",
        "only read, in savepoints before 1.15");
    m.put(flink + "streaming.api.operators.sort.KeyAndValueSerializer", "sorts batches on local disk");
    m.put(flink + "streaming.api.operators.sortpartition.KeyAndValueSerializer", "sorts on local disk");
    m.put(flink + "table.runtime.typeutils.serializers.python.", "between a task and its Python process");
    m.put(
        flink + "table.runtime.sequencedmultisetstate.linked.RowDataKeySerializer",
        "needs generated code; writes what the row's serializer writes");
    return m;
  }

  /** Names of concrete serializers in Flink's jars that are neither in {@code used} nor left out. */
  static Set<String> missing(Set<String> used) throws IOException {
    Set<String> missing = new TreeSet<>();
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (new File(part).getName().startsWith("flink-") && part.endsWith(".jar")) {
        try (JarFile jar = new JarFile(part)) {
          for (Enumeration<JarEntry> e = jar.entries(); e.hasMoreElements(); ) {
            String name = e.nextElement().getName();
            if (name.startsWith("org/apache/flink/") && name.contains("Serializer") && name.endsWith(".class")
                || name.contains("CommittableMessageTypeInfo$")) {
              look(name.substring(0, name.length() - 6).replace('/', '.'), used, missing);
            }
          }
        }
      }
    }
    return missing;
  }

  private static void look(String name, Set<String> used, Set<String> missing) {
    try {
      Class<?> k = Class.forName(name, false, Coverage.class.getClassLoader());
      boolean concrete = TypeSerializer.class.isAssignableFrom(k) && !Modifier.isAbstract(k.getModifiers());
      if (concrete && !used.contains(name) && LEFT_OUT.keySet().stream().noneMatch(name::startsWith)) {
        missing.add(name);
      }
    } catch (ClassNotFoundException | LinkageError e) {
      // of a library that is not here: nothing can make one
    }
  }
}
