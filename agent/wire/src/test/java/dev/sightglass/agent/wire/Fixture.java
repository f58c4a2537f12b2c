package dev.sightglass.agent.wire;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.AttemptRecorder;
import dev.sightglass.agent.core.BlockRecorder;
import dev.sightglass.agent.core.Codec;
import dev.sightglass.agent.core.DefinitionKind;
import dev.sightglass.agent.core.EventKind;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Origin;
import dev.sightglass.agent.core.Workspace;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** An uplink with quick back-off, a recorder that feeds it, and what it said. */
final class Fixture implements AutoCloseable {
  static final int ROWS = 16;

  final List<String> reports = new CopyOnWriteArrayList<>();
  final List<String> commands = new CopyOnWriteArrayList<>();
  final Uplink uplink;
  final AttemptRecorder recorder;
  final AttemptRecorder kept;
  final int partition;
  private final int path;
  private long invocation;
  volatile boolean off;

  Fixture(UplinkOptions.Builder options) {
    this(options, TimeUnit.MILLISECONDS.toNanos(5));
  }

  Fixture(UplinkOptions.Builder options, long backoffNanos) {
    Backoff backoff = new Backoff(backoffNanos, 10 * backoffNanos, TimeUnit.SECONDS.toNanos(60));
    uplink =
        Uplink.start(options.report(reports::add).build(), new Report(), this::command, backoff);
    Workspace workspace = new Workspace(Codec.NONE);
    recorder = new BlockRecorder(new Origin(new byte[16], 77), workspace, uplink);
    kept = BlockRecorder.lookBack(recorder, workspace, uplink.lookBack());
    recorder.describe(recorder.define(DefinitionKind.ATTEMPT, "{\"task\":\"test\"}"));
    partition = recorder.partition(5, 2, AttemptRecorder.NONE);
    kept.partition(5, 2, AttemptRecorder.NONE);
    path = recorder.definePath("0(>0)");
  }

  static UplinkOptions.Builder to(FakeServer server) {
    return UplinkOptions.to("127.0.0.1", server.port());
  }

  private String command(String command, Map<String, Object> arguments) {
    if (command.equals("explode")) {
      throw new IllegalStateException("a fault in the agent");
    }
    commands.add(command + arguments);
    return command.equals("level") ? "levels are not known here" : null;
  }

  /** Hands in one block of lane out with {@link #ROWS} rows of {@code size} bytes each. */
  void block(int size) {
    block(recorder, size);
  }

  /** Hands in such a block to be kept and not sent. */
  void keptBlock(int size) {
    block(kept, size);
  }

  private void block(AttemptRecorder recorder, int size) {
    byte[] value = new byte[size];
    for (int i = 0; i < ROWS; i++) {
      recorder
          .out()
          .record(
              EventKind.RECORD,
              ++invocation,
              0,
              partition,
              1,
              AttemptRecorder.NO_TIME,
              value,
              0,
              size);
    }
    recorder.flush();
  }

  /** Hands in one block of lane det that names a definition. */
  void detBlock() {
    recorder.det().source(++invocation, 1, 0, path);
    recorder.flush();
  }

  long rows() {
    return invocation;
  }

  static void eventually(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadline < 0, "did not happen in time: " + what);
      try {
        TimeUnit.MILLISECONDS.sleep(1);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    recorder.end();
    uplink.close();
  }

  private final class Report implements Telemetry {
    @Override
    public void hello(JsonWriter members) {
      members.name("process").value("00112233445566778899aabbccddeeff").name("role").value("other");
    }

    @Override
    public void hooks(JsonWriter array) {
      array.beginObject().name("id").value("out").name("state").value("installed").endObject();
    }

    @Override
    public long errors() {
      return 3;
    }

    @Override
    public long lostEvents() {
      return 5;
    }

    @Override
    public long lostBytes() {
      return 7;
    }

    @Override
    public long cpuNanos() {
      return 11;
    }

    @Override
    public boolean off() {
      return off;
    }

    @Override
    public String offReason() {
      return off ? "told so" : "";
    }
  }
}
