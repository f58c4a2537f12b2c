package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.Determinants;
import dev.sightglass.bootstrap.TaskContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.VoidNamespace;

/**
 * Changes states of the task between two invocations, through the state objects that its operators
 * use. Texts become keys and values on the server, which knows how serializers write: it is asked
 * on the report, answers in the feed, and feeds nothing else until the change is made. Used by the
 * task's thread.
 */
final class StateChanges {
  /** Longer values are not handed over; a line of the report has room for it. */
  private static final int MOST = 4 << 20;

  private final Feed feed;
  private final Determinants determinants;
  private final Report report;
  private final Function<Object, String> descriptors;
  private final List<StateChange> ofTimers = new ArrayList<>();
  private boolean waiting;
  private TaskContext context;
  private TaskStates states;

  /**
   * @param descriptors says how a serializer writes
   */
  StateChanges(
      Feed feed, Determinants determinants, Report report, Function<Object, String> descriptors) {
    this.feed = feed;
    this.determinants = determinants;
    this.report = report;
    this.descriptors = descriptors;
  }

  void tellOf(TaskContext told) {
    context = told;
  }

  /** The task is built. */
  void of(TaskStates ofTask) {
    states = ofTask;
  }

  // ---- changes at timers

  /** It waits for its timer. */
  void add(StateChange c) {
    ofTimers.add(c);
  }

  /** The server feeds nothing more before the timers fired that changes wait for. */
  void await() {
    waiting = !ofTimers.isEmpty();
  }

  /** Whether nothing is fed before a timer fires. */
  boolean isWaiting() {
    return waiting;
  }

  /** A timer is about to fire as that invocation. */
  void before(long invocation) {
    while (!ofTimers.isEmpty() && ofTimers.get(0).invocation == invocation) {
      change(ofTimers.remove(0));
      feed.take();
      waiting &= !ofTimers.isEmpty();
    }
  }

  /** The task has nothing more to do, and a timer that changes wait for did not fire. */
  void missed() {
    for (StateChange c : ofTimers) {
      report.changed(c.number, "the timer that it is to be changed at does not fire here");
    }
    ofTimers.clear();
    waiting = false;
  }

  // ---- a change

  /** Makes a change now. The last step of the feed that was looked at is over then. */
  void change(StateChange c) {
    int token = context == null ? 0 : context.beginAddition();
    determinants.stand(c.clock);
    String why = "";
    try {
      apply(c);
    } catch (Unchangeable e) {
      why = e.getMessage();
    } catch (UncheckedIOException e) {
      throw e; // of the feed
    } catch (Exception e) {
      e.printStackTrace();
      why = "Flink, or a serializer of the job, does not do it: " + e.getClass().getName();
    } finally {
      determinants.goOn();
      if (context != null) {
        context.endAddition(token);
      }
    }
    report.changed(c.number, why);
  }

  private void apply(StateChange c) throws Exception {
    ChangedState s = states.find(c.operator, c.state);
    Object key = key(c, s);
    Object namespace = namespace(c, s);
    Object mapKey = mapKey(c, s);
    s.enter(key, namespace);
    try {
      switch (c.action) {
        case StateChange.CLEAR:
          clear(c, s, mapKey);
          break;
        case StateChange.ADD:
          if (!s.isList()) {
            throw new Unchangeable("an element comes to a list, and it is a " + s.kind());
          }
          s.add(written(c, "element", s.values(), null));
          break;
        default:
          set(c, s, mapKey);
      }
    } finally {
      s.back();
    }
  }

  private Object key(StateChange c, ChangedState s) throws Exception {
    if (s.keys() == null) {
      if (c.hasKey()) {
        throw new Unchangeable("it is a " + s.kind() + " state, which belongs to no key");
      }
      return null;
    } else if (c.hasKey()) {
      return written(c, "key", s.keys(), null);
    } else if (c.isKeyGiven()) {
      return read(s.keys(), c.key, "key");
    }
    throw new Unchangeable(
        "it is kept by key, and no key is known: the unchanged run does not use it there, so name"
            + " one, as "
            + c.state
            + "[key=KEY]");
  }

