package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.LineMethod;
import dev.sightglass.bootstrap.LineProbe;
import dev.sightglass.bootstrap.LineTrace;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Writes what lines do (spec/replay.md, section 5). A value is written where it differs from what
 * the same variable of the same call was before. Used by the task's thread.
 */
final class LineTracer extends LineTrace {
  static final int STRING = 0;
  static final int METHOD = 1;
  static final int INVOCATION = 2;
  static final int ENTER = 3;
  static final int LINE = 4;
  static final int EXIT = 5;
  static final int THROWN = 6;
  static final int FIELD = 7;
  static final int CUT = 8;
  static final int END = 9;
  static final int BROKEN = 10;
  static final int SENT = 11;

  private static final int HELLO = 0x53475431; // SGT1

  /** Events of one invocation, and bytes of an interval: a loop of a million turns is cut. */
  private static final int MAX_EVENTS = 20_000;

  private static final int MAX_BYTES = 64 << 20;

  /** A call whose lines are told. */
  private static final class Call {
    final int method;

    /** By variable, and by field: what was written last. */
    final Map<Object, byte[]> values = new HashMap<>();

    Call(int method) {
      this.method = method;
    }
  }

  private final OutputStream to;
  private final TraceBuffer done = new TraceBuffer(null);

  /** The record at hand. */
  private final TraceBuffer out = new TraceBuffer(done);

  private final ValueWriter values = new ValueWriter();
  private final Set<Integer> declared = new HashSet<>();
  private final ArrayDeque<Call> calls = new ArrayDeque<>();

  private long invocation;

  private int notes;
  private int sent;
  private int events;
  private int variables;
  private boolean inLine;

  /** Where the number of the line's variables is written. */
  private int counted;

  private Call line;
  private boolean cut;
  private long written;

  LineTracer(OutputStream to) throws IOException {
    this.to = to;
    for (int i = 24; i >= 0; i -= 8) {
      out.put(HELLO >> i);
    }
    flush();
  }

  private void flush() throws IOException {
    commit();
    written += done.size;
    done.writeTo(to);
    to.flush();
  }

  /** The record at hand is whole. */
  private void commit() {
    done.add(out);
    out.size = 0;
  }

  /** The interval is over: all of it is in the file. Gives the size of the file. */
  long end(long first, long last) throws IOException {
    endLine();
    out.put(END);
    out.number(first);
    out.number(last);
    flush();
    calls.clear();
    invocation = 0;
    cut = false;
    return written;
  }

  @Override
  public void at(long i, int n, int left) {
    endLine();
    if (i != invocation) {
      out.put(INVOCATION);
      out.number(i);
      invocation = i;
      events = 0;
      cut = false;
      sent = 0;
    }
    if (left != sent) {
      out.put(SENT);
      out.number(left);
      sent = left;
    }
    notes = n;
  }

  /** False: the invocation had its share. */
  private boolean begin(int kind, int method) {
    if (cut) {
      return false;
    }
    declare(method);
    if (++events > MAX_EVENTS || done.size > MAX_BYTES) {
      cut = true;
      out.put(CUT);
      return false;
    }
    out.put(kind);
    out.number(method);
    out.number(notes);
    return true;
  }

  private void declare(int method) {
    if (!declared.add(method)) {
      return;
    }
    LineMethod m = LineProbe.method(method);
    out.put(METHOD);
    out.number(method);
    out.name(m.className);
    out.name(m.name);
    out.name(m.descriptor);
    out.name(m.source);
    out.name(m.map);
    out.put(m.lines ? 1 : 0);
    out.number(m.names.length);
    for (int i = 0; i < m.names.length; i++) {
      out.name(m.names[i]);
      out.name(m.descriptors[i]);
    }
    commit();
  }

  @Override
  public void enter(int method) {
    begin(ENTER, method);
    calls.push(new Call(method));
  }

  /**
   * The call at hand. Calls that were left without a word, or begun before the trace, are put
   * right.
   */
  private Call call(int method) {
    for (Call c : calls) {
      if (c.method == method) {
        while (calls.peek() != c) {
          calls.pop();
        }
        return c;
      }
    }
    Call c = new Call(method);
    calls.push(c);
    return c;
  }

  @Override
  public void line(int method, int number) {
    line = call(method);
    if (begin(LINE, method)) {
      out.number(number);
      inLine = true;
      variables = 0;
      counted = out.size;
      // Written when all variables are known; one byte holds up to 127 of them.
      out.put(0);
    }
  }

  @Override
  public void local(Object value, int index) {
    if (!inLine) {
      return;
    }
    out.number(index);
    variables++;
    out.bytes[counted] = (byte) variables;
    change(line, index, value, LineProbe.method(line.method).descriptors[index]);
  }

  private void endLine() {
    commit();
    inLine = false;
  }

  /** 0 and nothing else: it is what it was. */
  private void change(Call c, Object key, Object value, String descriptor) {
    int at = out.size;
    out.put(1);
    int from = out.size;
    values.write(value, descriptor, out);
    byte[] before = c.values.get(key);
    if (before != null && Arrays.equals(before, 0, before.length, out.bytes, from, out.size)) {
      out.size = at;
      out.put(0);
    } else {
      c.values.put(key, Arrays.copyOfRange(out.bytes, from, out.size));
    }
  }

  @Override
  public void field(Object value, String name, String descriptor, int method) {
    Call c = call(method);
    if (begin(FIELD, method)) {
      out.name(name);
      change(c, name, value, descriptor);
    }
  }

  @Override
  public void exit(Object value, int method) {
    Call c = call(method);
    if (begin(EXIT, method)) {
      if (value == LineProbe.NOTHING) {
        out.put(0);
      } else {
        out.put(1);
        String d = LineProbe.method(method).descriptor;
        values.write(value, d.substring(d.indexOf(')') + 1), out);
      }
    }
    calls.remove(c);
  }

  @Override
  public void thrown(Throwable t, int method) {
    Call c = call(method);
    if (begin(THROWN, method)) {
      values.write(t, null, out);
    }
    calls.remove(c);
  }

  @Override
  public void broken(Throwable t) {
    out.put(BROKEN);
    out.name(t.toString());
    try {
      flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
