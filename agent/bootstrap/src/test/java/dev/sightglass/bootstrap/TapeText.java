package dev.sightglass.bootstrap;

import java.util.ArrayList;
import java.util.List;

/** Says in words what is on a tape, for tests. */
final class TapeText {
  private TapeText() {}

  static List<String> read(TaskContext c) {
    List<String> lines = new ArrayList<>();
    Tape t = c.tape;
    while (t.next()) {
      int head = t.getInt();
      int a = head >>> 8 & 0xFF;
      int b = head >>> 16;
      switch (head & 0xFF) {
        case TapeFormat.STAMP:
          t.getLong();
          break;
        case TapeFormat.OUT:
          lines.add(keep(a) + out(t, a, b));
          break;
        case TapeFormat.RUN:
          lines.add(run(c, t, a, b - 1));
          break;
        case TapeFormat.KAFKA:
          lines.add(keep(a) + kafka(c, t, a, b));
          break;
        case TapeFormat.OTHER:
          lines.add(
              "other "
                  + c.split(b).id
                  + "@"
                  + t.getLong()
                  + " inv="
                  + t.getLong()
                  + " time="
                  + t.getLong());
          break;
        case TapeFormat.BARRIER_OUT:
          lines.add("barrier-out " + b + " flags=" + a + " cp=" + t.getLong());
          t.skip(8);
          break;
        case TapeFormat.BARRIER_IN:
          lines.add("barrier-in " + t.getInt() + " flags=" + a + " cp=" + t.getLong());
          t.skip(8);
          break;
        case TapeFormat.CHECKPOINT:
          lines.add(checkpoint(t, a));
          break;
        case TapeFormat.CHECKPOINTED:
          lines.add("checkpointed " + t.getLong());
          break;
        case TapeFormat.RECOVERED:
          lines.add("recovered " + t.getInt());
          t.skip(8);
          break;
        case TapeFormat.ENDED:
          lines.add("ended " + t.getInt());
          t.skip(8);
          break;
        case TapeFormat.WATERMARK:
          lines.add("watermark input=" + b + " inv=" + t.getLong() + " time=" + t.getLong());
          break;
        case TapeFormat.GAP:
          lines.add(
              "gap lane=" + a + " " + t.getLong() + ".." + t.getLong() + " events=" + t.getLong());
          t.skip(24);
          break;
        case TapeFormat.RESYNC:
          lines.add(resync(t));
          break;
        case TapeFormat.COUNTS:
          StringBuilder s = new StringBuilder("counts");
          for (int i = t.getInt(); i > 0; i--) {
            int code = t.getInt();
            s.append((code & 7) == PathTable.OUTPUT ? " >" : " ").append(code >>> 3);
            s.append("=").append(t.getLong());
          }
          lines.add(s.toString());
          break;
        case TapeFormat.LEVEL:
          lines.add("level " + c.wordOf(t.getInt()) + " from " + t.getLong());
          break;
        case TapeFormat.SENT:
          StringBuilder sent = new StringBuilder("sent ").append(b);
          for (int i = 0; i < c.output(b).subpartitions; i++) {
            sent.append(' ').append(t.getLong());
          }
          lines.add(keep(a) + sent);
          break;
        case TapeFormat.SOURCE_RUN:
          lines.add(
              "source-run "
                  + c.split(b).id
                  + "@"
                  + t.getLong()
                  + "x"
                  + t.getInt()
                  + " emitted="
                  + t.getInt()
                  + " inv="
                  + t.getLong());
          break;
        case TapeFormat.NOTE:
          lines.add(note(c, t, a, b - 1));
          break;
        default:
          throw new AssertionError("type " + (head & 0xFF));
      }
    }
    return lines;
  }

