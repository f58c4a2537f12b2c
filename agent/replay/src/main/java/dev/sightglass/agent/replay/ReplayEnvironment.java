package dev.sightglass.agent.replay;

import java.io.File;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobInfoImpl;
import org.apache.flink.api.common.TaskInfoImpl;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.accumulators.AccumulatorRegistry;
import org.apache.flink.runtime.broadcast.BroadcastVariableManager;
import org.apache.flink.runtime.checkpoint.JobManagerTaskRestore;
import org.apache.flink.runtime.checkpoint.TaskStateSnapshot;
import org.apache.flink.runtime.checkpoint.channel.ChannelStateWriteRequestExecutorFactory;
import org.apache.flink.runtime.checkpoint.channel.SequentialChannelStateReader;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.executiongraph.ExecutionAttemptID;
import org.apache.flink.runtime.io.disk.iomanager.IOManagerAsync;
import org.apache.flink.runtime.io.network.TaskEventDispatcher;
import org.apache.flink.runtime.io.network.api.writer.ResultPartitionWriter;
import org.apache.flink.runtime.jobgraph.JobType;
import org.apache.flink.runtime.jobgraph.JobVertexID;
import org.apache.flink.runtime.jobgraph.tasks.TaskOperatorEventGateway;
import org.apache.flink.runtime.memory.MemoryManager;
import org.apache.flink.runtime.memory.SharedResources;
import org.apache.flink.runtime.metrics.groups.UnregisteredMetricGroups;
import org.apache.flink.runtime.query.KvStateRegistry;
import org.apache.flink.runtime.state.LocalRecoveryConfig;
import org.apache.flink.runtime.state.TaskExecutorStateChangelogStoragesManager;
import org.apache.flink.runtime.state.TaskLocalStateStore;
import org.apache.flink.runtime.state.TaskStateManagerImpl;
import org.apache.flink.runtime.taskmanager.CheckpointResponder;
import org.apache.flink.runtime.taskmanager.TaskManagerActions;
import org.apache.flink.runtime.taskmanager.TaskManagerRuntimeInfo;
import org.apache.flink.util.SimpleUserCodeClassLoader;

/**
 * What a task sees of its TaskManager: real where it works with it, silent where it would tell the
 * JobManager something. A proxy, since the lines of Flink differ in what the interface has.
 */
final class ReplayEnvironment {
  private static final int PAGE = 32 * 1024;

  private final Map<String, Object> values = new HashMap<>();
  private final ResultPartitionWriter[] outputs;
  private final ReplayGate[] gates;
  private final Checkpoints checkpoints;
  private Throwable failure;

  ReplayEnvironment(
      TaskFile task,
      ClassLoader user,
      Configurations configurations,
      JobManagerTaskRestore restore,
      ReplayGate[] gates,
      ResultPartitionWriter[] outputs,
      Checkpoints checkpoints)
      throws Exception {
    this.outputs = outputs;
    this.gates = gates;
    this.checkpoints = checkpoints;
    ExecutionAttemptID attempt = TaskFile.execution(task.text("execution"));
    JobID job = JobID.fromHexString(task.text("job_id"));
    JobVertexID vertex = JobVertexID.fromHexString(task.text("vertex"));
    values.put("getExecutionConfig", task.<ExecutionConfig>object("execution_config", user));
    values.put("getJobID", job);
    values.put("getJobType", JobType.valueOf(task.text("job_type")));
    values.put("getJobVertexId", vertex);
    values.put("getExecutionId", attempt);
    values.put("getTaskConfiguration", configurations.task);
    values.put("getJobConfiguration", configurations.job);
    values.put("getJobInfo", new JobInfoImpl(job, task.text("job_name")));
    values.put("getTaskInfo", taskInfo(task));
    values.put("getMetricGroup", UnregisteredMetricGroups.createUnregisteredTaskMetricGroup());
    File folder = task.folder().resolve("tmp").toFile();
    values.put("getTaskManagerInfo", new Manager(configurations.manager, folder));
    values.put("getIOManager", new IOManagerAsync(folder.getPath()));
    long memory = Long.parseLong(task.text("managed_memory"));
    values.put("getMemoryManager", MemoryManager.create(memory, PAGE));
    values.put("getSharedResources", new SharedResources());
    values.put("getUserCodeClassLoader", SimpleUserCodeClassLoader.create(user));
    values.put("getDistributedCacheEntries", Map.of());
    values.put("getBroadcastVariableManager", new BroadcastVariableManager());
    TaskStateManagerImpl state =
        new TaskStateManagerImpl(
            job,
            attempt,
            new NoLocalState(),
            null,
            null,
            new TaskExecutorStateChangelogStoragesManager(),
            restore,
            acknowledging(checkpoints));
    // What was on its way at a checkpoint comes in with the feed.
    Members.set(state, "sequentialChannelStateReader", SequentialChannelStateReader.NO_OP);
    values.put("getTaskStateManager", state);
    values.put("getAccumulatorRegistry", new AccumulatorRegistry(job, attempt));
    values.put("getTaskKvStateRegistry", new KvStateRegistry().createTaskRegistry(job, vertex));
    values.put("getTaskEventDispatcher", new TaskEventDispatcher());
    values.put("getOperatorCoordinatorEventGateway", silent(TaskOperatorEventGateway.class));
    values.put("getChannelStateExecutorFactory", new ChannelStateWriteRequestExecutorFactory(job));
    values.put("getTaskManagerActions", silent(TaskManagerActions.class));
    values.put("getAllWriters", outputs);
    values.put("getAllInputGates", gates);
  }

