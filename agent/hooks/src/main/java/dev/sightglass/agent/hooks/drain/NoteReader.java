package dev.sightglass.agent.hooks.drain;

import dev.sightglass.agent.core.AttemptRecorder;
import dev.sightglass.agent.core.DefinitionKind;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Note;
import dev.sightglass.agent.core.NoteLane;
import dev.sightglass.bootstrap.Levels;
import dev.sightglass.bootstrap.Tape;
import dev.sightglass.bootstrap.TaskContext;
import dev.sightglass.bootstrap.TaskNote;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads notes from a tape: rows of lanes trace, state, log and env. */
final class NoteReader {
  private static final int UNKNOWN = AttemptRecorder.NONE - 1;

  private final TaskContext context;
  private final Tape tape;
  private final AttemptRecorder recorder;
  private final Tally tally;
  private final Note note = new Note();

  // What a number of the task's words is as a text and as a state; UNKNOWN = not asked yet.
  private int[] texts = {};
  private int[] states = {};

  NoteReader(TaskContext context, AttemptRecorder recorder, Tally tally) {
    this.tally = tally;
    this.context = context;
    this.tape = context.tape;
    this.recorder = recorder;
  }

  void read(int lane, int operator) {
    Note n = note;
    n.clear();
    n.operator = operator;
    n.kind = tape.getInt();
    int mask = tape.getInt();
    n.invocation = tape.getLong();
    n.ordinal = tape.getInt();
    if ((mask & TaskNote.TIME) != 0) {
      n.time = tape.getLong();
    }
    if ((mask & TaskNote.NUMBER) != 0) {
      n.number = tape.getLong();
    }
    if ((mask & TaskNote.NUMBER2) != 0) {
      n.number2 = tape.getLong();
    }
    if ((mask & TaskNote.WHAT) != 0) {
      n.what = tape.getInt();
    }
    if ((mask & TaskNote.REASON) != 0) {
      n.reason = tape.getInt();
    }
    if ((mask & TaskNote.FLAGS) != 0) {
      n.flags = tape.getInt();
    }
    if ((mask & TaskNote.TEXT) != 0) {
      n.text = text(tape.getInt());
    }
    if ((mask & TaskNote.DESCRIBED) != 0) {
      int word = tape.getInt();
      states = known(states, word);
      n.state = define(states, word, DefinitionKind.STATE);
    }
    if (lane == TaskNote.LOG) {
      recorder.log().event(n.kind, n.invocation, operator, logLine(mask), AttemptRecorder.NONE);
      return;
    }
    bytes(n.key, mask & TaskNote.KEY);
    bytes(n.namespace, mask & TaskNote.NAMESPACE);
    bytes(n.mapKey, mask & TaskNote.MAP_KEY);
    bytes(n.value, mask & TaskNote.VALUE);
    bytes(n.before, mask & TaskNote.BEFORE);
    n.withheld = (mask & TaskNote.WITHHELD) != 0;
    lane(lane).note(n);
    if (lane == TaskNote.ENV) {
      tally.add(Tally.Of.READ, 1);
    }
  }

  /** The text definition of a word. */
  int text(int word) {
    texts = known(texts, word);
    return define(texts, word, DefinitionKind.STRING);
  }

  private NoteLane lane(int lane) {
    switch (lane) {
      case TaskNote.STATE:
        return recorder.state();
      case TaskNote.ENV:
        return recorder.env();
      default:
        return recorder.trace();
    }
  }

  /** Body of kind 81, spec/recording.md section 5, from what LogProbe wrote. */
  private byte[] logLine(int mask) {
    JsonWriter j = new JsonWriter().beginObject();
    j.name("level").value(level(note.what));
    j.name("logger").value(string(mask & TaskNote.KEY));
    j.name("thread").value(string(mask & TaskNote.NAMESPACE));
    j.name("class").value(string(mask & TaskNote.MAP_KEY));
    if ((mask & TaskNote.WITHHELD) == 0) {
      j.name("message").value(string(mask & TaskNote.VALUE));
    } else {
      j.name("withheld").value(true);
    }
    return j.endObject().toBytes();
  }

  private static String level(int level) {
    switch (level) {
      case Levels.LOG_ERROR:
        return "error";
      case Levels.LOG_WARN:
        return "warn";
      case Levels.LOG_INFO:
        return "info";
      case Levels.LOG_DEBUG:
        return "debug";
      default:
        return "trace";
    }
  }

  private String string(int bit) {
    if (bit == 0) {
      return "";
    }
    int len = tape.getInt();
    String s = new String(tape.bytes(), tape.offset(), len, StandardCharsets.UTF_8);
    tape.skip(len);
    return s;
  }

  private void bytes(Note.Stretch s, int bit) {
    if (bit != 0) {
      int len = tape.getInt();
      s.set(tape.bytes(), tape.offset(), len);
      tape.skip(len);
    }
  }

  private static int[] known(int[] table, int word) {
    if (word < table.length) {
      return table;
    }
    int[] bigger = Arrays.copyOf(table, Math.max(16, 2 * word));
    Arrays.fill(bigger, table.length, bigger.length, UNKNOWN);
    return bigger;
  }

  private int define(int[] table, int word, int kind) {
    if (word == 0) {
      return AttemptRecorder.NONE;
    }
    if (table[word] == UNKNOWN) {
      table[word] = recorder.define(kind, context.wordOf(word));
    }
    return table[word];
  }
}
