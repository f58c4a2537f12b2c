package matrix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/**
 * Writes each value as a line into a file of its subtask and attempt, and hands it on. No sink: one
 * that compiles for both lines cannot be written.
 */
final class Lines extends RichMapFunction<String, String> {
  private final String folder;
  private transient Writer file;

  Lines(Path folder) {
    this.folder = folder.toString();
  }

  @Override
  public void open(OpenContext context) throws IOException {
    TaskInfo task = getRuntimeContext().getTaskInfo();
    Files.createDirectories(Path.of(folder));
    file =
        Files.newBufferedWriter(
            Path.of(folder, task.getIndexOfThisSubtask() + "-" + task.getAttemptNumber() + ".txt"));
  }

  @Override
  public String map(String line) throws IOException {
    file.write(line);
    file.write('\n');
    return line;
  }

  @Override
  public void close() {
    if (file == null) {
      return;
    }
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
