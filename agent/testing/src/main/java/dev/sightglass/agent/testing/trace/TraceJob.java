package dev.sightglass.agent.testing.trace;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * Runs jobs one behind the other in one process; each argument is {@code backend,reuse} or {@code
 * backend,copy}. Prints what each job's end saw, and what the functions wrote down.
 */
public final class TraceJob {
  private static final Map<String, AtomicLong> ENDS = new ConcurrentSkipListMap<>();

  private TraceJob() {}

  public static void main(String[] arguments) throws Exception {
    // The first job brings the agent and its server together: what it does is not compared.
    run("warm-up", "hashmap", false);
    for (String a : arguments) {
      String[] parts = a.split(",");
      run(a, parts[0], parts[1].equals("reuse"));
    }
    System.out.println("ends " + ENDS);
    Truth.print();
  }

  private static void run(String name, String backend, boolean reuse) throws Exception {
    Truth.begin(name);
    Configuration c = new Configuration();
    c.setString("state.backend.type", backend);
    c.setString("pipeline.object-reuse", Boolean.toString(reuse));
    c.setString("execution.buffer-timeout.interval", "10ms");
    c.setString("taskmanager.memory.network.min", "32m");
    c.setString("taskmanager.memory.network.max", "32m");
    c.setString("taskmanager.memory.managed.size", "64m");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, c);
    env.setMaxParallelism(8);
    env.fromSequence(0, 299)
        .keyBy(i -> "k" + i % 3)
        .process(new KeyedStates(backend.equals("hashmap")))
        .name(KeyedStates.NAME)
        .map(new End(name + "/keyed"))
        .sinkTo(new DiscardingSink<>());
    env.execute(name);
  }

  /** Counts what comes to an end, and sums up what it is. */
  static final class End implements MapFunction<String, String> {
    private static final long serialVersionUID = 1;
    private final String name;

    End(String name) {
      this.name = name;
    }

    @Override
    public String map(String value) {
      ENDS.computeIfAbsent(name, k -> new AtomicLong()).addAndGet(value.hashCode() * 31L + 1);
      return value;
    }
  }
}
