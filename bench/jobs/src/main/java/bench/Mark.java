package bench;

import java.time.Duration;
import java.time.Instant;

/** One line on the process's output: {@code MARK records wall-ns cpu-ns}. */
final class Mark {
  private Mark() {}

  static void print(long records) {
    Duration cpu = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    Instant now = Instant.now();
    long wall = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    System.out.println("MARK " + records + " " + wall + " " + cpu.toNanos());
  }
}
