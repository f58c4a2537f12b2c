package dev.sightglass.agent.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.streaming.api.graph.StreamConfig;
import org.apache.flink.streaming.api.operators.AbstractUdfStreamOperator;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.util.ChildFirstClassLoader;

/** Reads a capsule back in a JVM that never saw the job, and says what is in it. */
public final class CapsuleReader {
  private CapsuleReader() {}

  public static void main(String[] arguments) throws Exception {
    Path parts = Path.of(arguments[0]);
    String capsule = Files.readString(parts.resolve("capsule.json"));
    Map<String, Path> byName = new TreeMap<>();
    Path jar = null;
    Matcher m =
        Pattern.compile("\"name\":\"([^\"]*)\",\"format\":\"(\\w+)\",\"bytes\":\\d+,\"sha256\":\"(\\w+)\"")
            .matcher(capsule);
    while (m.find()) {
      byName.put(m.group(1), parts.resolve(m.group(3)));
      jar = m.group(2).equals("jar") ? parts.resolve(m.group(3)) : jar;
    }
    ClassLoader loader =
        new ChildFirstClassLoader(
            new URL[] {jar.toUri().toURL()},
            Environment.class.getClassLoader(),
            new String[] {"java.", "org.apache.flink.", "org.slf4j", "org.apache.log4j"},
            t -> {});
    Configuration task = read(byName.get("task_configuration"), loader);
    for (StreamConfig c :
        new StreamConfig(task).getTransitiveChainedTaskConfigsWithSelf(loader).values()) {
      operator(c, loader);
    }
    ExecutionConfig execution = read(byName.get("execution_config"), loader);
    execution
        .getGlobalJobParameters()
        .toMap()
        .forEach((k, v) -> System.out.println("job parameter " + k + "=" + v));
    Configuration job = read(byName.get("job_configuration"), loader);
    Configuration manager = read(byName.get("taskmanager_configuration"), loader);
    System.out.println("settings " + job.toMap().size() + " " + manager.toMap().size());
  }

  private static void operator(StreamConfig c, ClassLoader loader) throws Exception {
    System.out.println("operator " + c.getOperatorName() + " " + c.getOperatorID());
    StreamOperatorFactory<?> factory = c.getStreamOperatorFactory(loader);
    System.out.println("factory " + factory.getClass().getName());
    Object operator =
        factory instanceof SimpleOperatorFactory
            ? ((SimpleOperatorFactory<?>) factory).getOperator()
            : null;
    if (operator instanceof AbstractUdfStreamOperator) {
      Object f = ((AbstractUdfStreamOperator<?, ?>) operator).getUserFunction();
      String by = f.getClass().getClassLoader().getClass().getSimpleName();
      System.out.println("function " + f.getClass().getName() + " by " + by);
    }
    if (c.getStateKeySerializer(loader) != null) {
      System.out.println("key serializer " + c.getStateKeySerializer(loader).getClass().getName());
      KeySelector<Object, ?> key = c.getStatePartitioner(0, loader);
      System.out.println("key of 47: " + key.getKey(47L));
    }
    System.out.println("out serializer " + c.getTypeSerializerOut(loader).getClass().getName());
  }

  @SuppressWarnings("unchecked")
  private static <T> T read(Path part, ClassLoader loader) throws Exception {
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(Files.readAllBytes(part))) {
          @Override
          protected Class<?> resolveClass(ObjectStreamClass d)
              throws IOException, ClassNotFoundException {
            return Class.forName(d.getName(), false, loader);
          }
        }) {
      return (T) in.readObject();
    }
  }
}
