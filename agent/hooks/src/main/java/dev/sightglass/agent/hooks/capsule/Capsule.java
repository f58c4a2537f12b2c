package dev.sightglass.agent.hooks.capsule;

import dev.sightglass.agent.core.EventKind;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Keys;
import dev.sightglass.agent.hooks.drain.Attempt;
import dev.sightglass.agent.hooks.flink.Mirror;
import dev.sightglass.agent.hooks.secrets.Secrets;
import dev.sightglass.agent.wire.Blob;
import dev.sightglass.bootstrap.Clock;
import java.util.ArrayList;
import java.util.List;

/** What rebuilds one task attempt, on its way from the task's start to its row and its blobs. */
public final class Capsule extends Package {
  private static final int MAX_CHANNELS = 4096;
  private Object environment;
  private ClassLoader loader;
  private final String invokable;
  private final UserJars userJars;

  private List<UserJars.Jar> jars = List.of();
  private String head = "";
  private final List<String> missing = new ArrayList<>();

  /**
   * Taken when the task starts, on its thread: only references are kept, and what Flink clears soon
   * is copied.
   */
  Capsule(
      Attempt attempt,
      ClassLoader loader,
      String invokable,
      Object environment,
      UserJars userJars) {
    super(attempt);
    this.environment = environment;
    // Flink empties the wrapper when the job has ended, which may be before this is made ready.
    this.loader = UserJars.inner(loader);
    this.invokable = invokable;
    this.userJars = userJars;
    // Flink takes the operators out of the configuration when they were made.
    Object task = Mirror.call(Mirror.call(environment, "getTaskConfiguration"), "clone");
    parts.add(new Part("task_configuration", () -> task));
    parts.add(new Part("job_configuration", () -> Mirror.call(environment, "getJobConfiguration")));
    parts.add(new Part("execution_config", () -> Mirror.call(environment, "getExecutionConfig")));
    parts.add(
        new Part(
            "taskmanager_configuration",
            () -> Mirror.call(Mirror.call(environment, "getTaskManagerInfo"), "getConfiguration")));
  }

  @Override
  void prepare() {
    JsonWriter j = new JsonWriter().beginObject();
    j.name("at_us").value(Clock.read());
    j.name("invokable").value(invokable);
    try {
      task(j);
      gates(j);
      writers(j);
    } catch (Mirror.NoSuchMember e) {
      missing("description", e.getMessage());
      j = new JsonWriter().beginObject().name("invokable").value(invokable);
    }
    loader(j);
    head = j.toString();
    super.prepare();
    jars = UserJars.of(loader);
    environment = null;
    loader = null;
  }

  private void task(JsonWriter j) {
    Object info = Mirror.call(environment, "getTaskInfo");
    j.name("job_type").value(Mirror.text(environment, "getJobType"));
    j.name("job_id").value(Keys.hex(Mirror.id(Mirror.call(environment, "getJobID"))));
    j.name("job_name").value(Mirror.text(Mirror.call(environment, "getJobInfo"), "getJobName"));
    j.name("vertex").value(Keys.hex(Mirror.id(Mirror.call(environment, "getJobVertexId"))));
    j.name("execution").value(Mirror.call(environment, "getExecutionId").toString());
    j.name("task").beginObject();
    j.name("name").value(Mirror.text(info, "getTaskName"));
    j.name("max_parallelism").value(Mirror.number(info, "getMaxNumberOfParallelSubtasks"));
    j.name("index").value(Mirror.number(info, "getIndexOfThisSubtask"));
    j.name("parallelism").value(Mirror.number(info, "getNumberOfParallelSubtasks"));
    j.name("attempt").value(Mirror.number(info, "getAttemptNumber"));
    j.name("allocation").value(Mirror.text(info, "getAllocationIDAsString"));
    j.endObject();
  }

