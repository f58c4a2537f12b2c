package dev.sightglass.agent.replay;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.flink.runtime.executiongraph.ExecutionAttemptID;
import org.apache.flink.runtime.executiongraph.ExecutionGraphID;
import org.apache.flink.runtime.io.network.partition.ResultPartitionID;
import org.apache.flink.runtime.jobgraph.IntermediateDataSetID;
import org.apache.flink.runtime.jobgraph.IntermediateResultPartitionID;
import org.apache.flink.runtime.jobgraph.JobVertexID;
import org.apache.flink.runtime.scheduler.strategy.ExecutionVertexID;
import org.apache.flink.util.AbstractID;
import org.apache.flink.util.InstantiationUtil;
import org.apache.flink.util.StringUtils;

/** The capsule of a task attempt as the server lays it out: {@code task.properties} and files. */
final class TaskFile {
  private static final String CONFIG = "config.";

  private final Path folder;
  private final Path parts;
  private final Properties p = new Properties();

  /**
   * @param folder of one run
   * @param parts of what all runs of a process have
   */
  TaskFile(Path folder, Path parts) throws IOException {
    this.folder = folder;
    this.parts = parts;
    try (InputStream in = Files.newInputStream(folder.resolve("task.properties"))) {
      p.load(in);
    }
  }

  /** What is written goes here. */
  Path folder() {
    return folder;
  }

  /** A file of this run, else one of all runs; it need not be there. */
  Path file(String name) {
    Path own = folder.resolve(name);
    return Files.exists(own) ? own : parts.resolve(name);
  }

  String text(String key) {
    String v = p.getProperty(key);
    if (v == null) {
      throw new IllegalArgumentException("task.properties has no " + key);
    }
    return v;
  }

  String text(String key, String otherwise) {
    return p.getProperty(key, otherwise);
  }

  int number(String key) {
    return Integer.parseInt(text(key));
  }

  byte[] id(String key) {
    return StringUtils.hexStringToByte(text(key));
  }

  /** Null when there is no such file. */
  <T> T object(String file, ClassLoader loader) throws IOException, ClassNotFoundException {
    Path f = file(file);
    if (!Files.exists(f)) {
      return null;
    }
    byte[] b = Files.readAllBytes(f);
    if (text("versions", "").equals("other")) {
      Versions.adjust(b, loader);
    }
    return InstantiationUtil.deserializeObject(b, loader);
  }

  /** What is configured otherwise than recorded, by key. */
  Map<String, String> configured() {
    Map<String, String> all = new TreeMap<>();
    for (String key : p.stringPropertyNames()) {
      if (key.startsWith(CONFIG)) {
        all.put(key.substring(CONFIG.length()), p.getProperty(key));
      }
    }
    return all;
  }

  /** {@code graph_vertex_subtask_attempt}. */
  static ExecutionAttemptID execution(String text) {
    String[] f = text.split("_");
    if (f.length != 4) {
      throw new IllegalArgumentException("'" + text + "' is no execution attempt");
    }
    return new ExecutionAttemptID(
        new ExecutionGraphID(StringUtils.hexStringToByte(f[0])),
        new ExecutionVertexID(JobVertexID.fromHexString(f[1]), Integer.parseInt(f[2])),
        Integer.parseInt(f[3]));
  }

  /** {@code dataset#number@execution}. */
  static ResultPartitionID partition(String text) {
    int at = text.indexOf('@');
    int hash = text.indexOf('#');
    if (at < 0 || hash < 0 || hash > at) {
      throw new IllegalArgumentException("'" + text + "' is no partition");
    }
    AbstractID set = new AbstractID(StringUtils.hexStringToByte(text.substring(0, hash)));
    return new ResultPartitionID(
        new IntermediateResultPartitionID(
            new IntermediateDataSetID(set), Integer.parseInt(text.substring(hash + 1, at))),
        execution(text.substring(at + 1)));
  }
}
