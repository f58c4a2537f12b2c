package dev.sightglass.agent.oracle;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.java.typeutils.runtime.NullableSerializer;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.ttl.TtlStateFactory;
import org.apache.flink.runtime.state.ttl.TtlValue;
import org.apache.flink.streaming.api.datastream.CoGroupedStreams;
import org.apache.flink.streaming.api.operators.TimerHeapInternalTimer;
import org.apache.flink.streaming.api.operators.TimerSerializer;
import org.apache.flink.streaming.api.windowing.windows.GlobalWindow;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/** What Flink's operators send and keep: windows, timers, TTL, joins, sinks. */
@SuppressWarnings({"unchecked", "rawtypes"})
final class OperatorKinds {
  private static final String OPERATORS = "org.apache.flink.streaming.api.operators.";

  private OperatorKinds() {}

  static final Kind TIME_WINDOW =
      new Kind(
          "TimeWindow",
          new TimeWindow.Serializer(),
          r -> {
            long start = r.nextInt() * 1000L;
            long end = start + r.nextInt(1_000_000);
            return new Sample(
                new TimeWindow(start, end),
                Json.object("start", Values.millisOf(start), "end", Values.millisOf(end)));
          });

  static List<Kind> all(Kind key, Kind value) {
    List<Kind> k = new ArrayList<>();
    k.add(TIME_WINDOW);
    k.add(new Kind("GlobalWindow", new GlobalWindow.Serializer(), r -> new Sample(GlobalWindow.get(), "null")));
    k.add(new Kind("VoidNamespace", VoidNamespaceSerializer.INSTANCE, r -> new Sample(VoidNamespace.INSTANCE, "null")));
    k.add(
        new Kind(
            "VoidNamespace",
            (TypeSerializer<?>) ByName.field("org.apache.flink.queryablestate.client.VoidNamespaceSerializer", null, "INSTANCE"),
            r -> new Sample(ByName.field("org.apache.flink.queryablestate.client.VoidNamespace", null, "INSTANCE"), "null")));
    k.add(ttl(value));
    Kind v2 = ttlOfAsyncState(value);
    if (v2 != null) {
      k.add(v2);
    }
    k.addAll(ttlAware(key, value));
    k.add(tagged(key, value));
    k.add(timer(key, TIME_WINDOW));
    k.add(oldTimer(key, TIME_WINDOW));
    k.add(joinBuffer(value));
    k.add(transactions(key, value));
    return k;
  }

  static Kind ttl(Kind of) {
    Kind e = insideTtl(of);
    return ttl("TtlValue", new TtlStateFactory.TtlSerializer<>(LongSerializer.INSTANCE, e.serializer), e);
  }

  /** Flink refuses a TTL value in a TTL value. */
  private static Kind insideTtl(Kind of) {
    TypeSerializer<?> s = of.serializer;
    return s instanceof TtlStateFactory.TtlSerializer || s instanceof NullableSerializer ? ComposedKinds.list(of) : of;
  }

  private static Kind ttlOfAsyncState(Kind of) {
    String name = "org.apache.flink.runtime.state.v2.ttl.TtlStateFactory$TtlSerializer";
    if (!ByName.exists(name)) {
      return null;
    }
    Kind e = insideTtl(of);
    Object s =
        ByName.create(name, new Class<?>[] {TypeSerializer.class, TypeSerializer.class}, LongSerializer.INSTANCE, e.serializer);
    return ttl("TtlValue (async state)", (TypeSerializer<?>) s, e);
  }

  private static Kind ttl(String type, TypeSerializer<?> s, Kind e) {
    return new Kind(
        type,
        s,
        r -> {
          long at = r.nextInt() * 1000L;
          Sample one = e.something(r);
          return new Sample(
              new TtlValue<>(one.value, at), Json.object("lastAccess", Values.millisOf(at), "value", one.expect));
        });
  }

  /** 2.x wraps the serializers of states that may have a TTL. */
  private static List<Kind> ttlAware(Kind key, Kind value) {
    List<Kind> k = new ArrayList<>();
    String name = "org.apache.flink.runtime.state.ttl.TtlAwareSerializer";
    if (ByName.exists(name)) {
      for (Kind of : List.of(ttl(value), ComposedKinds.list(value), ComposedKinds.map(key, value))) {
        Object s = ByName.call(ByName.type(name), null, "wrapTtlAwareSerializer", of.serializer);
        k.add(new Kind("TtlAware", (TypeSerializer<?>) s, of.sample));
      }
    }
    return k;
  }

