package dev.sightglass.agent.hooks.capsule;

import dev.sightglass.agent.hooks.drain.Recording;
import dev.sightglass.agent.hooks.secrets.Secrets;
import java.util.ArrayList;
import java.util.List;

/**
 * Something that is serialized, cleaned of secrets, and told. While it is on its way the recording
 * that it belongs to stays open.
 */
abstract class Package {
  final Recording recording;
  final List<Part> parts = new ArrayList<>();

  Package(Recording recording) {
    this.recording = recording;
    recording.hold();
  }

  /** Makes the forms of its parts, soon after it was taken, and lets go of objects of the job. */
  void prepare() {
    parts.removeIf(p -> !p.serialize());
  }

  /** Bytes that it keeps in memory. */
  final long held() {
    long n = 0;
    for (Part p : parts) {
      n += p.bytes == null ? 0 : p.bytes.length;
    }
    return n;
  }

  /** Tells it, without secrets. */
  abstract void finish(Keeper keeper, Secrets secrets);

  /** Tells that it could not be kept. */
  abstract void drop(String reason);

  final void done() {
    recording.release();
  }
}
