package dev.sightglass.agent.wire;

import dev.sightglass.agent.core.Block;
import dev.sightglass.agent.core.Definition;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Keys;
import dev.sightglass.agent.core.Lane;
import dev.sightglass.agent.core.Origin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The origins that must be remembered, which are live or have blocks without an answer, and the
 * definitions that they name. Guarded by the {@link Outbox} that owns it.
 */
final class Senders {
  private static final int MAX_DEFINE = 1 << 20;
  private static final int MAX_CLOSED_LANES = 8_000;

  private final Map<Origin, Sender> byOrigin = new HashMap<>();
  private final Map<Long, Named> definitions = new LinkedHashMap<>();
  private final Set<Definition> undefined = new LinkedHashSet<>();

  /** What is known of one origin. */
  private static final class Sender {
    final long[] blocks = new long[Lane.ALL];
    final List<Long> definitions = new ArrayList<>();
    int unanswered;
    boolean ended;
  }

  /** A definition and how many origins name it. */
  private static final class Named {
    final Definition definition;
    int origins;

    Named(Definition definition) {
      this.definition = definition;
    }
  }

  void define(Origin origin, Definition definition) {
    sender(origin).definitions.add(definition.id());
    Named named = definitions.get(definition.id());
    if (named == null) {
      named = new Named(definition);
      definitions.put(definition.id(), named);
      undefined.add(definition);
    }
    named.origins++;
  }

  private Sender sender(Origin origin) {
    return byOrigin.computeIfAbsent(origin, o -> new Sender());
  }

  /** A block waits for its answer. */
  void waiting(Block block) {
    Sender s = byOrigin.get(block.origin());
    if (s == null) {
      s = sender(block.origin());
      // Of an origin that is not known only gaps still come, and what was kept: it is over.
      s.ended = block.lane() == Lane.GAP || block.lane() > Lane.LOOK_BACK;
    }
    s.unanswered++;
    s.blocks[block.lane()] = block.number() + 1;
  }

  /** A block was answered or given up. */
  void answered(Block block) {
    Sender s = byOrigin.get(block.origin());
    s.unanswered--;
    release(block.origin(), s);
  }

  void ended(Origin origin) {
    Sender s = byOrigin.get(origin);
    if (s != null) {
      s.ended = true;
      release(origin, s);
    }
  }

  private void release(Origin origin, Sender s) {
    if (!s.ended || s.unanswered > 0) {
      return;
    }
    byOrigin.remove(origin);
    for (long id : s.definitions) {
      Named named = definitions.get(id);
      if (--named.origins == 0) {
        definitions.remove(id);
      }
    }
  }

  /** A new connection knows nothing: all definitions have to go out. */
  void defineAll() {
    undefined.clear();
    for (Named named : definitions.values()) {
      undefined.add(named.definition);
    }
  }

  /** The server lacks a definition. Returns whether it can be helped. */
  boolean needed(long id) {
    Named named = definitions.get(id);
    return named != null && undefined.add(named.definition);
  }

  boolean isAllDefined() {
    return undefined.isEmpty();
  }

  /** A DEFINE frame of about 1 MiB at most of what has to go out. */
  Frame defineFrame() {
    int size = 0;
    List<Definition> batch = new ArrayList<>();
    for (Definition d : undefined) {
      int next = 5 + d.body().length;
      if (size > 0 && size + next > MAX_DEFINE) {
        break;
      }
      size += next;
      batch.add(d);
    }
    batch.forEach(undefined::remove);
    return Frame.definitions(batch, size);
  }

  /** The body of CLOSE. */
  String closed() {
    JsonWriter json = new JsonWriter().beginObject().name("lanes").beginArray();
    int listed = 0;
    for (Map.Entry<Origin, Sender> e : byOrigin.entrySet()) {
      long[] blocks = e.getValue().blocks;
      for (int lane = 0; lane < blocks.length && listed < MAX_CLOSED_LANES; lane++) {
        if (blocks[lane] == 0) {
          continue;
        }
        listed++;
        json.beginObject().name("recording").value(e.getKey().recordingHex());
        json.name("attempt").value(Keys.hex(e.getKey().attempt()));
        json.name("lane").value(lane).name("blocks").value(blocks[lane]).endObject();
      }
    }
    return json.endArray().endObject().toString();
  }
}