  /** Passes on what the task's snapshots are. */
  private static CheckpointResponder acknowledging(Checkpoints to) {
    CheckpointResponder silent = silent(CheckpointResponder.class);
    return (CheckpointResponder)
        Proxy.newProxyInstance(
            CheckpointResponder.class.getClassLoader(),
            new Class<?>[] {CheckpointResponder.class},
            (self, m, a) -> {
              if (m.getName().equals("acknowledgeCheckpoint")) {
                to.taken((Long) a[2], (TaskStateSnapshot) a[4]);
                return null;
              }
              return m.invoke(silent, a);
            });
  }

  private static TaskInfoImpl taskInfo(TaskFile task) {
    return new TaskInfoImpl(
        task.text("task.name"),
        task.number("task.max_parallelism"),
        task.number("task.index"),
        task.number("task.parallelism"),
        task.number("task.attempt"),
        task.text("task.allocation"));
  }

  /** What the task said that it failed with, or null. */
  Throwable failure() {
    return failure;
  }

  /** Gives back what the task worked with. */
  void close() throws Exception {
    ((IOManagerAsync) values.get("getIOManager")).close();
    ((MemoryManager) values.get("getMemoryManager")).shutdown();
  }

  Environment proxy() {
    return (Environment)
        Proxy.newProxyInstance(
            Environment.class.getClassLoader(), new Class<?>[] {Environment.class}, this::answer);
  }

  private Object answer(Object self, Method m, Object[] a) {
    String name = m.getName();
    switch (name) {
      case "getWriter":
        return outputs[(Integer) a[0]];
      case "getInputGate":
        return gates[(Integer) a[0]];
      case "failExternally":
        failed((Throwable) a[0]);
        return null;
      case "declineCheckpoint":
        checkpoints.declined((Long) a[0], (Throwable) a[1]);
        return null;
      case "hashCode":
        return System.identityHashCode(self);
      case "equals":
        return self == a[0];
      case "toString":
        return "the environment of a replay";
      default:
        if (name.startsWith("set") && a != null && a.length == 1) {
          values.put("get" + name.substring("set".length()), a[0]);
          return null;
        }
        return values.get(name);
    }
  }

  private void failed(Throwable t) {
    if (failure == null) {
      failure = t;
    }
  }

  /** An object that does nothing. */
  static <T> T silent(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, m, a) -> {
              if (m.getName().equals("hashCode")) {
                return System.identityHashCode(self);
              }
              if (m.getName().equals("equals")) {
                return self == a[0];
              }
              if (m.getName().equals("toString")) {
                return type.getSimpleName() + " of a replay";
              }
              if (m.getReturnType() == boolean.class) {
                return false;
              }
              return m.getReturnType() == CompletableFuture.class
                  ? CompletableFuture.completedFuture(null)
                  : null;
            }));
  }

  private static final class Manager implements TaskManagerRuntimeInfo {
    private final Configuration configuration;
    private final File folder;

    Manager(Configuration configuration, File folder) {
      this.configuration = configuration;
      this.folder = folder;
    }

    @Override
    public Configuration getConfiguration() {
      return configuration;
    }

    @Override
    public String[] getTmpDirectories() {
      return new String[] {folder.getPath()};
    }

    @Override
    public boolean shouldExitJvmOnOutOfMemoryError() {
      return false;
    }

    @Override
    public String getTaskManagerExternalAddress() {
      return "localhost";
    }

    @Override
    public String getTaskManagerBindAddress() {
      return "localhost";
    }

    @Override
    public File getTmpWorkingDirectory() {
      return folder;
    }
  }

  private static final class NoLocalState implements TaskLocalStateStore {
    @Override
    public void storeLocalState(long checkpoint, TaskStateSnapshot state) {}

    @Override
    public TaskStateSnapshot retrieveLocalState(long checkpoint) {
      return null;
    }

    @Override
    public LocalRecoveryConfig getLocalRecoveryConfig() {
      return new LocalRecoveryConfig(false, false, null);
    }

    @Override
    public void confirmCheckpoint(long checkpoint) {}

    @Override
    public void abortCheckpoint(long checkpoint) {}

    @Override
    public void pruneMatchingCheckpoints(LongPredicate which) {}
  }
}
