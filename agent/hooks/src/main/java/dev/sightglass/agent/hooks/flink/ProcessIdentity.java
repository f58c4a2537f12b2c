package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.DefinitionKind;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Keys;
import dev.sightglass.agent.hooks.drain.PendingDefinition;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.ZoneId;
import java.util.Properties;
import java.util.UUID;

/** What is known of this process. Immutable but for the TaskManager's name, which is known late. */
public final class ProcessIdentity {
  private final byte[] uuid;

  /** System property of a process in which a recorded task runs again. */
  public static final String REPLAY = "sightglass.replay";

  private final String role;
  private final String host;
  private final String flink;
  private final String agent;
  private final long startedMicros;
  private volatile String resource = "";

  private ProcessIdentity(String agentVersion) {
    UUID id = UUID.randomUUID();
    uuid =
        ByteBuffer.allocate(16)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array();
    role =
        Boolean.getBoolean(REPLAY) ? "replay" : roleOf(System.getProperty("sun.java.command", ""));
    host = hostName();
    flink = flinkVersion();
    agent = agentVersion;
    startedMicros = ManagementFactory.getRuntimeMXBean().getStartTime() * 1000;
  }

  public static ProcessIdentity read(String agentVersion) {
    return new ProcessIdentity(agentVersion);
  }

  /** By the class that was started: every way to run Flink has entry points of such names. */
  static String roleOf(String command) {
    String main = command.split("[\\s/]", 2)[0];
    if (main.startsWith("org.apache.flink.")) {
      if (main.contains("TaskExecutorRunner") || main.contains("TaskManagerRunner")) {
        return "taskmanager";
      }
      if (main.contains("Entrypoint") || main.contains("EntryPoint")) {
        return "jobmanager";
      }
    }
    return "other";
  }

  private static String hostName() {
    String fromEnvironment = System.getenv("HOSTNAME");
    if (fromEnvironment != null && !fromEnvironment.isEmpty()) {
      return fromEnvironment;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /**
   * From the file that Flink's own {@code EnvironmentInformation} reads, without loading a class of
   * Flink.
   */
  private static String flinkVersion() {
    try (InputStream in =
        ClassLoader.getSystemResourceAsStream(".flink-runtime.version.properties")) {
      if (in != null) {
        Properties p = new Properties();
        p.load(in);
        return p.getProperty("project.version", "");
      }
    } catch (IOException | IllegalArgumentException e) {
      // A jar that cannot be read is the job's to report.
    }
    return "";
  }

  public String role() {
    return role;
  }

  public String flink() {
    return flink;
  }

  public String agent() {
    return agent;
  }

  /** The UUID in 32 hex digits. */
  public String id() {
    return Keys.hex(uuid);
  }

  /** Attempt key of lanes that belong to no task. */
  public long key() {
    return Keys.process(uuid);
  }

  /** Attempt key of what this process tells of jobs that it submits. */
  public long plannerKey() {
    return Keys.planner(uuid);
  }

  public void setResource(String id) {
    resource = id;
  }

  /** Adds the members of HELLO that describe the process. */
  public void writeTo(JsonWriter json) {
    json.name("agent").value(agent);
    json.name("process").value(id());
    json.name("role").value(role);
    json.name("host").value(host);
    json.name("pid").value(ProcessHandle.current().pid());
    json.name("java").value(System.getProperty("java.version", ""));
    json.name("flink").value(flink);
    json.name("started_us").value(startedMicros);
  }

  /** Definition of kind 2. */
  PendingDefinition definition() {
    return new PendingDefinition(
        DefinitionKind.PROCESS,
        new JsonWriter()
            .beginObject()
            .name("process")
            .value(id())
            .name("role")
            .value(role)
            .name("host")
            .value(host)
            .name("pid")
            .value(ProcessHandle.current().pid())
            .name("java")
            .value(System.getProperty("java.version", ""))
            .name("flink")
            .value(flink)
            .name("agent")
            .value(agent)
            .name("timezone")
            .value(ZoneId.systemDefault().getId())
            .name("resource")
            .value(resource)
            .name("tells")
            .beginArray()
            .value("drops")
            .value("legacy-sources")
            .endArray()
            .endObject()
            .toString());
  }
}