  /** Channels as {@code [partition, first subpartition, class]}. */
  private void gates(JsonWriter j) {
    j.name("gates").beginArray();
    for (Object gate : (Object[]) Mirror.call(environment, "getAllInputGates")) {
      int n = Mirror.number(gate, "getNumberOfInputChannels");
      j.beginObject().name("channels").beginArray();
      for (int i = 0; i < Math.min(n, MAX_CHANNELS); i++) {
        Object channel = Mirror.call(gate, "getChannel", i);
        j.beginArray().value(Mirror.text(channel, "getPartitionId"));
        j.value(subpartition(channel)).value(channel.getClass().getSimpleName()).endArray();
      }
      j.endArray();
      if (n > MAX_CHANNELS) {
        j.name("channels_in_all").value(n);
      }
      j.endObject();
    }
    j.endArray();
  }

  private static int subpartition(Object channel) {
    try {
      return Mirror.number(
          Mirror.call(channel, "getConsumedSubpartitionIndexSet"), "getStartIndex");
    } catch (Mirror.NoSuchMember e) {
      return Mirror.number(channel, "getConsumedSubpartitionIndex");
    }
  }

  private void writers(JsonWriter j) {
    j.name("writers").beginArray();
    for (Object w : (Object[]) Mirror.call(environment, "getAllWriters")) {
      j.beginObject().name("partition").value(Mirror.text(w, "getPartitionId"));
      j.name("subpartitions").value(Mirror.number(w, "getNumberOfSubpartitions"));
      j.name("key_groups").value(Mirror.number(w, "getNumTargetKeyGroups"));
      j.name("class").value(w.getClass().getSimpleName()).endObject();
    }
    j.endArray();
  }

  private void loader(JsonWriter j) {
    j.name("loader").beginObject().name("class").value(loader.getClass().getName());
    j.name("parent_first").beginArray();
    try {
      for (String p : (String[]) Mirror.field(loader, "alwaysParentFirstPatterns")) {
        j.value(p);
      }
    } catch (Mirror.NoSuchMember e) {
      // the parent comes first anyway
    }
    j.endArray().endObject();
  }

  private void missing(String part, String reason) {
    missing.add(
        new JsonWriter()
            .beginObject()
            .name("name")
            .value(part)
            .name("reason")
            .value(reason)
            .endObject()
            .toString());
  }

  @Override
  void finish(Keeper keeper, Secrets secrets) {
    Cleaned cleaned = new Cleaned(secrets);
    cleaned.clean(parts);
    // The description so far is one object whose end is still to come.
    JsonWriter j = new JsonWriter().beginObject();
    j.name("of").raw(Secrets.clean(head + "}"));
    JvmFacts.write(j, secrets);
    j.name("parts").beginArray();
    for (Part p : parts) {
      if (p.bytes == null) {
        missing(p.name, p.reason == null ? "there is none" : p.reason);
        continue;
      }
      Blob b = Blob.of(p.bytes);
      part(j, p.name, "java", b);
      keep(keeper, p.name, b);
    }
    for (UserJars.Jar jar : jars) {
      Blob b = userJars.blob(jar);
      if (b == null) {
        missing(jar.name, jar.reason);
        continue;
      }
      part(j, jar.name, "jar", b);
      keep(keeper, jar.name, b);
    }
    j.endArray().name("hidden").beginArray();
    cleaned.hidden().forEach(j::value);
    j.endArray().name("missing").beginArray();
    missing.forEach(j::raw);
    j.endArray().endObject();
    recording.event(EventKind.CAPSULE, j, null);
  }

  private static void part(JsonWriter j, String name, String format, Blob b) {
    j.beginObject().name("name").value(name).name("format").value(format);
    j.name("bytes").value(b.size()).name("sha256").value(Keys.hex(b.hash())).endObject();
  }

  private void keep(Keeper keeper, String name, Blob b) {
    if (!keeper.keep(b)) {
      missing(name, "there was no room for it on its way");
    }
  }

  @Override
  void drop(String reason) {
    JsonWriter j = new JsonWriter().beginObject();
    j.name("parts").beginArray().endArray().name("hidden").beginArray().endArray();
    j.name("missing").beginArray().beginObject().name("name").value("capsule");
    j.name("reason").value(reason).endObject().endArray().endObject();
    recording.event(EventKind.CAPSULE, j, null);
  }
}
