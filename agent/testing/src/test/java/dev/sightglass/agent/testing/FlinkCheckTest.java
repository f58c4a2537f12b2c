package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent tries its hooks on a Flink that does not run. */
class FlinkCheckTest {
  @TempDir Path folder;

  private int exit;

  private String check(Path home) throws IOException, InterruptedException {
    Process p =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("agent.jar"),
                "check",
                home.toString())
            .redirectErrorStream(true)
            .start();
    String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    exit = p.waitFor();
    return out;
  }

  @Test
  void everyHookOfFlinkItselfFits() throws Exception {
    Path lib = Files.createDirectories(folder.resolve("lib"));
    String version = "";
    for (String jar :
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
            .split(File.pathSeparator)) {
      Path file = Path.of(jar);
      Matcher m =
          Pattern.compile("flink-(runtime|streaming-java|table-planner_2.12)-([\\d.]+)\\.jar")
              .matcher(file.getFileName().toString());
      if (!m.matches()) {
        continue;
      }
      if (m.group(1).startsWith("table-planner")) {
        // A distribution has it in a jar within a jar.
        try (ZipOutputStream z =
            new ZipOutputStream(
                Files.newOutputStream(lib.resolve("flink-table-planner-loader.jar")))) {
          z.putNextEntry(new ZipEntry("flink-table-planner.jar"));
          Files.copy(file, z);
        }
        continue;
      }
      version = m.group(2);
      // A distribution has them in one jar; what counts is its name.
      Files.copy(file, lib.resolve(file.getFileName().toString().replace("runtime", "dist")));
    }
    String out = check(folder);
    assertEquals(0, exit, out);
    assertTrue(out.startsWith("flink\t" + version + "\n"), out);
    assertFalse(out.contains("\tmissing\t"), out);
    assertTrue(out.contains("hook\tin\torg.apache.flink.streaming.runtime.io"), out);
    assertTrue(out.contains("delegation.ParserImpl\tfits\t"), out);
    assertTrue(out.contains("KafkaRecordEmitter\tabsent\t"), out);
  }

  @Test
  void aFolderWithoutFlinkIsNamed() throws Exception {
    String out = check(folder);
    assertEquals(2, exit);
    assertTrue(out.startsWith("error\tthere is no flink-dist in "), out);
  }
}