  private static String note(TaskContext c, Tape t, int lane, int operator) {
    StringBuilder s = new StringBuilder("note ").append(lane).append('/').append(t.getInt());
    int mask = t.getInt();
    s.append(" op=").append(operator).append(" inv=").append(t.getLong());
    s.append(" #").append(t.getInt());
    String[] names = {
      "time", "number", "number2", "what", "reason", "flags", "text", "state", "key", "ns", "map",
      "value", "before"
    };
    for (int i = 0; i < names.length; i++) {
      if ((mask & 1 << i) == 0) {
        continue;
      }
      s.append(' ').append(names[i]).append('=');
      if (i < 3) {
        long v = t.getLong();
        s.append(v == Long.MIN_VALUE ? "none" : Long.toString(v));
      } else if (i == 6 || i == 7) {
        s.append(c.wordOf(t.getInt()));
      } else {
        int v = t.getInt();
        s.append(v);
        if (i > 7) {
          t.skip(v);
        }
      }
    }
    return s + ((mask & TaskNote.WITHHELD) != 0 ? " withheld" : "");
  }

  private static String out(Tape t, int flags, int output) {
    int sub = t.getInt();
    long inv = t.getLong();
    int len = t.getInt();
    String seq = (flags & TapeFormat.NUMBERED) != 0 ? " seq=" + t.getLong() : "";
    String order = (flags & TapeFormat.ORDERED) != 0 ? " order=" + t.getInt() : "";
    String cut = "";
    if ((flags & TapeFormat.CUT) != 0) {
      cut = " of " + t.getLong();
      t.getLong();
    }
    t.skip(len);
    return "out " + output + "/" + sub + " inv=" + inv + seq + order + " bytes=" + len + cut;
  }

  private static String keep(int flags) {
    return (flags & TapeFormat.LOOK_BACK) != 0 ? "keep " : "";
  }

  private static String run(TaskContext c, Tape t, int kind, int operator) {
    int channel = t.getInt();
    int path = t.getInt();
    int n = t.getInt();
    long first = t.getLong();
    long time = t.getLong();
    int text = t.getInt();
    t.getLong();
    return "run "
        + kind
        + " op="
        + operator
        + (channel < 0 ? "" : " ch=" + channel)
        + " "
        + (path < 0 ? "-" : path == 0 ? "?" : path(c.paths.codes(path)))
        + " "
        + first
        + "x"
        + n
        + (time == TapeFormat.NONE ? "" : " time=" + time)
        + (text == 0 ? "" : " '" + c.text(text) + "'");
  }

  private static String kafka(TaskContext c, Tape t, int flags, int split) {
    SplitContext s = c.split(split);
    long offset = t.getLong();
    long time = t.getLong();
    long inv = t.getLong();
    int emitted = t.getInt();
    int key = t.getInt();
    int value = t.getInt();
    int headers = t.getInt();
    if ((flags & TapeFormat.CUT) != 0) {
      t.skip(16);
    }
    t.skip(Math.max(0, key) + Math.max(0, value) + Math.max(0, headers));
    return "kafka "
        + s.topic
        + "/"
        + s.partition
        + "@"
        + offset
        + " time="
        + time
        + " inv="
        + inv
        + " emitted="
        + emitted
        + " key="
        + key
        + " value="
        + value
        + " headers="
        + headers;
  }

  private static String checkpoint(Tape t, int flags) {
    StringBuilder s = new StringBuilder("checkpoint " + t.getLong() + " flags=" + flags);
    t.skip(8);
    for (int i = t.getInt(); i > 0; i--) {
      s.append(" ").append(t.getInt()).append(":").append(t.getInt());
    }
    return s.toString();
  }

  private static String resync(Tape t) {
    StringBuilder s = new StringBuilder("resync after " + t.getLong() + " out");
    for (int o = t.getInt(); o > 0; o--) {
      for (int n = t.getInt(); n > 0; n--) {
        s.append(" ").append(t.getLong());
      }
    }
    s.append(" in");
    for (int n = t.getInt(); n > 0; n--) {
      s.append(" ").append(t.getLong());
    }
    return s.toString();
  }

  private static String path(int[] codes) {
    StringBuilder s = new StringBuilder();
    for (int c : codes) {
      int n = c >>> 3;
      String[] forms = {"~(", n + "(", ")", ">" + n, "!", "\u2026", n + "(", n + "w("};
      s.append(forms[c & 7]);
    }
    return s.toString();
  }
}
