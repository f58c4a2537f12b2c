package bench;

import java.time.Instant;

/** One line on the process's output: {@code MARK records wall-ns}. */
final class Mark {
  private Mark() {}

  static void print(long records) {
    Instant now = Instant.now();
    System.out.println(
        "MARK " + records + " " + (now.getEpochSecond() * 1_000_000_000L + now.getNano()));
  }
}
