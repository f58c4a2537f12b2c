package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Log lines where the user's logging writes them on a thread of its own: log4j's asynchronous loggers and appenders. */
class AsyncLoggersTest {
  private static final int RECORDS = 300;

  @TempDir Path folder;

  @Test
  void linesOfAsynchronousLoggersStandAtTheirRecords() throws Exception {
    check(
        "<Root level='INFO'><AppenderRef ref='file'/></Root>",
        "-Dlog4j2.contextSelector=org.apache.logging.log4j.core.async.AsyncLoggerContextSelector");
  }

  @Test
  void linesOfLoggersThatAreAsynchronousByConfigurationStandAtTheirRecords() throws Exception {
    check("<AsyncRoot level='INFO'><AppenderRef ref='behind'/></AsyncRoot>", "-Dplain");
  }

  private void check(String loggers, String option) throws Exception {
    Path configuration = folder.resolve("log4j2.xml");
    Path log = folder.resolve("log");
    Files.writeString(
        configuration,
        "<Configuration><Appenders><File name='file' fileName='"
            + log
            + "'><PatternLayout pattern='%t %c %m%n'/></File>"
            + "<Async name='behind'><AppenderRef ref='file'/></Async></Appenders><Loggers>"
            + loggers
            + "</Loggers></Configuration>");
    LoggedLines.check(
        folder, RECORDS, "-Dlog4j2.configurationFile=" + configuration, option);
    assertTrue(Files.readString(log).contains("ReadAll seen 7"), "the job's own log has its lines");
  }
}
