package dev.sightglass.agent.hooks.serializers;

import java.util.Map;

/** What Flink's own operators keep in state or send: windows, timers, TTL, joins, sinks, CEP. */
final class OperatorFormats {
  private static final String FLINK = "org.apache.flink.";
  private static final String OPERATORS = FLINK + "streaming.api.operators.";
  private static final String NFA = FLINK + "cep.nfa.";
  private static final String BUFFER = NFA + "sharedbuffer.";

  private static final String MILLIS = "{\"t\":\"millis\"}";

  private OperatorFormats() {}

  static void addTo(Map<String, Format> formats) {
    windows(formats);
    state(formats);
    operators(formats);
    patterns(formats);
  }

  private static void windows(Map<String, Format> formats) {
    String windows = FLINK + "streaming.api.windowing.windows.";
    formats.put(windows + "TimeWindow$Serializer", Format.plain("timewindow"));
    formats.put(windows + "GlobalWindow$Serializer", Format.plain("globalwindow"));
    String table = FLINK + "table.runtime.operators.window.";
    formats.put(table + "TimeWindow$Serializer", Format.plain("timewindow"));
    formats.put(table + "GlobalWindow$Serializer", Format.plain("globalwindow"));
    formats.put(table + "CountWindow$Serializer", Format.plain("long"));
  }

  private static void state(Map<String, Format> formats) {
    Format ttl =
        (to, s, top) -> {
          Object[] fields = Members.array(s, "fieldSerializers");
          to.wrap("ttl", s, null, "s", fields.length == 2 ? fields[1] : null).raw("}");
        };
    formats.put(FLINK + "runtime.state.ttl.TtlStateFactory$TtlSerializer", ttl);
    formats.put(FLINK + "runtime.state.v2.ttl.TtlStateFactory$TtlSerializer", ttl);
    formats.put(FLINK + "runtime.state.ttl.TtlAwareSerializer", Format.same("typeSerializer"));
    Format nothing = Format.plain("voidnamespace");
    formats.put(FLINK + "runtime.state.VoidNamespaceSerializer", nothing);
    formats.put(FLINK + "queryablestate.client.VoidNamespaceSerializer", nothing);
    formats.put(
        OPERATORS + "TimerSerializer",
        Format.pair("timer", "k", "keySerializer", "n", "namespaceSerializer"));
    formats.put(
        OPERATORS + "InternalTimersSnapshotReaderWriters$LegacyTimerSerializer",
        (to, s, top) -> {
          to.struct(s, null).field(0, "key", Members.field(s, "keySerializer"));
          to.field(1, "namespace", Members.field(s, "namespaceSerializer"));
          to.field(2, "timestamp", MILLIS).raw("]}");
        });
  }

  private static void operators(Map<String, Format> formats) {
    formats.put(
        FLINK + "streaming.api.datastream.CoGroupedStreams$UnionSerializer",
        Format.pair("taggedunion", "l", "oneSerializer", "r", "twoSerializer"));
    formats.put(
        FLINK + "streaming.runtime.streamrecord.StreamElementSerializer",
        Format.around("streamelement", "s", "typeSerializer"));
    formats.put(
        OPERATORS + "co.IntervalJoinOperator$BufferEntrySerializer",
        (to, s, top) -> {
          to.struct(s, null).field(0, "hasBeenJoined", "{\"t\":\"bool\"}");
          to.field(1, "element", Members.field(s, "elementSerializer")).raw("]}");
        });
    Format transactions = OperatorFormats::transactions;
    String sink = "TwoPhaseCommitSinkFunction$StateSerializer";
    formats.put(FLINK + "streaming.api.functions.sink." + sink, transactions);
    formats.put(FLINK + "streaming.api.functions.sink.legacy." + sink, transactions);
  }

