package dev.sightglass.agent.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Log lines where Flink logs with logback; those of log4j are in {@link DeterminantsTest}. */
class LogbackTest {
  private static final int RECORDS = 600;

  @TempDir Path folder;

  @Test
  void logLinesStandAtTheirRecords() throws Exception {
    Path configuration = folder.resolve("logback.xml");
    Files.writeString(
        configuration,
        "<configuration><appender name='none' class='ch.qos.logback.core.helpers.NOPAppender'/>"
            + "<root level='INFO'><appender-ref ref='none'/></root></configuration>");
    LoggedLines.check(
        folder, RECORDS, Fork.LOGBACK, "-Dlogback.configurationFile=" + configuration);
  }
}
