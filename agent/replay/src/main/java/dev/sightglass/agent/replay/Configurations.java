package dev.sightglass.agent.replay;

import java.io.IOException;
import org.apache.flink.configuration.Configuration;

/** The configurations of a task, changed so that nothing is written where production writes. */
final class Configurations {
  final Configuration task;
  final Configuration job;
  final Configuration manager;

  Configurations(TaskFile file, ClassLoader user) throws IOException, ClassNotFoundException {
    task = new Configuration(file.<Configuration>object("task_configuration", user));
    job = new Configuration(file.<Configuration>object("job_configuration", user));
    manager = new Configuration(file.<Configuration>object("taskmanager_configuration", user));
    file.configured()
        .forEach(
            (key, value) -> {
              job.setString(key, value);
              manager.setString(key, value);
            });
    String checkpoints = file.folder().resolve("checkpoints").toUri().toString();
    for (Configuration c : new Configuration[] {task, job, manager}) {
      // Both the names of today and those before.
      for (String key :
          new String[] {
            "execution.checkpointing.dir",
            "state.checkpoints.dir",
            "execution.checkpointing.savepoint-dir",
            "state.savepoints.dir"
          }) {
        c.setString(key, checkpoints);
      }
      c.setString("execution.checkpointing.storage", "filesystem");
      c.setString("state.checkpoint-storage", "filesystem");
    }
  }
}
