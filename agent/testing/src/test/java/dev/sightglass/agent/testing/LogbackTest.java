package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    TakingServer server = new TakingServer("{\"version\":\"1\",\"rules\":[]}");
    Fork job =
        Fork.run(
            folder,
            DeterminantsJob.class,
            List.of(
                System.getProperty("agent.jar") + "=127.0.0.1:" + server.port() + ",codec=none"),
            List.of(Fork.LOGBACK, "-Dlogback.configurationFile=" + configuration),
            Integer.toString(RECORDS),
            System.getProperty("user.jar"),
            folder.resolve("arrived").toString(),
            "hashmap",
            folder.resolve("checkpoints").toString());
    job.ends();
    server.close();
    assertNull(server.failure);
    assertFalse(job.err.contains("failed, the job"), job.err);
    LoggedLines.check(new RecordedRows(server), RECORDS);
  }
}
