package dev.sightglass.agent.replay;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.io.network.partition.consumer.InputChannel;
import org.apache.flink.runtime.io.network.partition.consumer.ReplayChannel;
import org.apache.flink.runtime.io.network.partition.consumer.SingleInputGate;
import org.apache.flink.util.ChildFirstClassLoader;
import org.apache.flink.util.FlinkUserCodeClassLoaders;

/** What a task that runs again is put into: the job's classes, its inputs and its outputs. */
final class Surroundings {
  private final TaskFile file;

  Surroundings(TaskFile file) {
    this.file = file;
  }

  /** The loader of the job's classes, of the kind that the recorded task had. */
  URLClassLoader loader() throws Exception {
    List<URL> jars = new ArrayList<>();
    for (int i = 0; i < file.number("jars"); i++) {
      jars.add(file.file(file.text("jar." + i)).toUri().toURL());
    }
    URL[] urls = jars.toArray(new URL[0]);
    ClassLoader parent = getClass().getClassLoader();
    String patterns = file.text("loader.parent_first");
    if (file.text("loader.class").endsWith("ChildFirstClassLoader")) {
      return new ChildFirstClassLoader(urls, parent, patterns.split(";"), t -> {});
    }
    return FlinkUserCodeClassLoaders.parentFirst(urls, parent, t -> {}, false);
  }

  ReplayGate[] gates(Turns turns) throws Exception {
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

  ReplayOutput[] outputs() {
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