  /** The open transaction, those that wait for their commit, and what the sink keeps besides. */
  private static void transactions(SerializerDescriber to, Object s, boolean top) {
    Object handle = Members.field(s, "transactionSerializer");
    Object context = Members.field(s, "contextSerializer");
    boolean orNone = Boolean.TRUE.equals(Members.field(s, "supportNullPendingTransaction"));
    Runnable transaction =
        () -> {
          to.struct(null, "TransactionHolder").field(0, "handle", handle);
          to.field(1, "startTime", MILLIS).raw("]}");
        };
    to.struct(s, null)
        .part(0, "pendingTransaction", orNone ? in(to, "option", transaction) : transaction)
        .part(1, "pendingCommitTransactions", in(to, "list", transaction))
        .part(2, "context", in(to, "option", () -> to.node(context, false)))
        .raw("]}");
  }

  /** A list or option of what {@code body} writes. */
  private static Runnable in(SerializerDescriber to, String t, Runnable body) {
    return () -> {
      to.begin(t, null, null).raw(",\"e\":");
      body.run();
      to.raw("}");
    };
  }

  private static void patterns(Map<String, Format> formats) {
    formats.put(
        NFA + "DeweyNumber$DeweyNumberSerializer",
        (to, s, top) -> to.begin("primarray", s, null).member("e", "int").raw("}"));
    formats.put(
        BUFFER + "EventId$EventIdSerializer",
        (to, s, top) -> {
          to.struct(s, NFA + "sharedbuffer.EventId").field(0, "id", "{\"t\":\"int\"}");
          to.field(1, "timestamp", MILLIS).raw("]}");
        });
    formats.put(
        BUFFER + "NodeId$NodeIdSerializer",
        (to, s, top) -> {
          to.begin("option", s, null).raw(",\"e\":");
          to.struct(null, BUFFER + "NodeId");
          to.field(0, "eventId", Members.field(s, "eventIdSerializer"));
          to.field(1, "pageName", "{\"t\":\"string\"}").raw("]}").raw("}");
        });
    formats.put(
        BUFFER + "SharedBufferEdge$SharedBufferEdgeSerializer",
        (to, s, top) -> {
          to.struct(s, BUFFER + "SharedBufferEdge");
          to.field(0, "target", Members.field(s, "nodeIdSerializer"));
          to.field(1, "deweyNumber", Members.field(s, "deweyNumberSerializer")).raw("]}");
        });
    formats.put(
        BUFFER + "Lockable$LockableTypeSerializer",
        (to, s, top) -> lockable(to, s, Members.field(s, "elementSerializer")));
    formats.put(
        BUFFER + "SharedBufferNodeSerializer",
        (to, s, top) -> {
          to.begin("list", s, null).raw(",\"e\":");
          lockable(to, null, Members.field(s, "edgeSerializer"));
          to.raw("}");
        });
    formats.put(NFA + "NFAStateSerializer", OperatorFormats::matches);
  }

  private static void lockable(SerializerDescriber to, Object s, Object element) {
    to.struct(s, BUFFER + "Lockable").field(0, "refCounter", "{\"t\":\"int\"}");
    to.field(1, "element", element).raw("]}");
  }

  private static void matches(SerializerDescriber to, Object s, boolean top) {
    Runnable computations = in(to, "list", () -> computation(to, s));
    to.struct(s, NFA + "NFAState").part(0, "partialMatches", computations);
    to.part(1, "completedMatches", computations).raw("]}");
  }

  private static void computation(SerializerDescriber to, Object s) {
    Object event = Members.field(s, "eventIdSerializer");
    to.struct(null, NFA + "ComputationState").field(0, "currentStateName", "{\"t\":\"string\"}");
    to.field(1, "previousBufferEntry", Members.field(s, "nodeIdSerializer"));
    to.field(2, "version", Members.field(s, "versionSerializer"));
    to.field(3, "startTimestamp", MILLIS);
    int next = 4;
    if (!Boolean.FALSE.equals(Members.field(s, "supportsPreviousTimestamp"))) {
      to.field(next++, "previousTimestamp", MILLIS);
    }
    to.part(next, "startEventID", in(to, "option", () -> to.node(event, false))).raw("]}");
  }
}
