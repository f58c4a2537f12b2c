package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.ServeProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.runtime.checkpoint.JobManagerTaskRestore;
import org.apache.flink.runtime.checkpoint.TaskStateSnapshot;
import org.apache.flink.streaming.runtime.tasks.StreamTask;

/**
 * Where a replay begins: where the attempt began, with the state that it was restored with, or
 * behind a checkpoint that it took part in, with its own snapshot of that one.
 */
final class Start {
  /** Of {@code RebalancePartitioner} and {@code RescalePartitioner}: where the last one went. */
  private static final String ROUND = "nextChannelToSendTo";

  private final TaskFile file;
  private final StateFiles files;
  private final Placeholders known = new Placeholders();

  /** The last invocation before it; 0 = the attempt's beginning. */
  final long invocation;

  Start(TaskFile file) {
    this.file = file;
    this.files = new StateFiles(file);
    this.invocation = Long.parseLong(file.text("start.invocation", "0"));
  }

  boolean isCheckpoint() {
    return invocation > 0;
  }

  /** What sources gave last before it, where that is known: see {@code Determinants.know}. */
  String lasts() {
    return file.text("start.lasts", "");
  }

  /** The state to begin with; null = none. */
  JobManagerTaskRestore state(ClassLoader user) throws Exception {
    JobManagerTaskRestore before = file.object("restore", user);
    if (before != null) {
      known.know(before.getTaskStateSnapshot());
    }
    if (!isCheckpoint()) {
      files.bring(before);
      return before;
    }
    TaskStateSnapshot snapshot = snapshot("snapshot", user);
    if (snapshot == null) {
      throw new IOException("there is no snapshot of the checkpoint");
    }
    for (int i = 0; Files.exists(file.file("snapshot." + i)); i++) {
      known.know(file.object("snapshot." + i, user));
    }
    known.fill(snapshot);
    files.bring(snapshot);
    StateInMemory.load(snapshot);
    return new JobManagerTaskRestore(Long.parseLong(file.text("start.checkpoint")), snapshot);
  }

  /** What earlier snapshots of the recording hold in full. */
  Placeholders known() {
    return known;
  }

  /** Makes handles name where their files are here. */
  void bring(TaskStateSnapshot snapshot) throws IOException {
    files.bring(snapshot);
  }

  /** A snapshot as it was recorded; null = there is none. */
  TaskStateSnapshot snapshot(String name, ClassLoader user)
      throws IOException, ClassNotFoundException {
    return file.object(name, user);
  }

  /** Partitioners that go round go on where they were. */
  private void partitioners(StreamTask<?, ?> task) throws Exception {
    Object delegate = Members.get(task, "recordWriter");
    Object one = Members.optional(delegate, "recordWriter");
    Object many = Members.optional(delegate, "recordWriters");
    List<?> writers =
        many instanceof List ? (List<?>) many : one == null ? List.of() : List.of(one);
    for (int w = 0; w < writers.size(); w++) {
      Object selector = Members.optional(writers.get(w), "channelSelector");
      String last = file.text("writer." + w + ".last", "");
      if (selector != null && !last.isEmpty() && Members.has(selector, ROUND)) {
        Members.set(selector, ROUND, Integer.parseInt(last));
      }
    }
  }

  /** The task is built: gives it what its snapshot does not hold. */
  void give(StreamTask<?, ?> task, ReplayGate[] gates) throws Exception {
    Path transients = file.file("transients");
    if (Files.exists(transients)) {
      new Transients(task).set(Files.readAllBytes(transients));
    }
    for (Object input : Transients.inputs(task)) {
      Object gate = Members.optional(input, "checkpointedInputGate");
      if (gate == null) {
        continue;
      }
      ReplayGate g = (ReplayGate) Members.get(gate, "inputGate");
      for (int c = 0; c < g.getNumberOfInputChannels(); c++) {
        String seq = file.text("gate." + g.getGateIndex() + "." + c + ".seq", "0");
        ServeProbe.channel(gate, g.channelInfo(c), Long.parseLong(seq));
      }
    }
    partitioners(task);
    for (int w = 0; w < file.number("writers"); w++) {
      for (int s = 0; s < file.number("writer." + w + ".subpartitions"); s++) {
        String sent = file.text("writer." + w + ".sent." + s, "0");
        ServeProbe.output(w, s, Long.parseLong(sent));
      }
    }
    ServeProbe.goesOn();
  }
}