  private Object namespace(StateChange c, ChangedState s) throws Exception {
    if (s.namespaces() == null) {
      if (c.hasNamespace()) {
        throw new Unchangeable("it is not kept for each window, so it has no namespace");
      }
      return VoidNamespace.INSTANCE;
    } else if (c.hasNamespace()) {
      return written(c, "namespace", s.namespaces(), null);
    } else if (c.isNamespaceGiven()) {
      return read(s.namespaces(), c.namespace, "namespace");
    }
    throw new Unchangeable(
        "it is kept for each window, and none is known: name one, as "
            + c.state
            + "[namespace=START,END]");
  }

  private Object mapKey(StateChange c, ChangedState s) throws Exception {
    if (c.hasMapKey()) {
      if (!s.isMap()) {
        throw new Unchangeable("it is a " + s.kind() + ", which has no keys of entries");
      }
      return written(c, "map key", s.mapKeys(), null);
    } else if (s.isMap() && c.action != StateChange.CLEAR) {
      throw new Unchangeable("it is a map: name an entry, as " + c.state + "[mapkey=KEY]");
    }
    return null;
  }

  private void clear(StateChange c, ChangedState s, Object mapKey) throws Exception {
    if (mapKey == null ? s.isEmpty() : s.get(mapKey) == null) {
      throw new Unchangeable("nothing is stored there that could go");
    }
    if (c.element < 0) {
      s.clear(mapKey);
      return;
    }
    if (!s.isList()) {
      throw new Unchangeable("it is a " + s.kind() + ", which has no elements with numbers");
    }
    List<?> all = (List<?>) s.get(null);
    if (c.element >= all.size()) {
      throw new Unchangeable("the list has " + all.size() + " elements, counted from 0");
    }
    all.remove(c.element);
    list(s, all);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // lists are written by their elements' serializer
  private void set(StateChange c, ChangedState s, Object mapKey) throws Exception {
    TypeSerializer<Object> serializer =
        s.isList() ? (TypeSerializer) new ListSerializer<>(s.values()) : s.values();
    Object stored = c.hasPath() ? s.get(mapKey) : null;
    Object value =
        written(c, "value", serializer, stored == null ? null : bytes(serializer, stored));
    if (s.isList()) {
      list(s, (List<?>) value);
    } else {
      s.put(mapKey, value);
    }
  }

  private static void list(ChangedState s, List<?> all) throws Exception {
    if (all.isEmpty()) {
      s.clear(null);
    } else {
      s.put(null, all);
    }
  }

  // ---- what serializers write

  private static byte[] bytes(TypeSerializer<Object> serializer, Object value) throws Exception {
    DataOutputSerializer out = new DataOutputSerializer(256);
    serializer.serialize(value, out);
    if (out.length() > MOST) {
      throw new Unchangeable(
          "what is stored has "
              + out.length()
              + " bytes; a place of at most "
              + MOST
              + " is changed");
    }
    return out.getCopyOfBuffer();
  }

  /** What the server writes for a part of a change. */
  private Object written(
      StateChange c, String what, TypeSerializer<Object> serializer, byte[] stored)
      throws Exception {
    report.write(c.number, what, descriptors.apply(serializer), stored);
    byte[] answer;
    try {
      feed.take();
      int op = feed.peek();
      while (op == Feed.WAITING) {
        await();
        feed.take();
        op = feed.peek();
      }
      if (op != Feed.WRITTEN) {
        throw new IOException("the feed has step " + op + ", and an answer is wanted");
      }
      answer = feed.bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return read(serializer, answer, what);
  }

  private static Object read(TypeSerializer<Object> serializer, byte[] b, String what)
      throws Unchangeable {
    Object value;
    DataInputDeserializer in = new DataInputDeserializer(b);
    try {
      value = serializer.deserialize(in);
    } catch (IOException | RuntimeException e) {
      throw new Unchangeable(
          "its serializer does not read the bytes of its " + what + ": " + e.getClass().getName());
    }
    if (in.available() > 0) {
      throw new Unchangeable(
          "its serializer leaves " + in.available() + " of the bytes of its " + what);
    }
    return value;
  }
}
