package matrix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Runs shapes one after the other. Arguments: a folder, names of shapes with commas or {@code all},
 * and settings {@code key=value}. Each shape leaves its lines in a folder of its name, and beside
 * it {@code <name>.json} with the job's id and what is known of it.
 */
public final class Shapes {
  private Shapes() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    List<Shape> shapes = new ArrayList<>(StreamShapes.all());
    shapes.addAll(WindowShapes.all());
    shapes.addAll(TableShapes.all());
    shapes.addAll(LegacyShapes.all());
    shapes.add(Chance.shape());
    shapes.add(MultipleInputs.shape());
    if (!arguments[1].equals("all")) {
      List<String> wanted = List.of(arguments[1].split(","));
      shapes.removeIf(shape -> !wanted.contains(shape.name));
    }
    Map<String, String> settings = new TreeMap<>();
    settings.put("execution.checkpointing.interval", "150 ms");
    // A checkpoint right behind another may refer to files that Flink deletes just then, and hangs.
    settings.put("execution.checkpointing.min-pause", "100 ms");
    settings.put("restart-strategy.type", "fixed-delay");
    settings.put("restart-strategy.fixed-delay.attempts", "3");
    settings.put("restart-strategy.fixed-delay.delay", "100 ms");
    settings.put("parallelism.default", "2");
    for (int i = 2; i < arguments.length; i++) {
      int equals = arguments[i].indexOf('=');
      settings.put(arguments[i].substring(0, equals), arguments[i].substring(equals + 1));
    }
    for (Shape shape : shapes) {
      StreamExecutionEnvironment env =
          StreamExecutionEnvironment.getExecutionEnvironment(Configuration.fromMap(settings));
      shape.plan.make(new World(env, folder.resolve(shape.name)));
      report(folder, shape, env.execute(shape.name));
    }
  }

  private static void report(Path folder, Shape shape, JobExecutionResult result)
      throws IOException {
    String drops =
        shape.drops.entrySet().stream()
            .map(drop -> "\"" + drop.getKey() + "\":" + drop.getValue())
            .collect(Collectors.joining(","));
    Files.writeString(
        folder.resolve(shape.name + ".json"),
        "{\"shape\":\""
            + shape.name
            + "\",\"job\":\""
            + result.getJobID()
            + "\",\"items\":"
            + shape.items
            + ",\"drops\":{"
            + drops
            + "}}\n");
  }
}
