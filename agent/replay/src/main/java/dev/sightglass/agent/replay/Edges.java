package dev.sightglass.agent.replay;

import org.apache.flink.runtime.io.network.partition.consumer.InputChannel;
import org.apache.flink.runtime.io.network.partition.consumer.ReplayChannel;
import org.apache.flink.runtime.io.network.partition.consumer.SingleInputGate;

/** Makes what a task that runs again reads and writes: gates and outputs as the recorded had. */
final class Edges {
  private Edges() {}

  static ReplayGate[] gates(TaskFile file, Turns turns) throws Exception {
    ReplayGate[] all = new ReplayGate[file.number("gates")];
    for (int g = 0; g < all.length; g++) {
      InputChannel[] channels = new InputChannel[file.number("gate." + g + ".channels")];
      SingleInputGate named = Stubs.gate(g);
      for (int c = 0; c < channels.length; c++) {
        String key = "gate." + g + "." + c;
        channels[c] =
            new ReplayChannel(
                named,
                c,
                TaskFile.partition(file.text(key + ".partition")),
                file.number(key + ".subpartition"));
      }
      all[g] = new ReplayGate(g, channels, turns);
    }
    return all;
  }

  static ReplayOutput[] outputs(TaskFile file) {
    ReplayOutput[] all = new ReplayOutput[file.number("writers")];
    for (int w = 0; w < all.length; w++) {
      String key = "writer." + w;
      all[w] =
          new ReplayOutput(
              TaskFile.partition(file.text(key + ".partition")),
              file.number(key + ".subpartitions"),
              file.number(key + ".key_groups"));
    }
    return all;
  }
}
