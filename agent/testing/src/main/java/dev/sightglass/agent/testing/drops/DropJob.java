package dev.sightglass.agent.testing.drops;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** All pipelines as one job, in this process; prints what was planted and what Flink counted. */
public final class DropJob {
  private DropJob() {}

  public static void main(String[] arguments) throws Exception {
    Configuration c = new Configuration();
    c.setString("execution.checkpointing.interval", "1s");
    c.setString("restart-strategy.type", "disable"); // what fails would run forever
    c.setString("execution.buffer-timeout.interval", "5ms");
    c.setString("pipeline.auto-watermark-interval", "50ms");
    c.setString("taskmanager.memory.network.min", "128m");
    c.setString("taskmanager.memory.network.max", "128m");
    c.setString("taskmanager.memory.managed.size", "256m");
    c.setString("metrics.reporters", "late");
    c.setString("metrics.reporter.late.factory.class", LateReporter.Factory.class.getName());
    for (String argument : arguments) {
      String[] kv = argument.split("=", 2);
      c.setString(kv[0], kv[1]);
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, c);
    env.setParallelism(1);
    new StreamDrops(env, keyed -> keyed).build();
    new FormatDrops(env).build();
    new TableDrops(env).build();
    if (TableDrops.NEW) {
      Class.forName(DropJob.class.getPackageName() + ".AsyncDrops")
          .getMethod("build", StreamExecutionEnvironment.class)
          .invoke(null, env);
    }
    env.execute("drops");
    LateReporter.print();
    System.out.println("ends well");
  }
}
