package dev.sightglass.agent.oracle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.cep.nfa.ComputationState;
import org.apache.flink.cep.nfa.DeweyNumber;
import org.apache.flink.cep.nfa.NFAState;
import org.apache.flink.cep.nfa.NFAStateSerializer;
import org.apache.flink.cep.nfa.sharedbuffer.EventId;
import org.apache.flink.cep.nfa.sharedbuffer.Lockable;
import org.apache.flink.cep.nfa.sharedbuffer.NodeId;
import org.apache.flink.cep.nfa.sharedbuffer.SharedBufferEdge;
import org.apache.flink.cep.nfa.sharedbuffer.SharedBufferNode;
import org.apache.flink.cep.nfa.sharedbuffer.SharedBufferNodeSerializer;

/** State of pattern matching (CEP). */
final class PatternKinds {
  private PatternKinds() {}

  static List<Kind> all(Kind element) {
    List<Kind> k = new ArrayList<>();
    k.add(new Kind("CEP DeweyNumber", DeweyNumber.DeweyNumberSerializer.INSTANCE, PatternKinds::version));
    k.add(new Kind("CEP EventId", EventId.EventIdSerializer.INSTANCE, PatternKinds::event));
    k.add(new Kind("CEP NodeId", new NodeId.NodeIdSerializer(), PatternKinds::node));
    k.add(new Kind("CEP SharedBufferEdge", new SharedBufferEdge.SharedBufferEdgeSerializer(), PatternKinds::edge));
    k.add(
        new Kind(
            "CEP Lockable",
            new Lockable.LockableTypeSerializer<>(element.serializer),
            r -> {
              Sample one = element.sample.apply(r);
              int count = r.nextInt();
              return new Sample(new Lockable<>(one.value, count), locked(count, one.expect));
            }));
    k.add(new Kind("CEP SharedBufferNode", new SharedBufferNodeSerializer(), PatternKinds::entry));
    k.add(new Kind("CEP NFAState", new NFAStateSerializer(), r -> state(r, true)));
    Object old =
        ByName.create(
            NFAStateSerializer.class.getName(),
            new Class<?>[] {TypeSerializer.class, TypeSerializer.class, TypeSerializer.class, boolean.class},
            DeweyNumber.DeweyNumberSerializer.INSTANCE,
            new NodeId.NodeIdSerializer(),
            EventId.EventIdSerializer.INSTANCE,
            false);
    k.add(new Kind("CEP NFAState (before 1.20)", (TypeSerializer<?>) old, r -> state(r, false)));
    return k;
  }

  private static Sample version(Random r) {
    int[] v = new int[1 + r.nextInt(4)];
    List<String> x = new ArrayList<>();
    for (int i = 0; i < v.length; i++) {
      v[i] = r.nextInt(1000);
      x.add(Values.i(v[i]));
    }
    return new Sample(ByName.create(DeweyNumber.class.getName(), new Class<?>[] {int[].class}, (Object) v), Json.list(x));
  }

  private static Sample event(Random r) {
    int id = r.nextInt();
    long at = r.nextLong() >> 20;
    return new Sample(new EventId(id, at), Json.object("id", Values.i(id), "timestamp", Values.millisOf(at)));
  }

  private static Sample node(Random r) {
    if (r.nextInt(4) == 0) {
      return Sample.NULL;
    }
    Sample event = event(r);
    String page = Values.torn(r);
    return new Sample(
        new NodeId((EventId) event.value, page), Json.object("eventId", event.expect, "pageName", Values.s(page)));
  }

  private static Sample edge(Random r) {
    Sample target = node(r);
    Sample version = version(r);
    return new Sample(
        new SharedBufferEdge((NodeId) target.value, (DeweyNumber) version.value),
        Json.object("target", target.expect, "deweyNumber", version.expect));
  }

  private static String locked(int count, String element) {
    return Json.object("refCounter", Values.i(count), "element", element);
  }

  private static Sample entry(Random r) {
    SharedBufferNode node = new SharedBufferNode();
    List<String> x = new ArrayList<>();
    for (int n = r.nextInt(4); n > 0; n--) {
      Sample e = edge(r);
      node.addEdge((SharedBufferEdge) e.value);
      x.add(locked(0, e.expect)); // nothing has taken a reference yet
    }
    return new Sample(node, Json.list(x));
  }

  private static Sample state(Random r, boolean previousTimestamp) {
    List<String> partial = new ArrayList<>();
    List<String> completed = new ArrayList<>();
    Queue<ComputationState> a = computations(r, partial, previousTimestamp);
    Queue<ComputationState> b = computations(r, completed, previousTimestamp);
    return new Sample(
        new NFAState(a, b),
        Json.object("partialMatches", Json.list(partial), "completedMatches", Json.list(completed)));
  }

  private static Queue<ComputationState> computations(Random r, List<String> x, boolean previousTimestamp) {
    Queue<ComputationState> q = new ArrayDeque<>();
    for (int n = r.nextInt(3); n > 0; n--) {
      String name = Values.torn(r);
      Sample before = node(r);
      Sample version = version(r);
      long start = r.nextInt() * 7L;
      long previous = r.nextInt() * 5L;
      Sample first = r.nextBoolean() ? event(r) : Sample.NULL;
      q.add(
          ComputationState.createState(
              name, (NodeId) before.value, (DeweyNumber) version.value, start, previous, (EventId) first.value));
      List<String> m =
          new ArrayList<>(
              List.of(
                  "currentStateName", Values.s(name), "previousBufferEntry", before.expect, "version", version.expect));
      m.addAll(List.of("startTimestamp", Values.millisOf(start)));
      if (previousTimestamp) {
        m.addAll(List.of("previousTimestamp", Values.millisOf(previous)));
      }
      m.addAll(List.of("startEventID", first.expect));
      x.add(Json.object(m.toArray(new String[0])));
    }
    return q;
  }
}