  static Kind tagged(Kind l, Kind x) {
    return new Kind(
        "TaggedUnion",
        new CoGroupedStreams.UnionSerializer<>(l.serializer, x.serializer),
        r -> {
          boolean one = r.nextBoolean();
          Sample v = (one ? l : x).something(r);
          String side = one ? "one" : "two";
          return new Sample(tagged(side, v.value), Json.object(side, v.expect));
        });
  }

  /** TaggedUnion is a nested class on 1.x and a class of its own on 2.x. */
  private static Object tagged(String side, Object value) {
    String own = "org.apache.flink.util.TaggedUnion";
    String nested = "org.apache.flink.streaming.api.datastream.CoGroupedStreams$TaggedUnion";
    return ByName.call(ByName.type(ByName.exists(own) ? own : nested), null, side, value);
  }

  private static Kind timer(Kind key, Kind namespace) {
    return new Kind(
        "Timer",
        new TimerSerializer<>(key.serializer, namespace.serializer),
        r -> {
          long at = Values.number(r);
          Sample k = key.sample.apply(r);
          Sample n = namespace.sample.apply(r);
          return new Sample(
              new TimerHeapInternalTimer<>(at, k.value, n.value),
              Json.object("timestamp", Values.millisOf(at), "key", k.expect, "namespace", n.expect));
        });
  }

  private static Kind oldTimer(Kind key, Kind namespace) {
    Object s =
        ByName.create(
            OPERATORS + "InternalTimersSnapshotReaderWriters$LegacyTimerSerializer",
            new Class<?>[] {TypeSerializer.class, TypeSerializer.class},
            key.serializer,
            namespace.serializer);
    return new Kind(
        "Timer (before 1.8)",
        (TypeSerializer<?>) s,
        r -> {
          long at = Values.number(r);
          Sample k = key.sample.apply(r);
          Sample n = namespace.sample.apply(r);
          return new Sample(
              new TimerHeapInternalTimer<>(at, k.value, n.value),
              Json.object("key", k.expect, "namespace", n.expect, "timestamp", Values.millisOf(at)));
        });
  }

  private static Kind joinBuffer(Kind e) {
    String entry = OPERATORS + "co.IntervalJoinOperator$BufferEntry";
    TypeSerializer<?> s = ByName.make(entry + "Serializer", TypeSerializer.class, e.serializer);
    return new Kind(
        "BufferEntry (interval join)",
        s,
        r -> {
          boolean joined = r.nextBoolean();
          Sample one = e.sample.apply(r);
          Object v = ByName.create(entry, new Class<?>[] {Object.class, boolean.class}, one.value, joined);
          return new Sample(v, Json.object("hasBeenJoined", "" + joined, "element", one.expect));
        });
  }

  /** State of a two-phase commit sink function, which moved to a package of its own on 2.x. */
  private static Kind transactions(Kind handle, Kind context) {
    String moved = "org.apache.flink.streaming.api.functions.sink.legacy.TwoPhaseCommitSinkFunction";
    String sink = ByName.exists(moved) ? moved : "org.apache.flink.streaming.api.functions.sink.TwoPhaseCommitSinkFunction";
    Class<?> serializer = ByName.type(sink + "$StateSerializer");
    Object s = ByName.create(serializer.getName(), new Class<?>[] {TypeSerializer.class, TypeSerializer.class}, handle.serializer, context.serializer);
    boolean orNone = (Boolean) ByName.field(serializer.getName(), s, "supportNullPendingTransaction");
    Class<?> holder = ByName.type(sink + "$TransactionHolder");
    return new Kind(
        "State of a two-phase commit sink",
        (TypeSerializer<?>) s,
        r -> {
          List<Object> held = new ArrayList<>();
          List<String> x = new ArrayList<>();
          for (int n = 1 + r.nextInt(3); n > 0; n--) {
            Sample one = handle.sample.apply(r);
            long start = r.nextInt() * 10L;
            held.add(ByName.create(holder.getName(), new Class<?>[] {Object.class, long.class}, one.value, start));
            x.add(Json.object("handle", one.expect, "startTime", Values.millisOf(start)));
          }
          boolean none = orNone && r.nextBoolean();
          Sample c = r.nextBoolean() ? context.something(r) : Sample.NULL;
          Object state =
              ByName.create(
                  sink + "$State",
                  new Class<?>[] {holder, List.class, java.util.Optional.class},
                  none ? null : held.get(0),
                  held.subList(1, held.size()),
                  java.util.Optional.ofNullable(c.value));
          return new Sample(
              state,
              Json.object(
                  "pendingTransaction",
                  none ? "null" : x.get(0),
                  "pendingCommitTransactions",
                  Json.list(x.subList(1, x.size())),
                  "context",
                  c.expect));
        });
  }
}
