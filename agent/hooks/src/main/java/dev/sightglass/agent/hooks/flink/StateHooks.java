package dev.sightglass.agent.hooks.flink;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.context;
import static dev.sightglass.agent.hooks.weave.Value.field;
import static dev.sightglass.agent.hooks.weave.Value.nothing;
import static dev.sightglass.agent.hooks.weave.Value.number;
import static dev.sightglass.agent.hooks.weave.Value.result;
import static dev.sightglass.agent.hooks.weave.Value.self;
import static dev.sightglass.agent.hooks.weave.Value.thrown;
import static dev.sightglass.agent.hooks.weave.Value.token;

import dev.sightglass.agent.hooks.weave.Call;
import dev.sightglass.agent.hooks.weave.Hook;
import dev.sightglass.agent.hooks.weave.Value;
import dev.sightglass.bootstrap.Hooks;
import dev.sightglass.bootstrap.StateCall;
import java.util.List;

/** Hooks on states: where they are made, and every call that reads or changes them. */
final class StateHooks {
  private static final String FLINK = "org/apache/flink/";
  private static final String STATE = FLINK + "runtime/state/";
  private static final String HEAP = STATE + "heap/";
  private static final String TTL = STATE + "ttl/";
  private static final String V2 = STATE + "v2/ttl/";
  private static final String ASYNC = FLINK + "runtime/asyncprocessing/";

  private static final String OBJECT = "Ljava/lang/Object;";
  private static final String GET = "\\(\\)" + OBJECT;
  private static final String ITERABLE = "\\(\\)Ljava/lang/Iterable;";
  private static final String TAKES = "\\(" + OBJECT + "\\)V";
  private static final String LIST = "\\(Ljava/util/List;\\)V";
  private static final String MERGE = "\\(" + OBJECT + "Ljava/util/Collection;\\)V";
  private static final String NOTHING = "\\(\\)V";

  private StateHooks() {}

  static void addTo(List<Hook> all) {
    made(all);
    heap(all);
    timeToLive(all);
    stored(all, "state.rocksdb", FLINK + "contrib/streaming/state/", "RocksDB", "AbstractRocksDB");
    stored(all, "state.rocksdb", FLINK + "state/rocksdb/", "RocksDB", "AbstractRocksDB");
    stored(all, "state.forst", FLINK + "state/forst/sync/", "ForStSync", "AbstractForStSync");
    ofOperators(all);
    answeredLater(all);
  }

  // ---- where they are made

  private static void made(List<Hook> all) {
    all.add(
        Hook.of("state.backends", FLINK + "streaming/api/operators/StreamTaskStateInitializerImpl")
            .leaveRare(
                "streamOperatorStateContext",
                "\\(L.*OperatorID;.*\\)L.*StreamOperatorStateContext;",
                probe("StateProbe.backends", arg(0), result()))
            .build());
    all.add(
        Hook.of("state.create", TTL + "TtlStateFactory")
            .leaveRare(
                "createStateAndWrapWithTtlIfEnabled",
                "\\(L.*TypeSerializer;L.*StateDescriptor;L.*KeyedStateBackend;L.*\\)L.*",
                probe("StateProbe.created", arg(2), arg(1), arg(0), result()))
            .build());
    all.add(
        Hook.of("state.create", V2 + "TtlStateFactory")
            .leaveRare(
                "createStateAndWrapWithTtlIfEnabled",
                null,
                probe("StateProbe.created", arg(3), arg(2), arg(1), result()))
            .build());
    all.add(
        Hook.of("state.create", STATE + "DefaultOperatorStateBackend")
            .leaveRare(
                "getListState",
                "\\(L.*ListStateDescriptor;L.*Mode;\\)L.*",
                probe("StateProbe.operatorState", self(), result()))
            .leaveRare(
                "getBroadcastState",
                "\\(Lorg/apache/flink/api/common/state/MapStateDescriptor;\\)L.*",
                probe("StateProbe.operatorState", self(), result()))
            .build());
  }

  // ---- calls

  /** Puts probes around the calls of one class of states. */
  private static final class Calls {
    private final Hook.Builder hook;
    private final Value state = context("state", "StateProbe.context", self());

    Calls(String id, String className) {
      hook = Hook.of(id, className).only(Hooks.TRACES);
    }

    private Call enter(int call, Value a, Value b) {
      return probe("StateProbe.enter", state, number(call), self(), a, b);
    }

    private Call fail() {
      return probe("StateProbe.fail", token());
    }

    /** A call that gives an object. */
    Calls gives(String method, String shape, int call, Value a) {
      hook.around(
          method,
          shape,
          enter(call, a, nothing()),
          probe("StateProbe.leave", token(), result()).unlessNothing(),
          fail());
      return this;
    }

    /** A call that gives yes or no. */
    Calls asks(String method, String shape, int call, Value a) {
      hook.around(
          method,
          shape,
          enter(call, a, nothing()),
          probe("StateProbe.leaveFlag", token(), result()).unlessNothing(),
          fail());
      return this;
    }

    /** A call that gives something to iterate over. */
    Calls iterates(String method, String shape, int call) {
      hook.aroundResult(
          method,
          shape,
          enter(call, nothing(), nothing()),
          probe("StateProbe.replace", token(), result()),
          fail());
      return this;
    }

    /** A call that gives nothing. */
    Calls does(String method, String shape, int call, Value a, Value b) {
      hook.around(
          method,
          shape,
          enter(call, a, b),
          probe("StateProbe.leave", token(), nothing()).unlessNothing(),
          fail());
      return this;
    }

    /** All calls of a map state. */
    Calls map() {
      return gives("get", "\\(" + OBJECT + "\\)" + OBJECT, StateCall.GET, arg(0))
          .does("put", "\\(" + OBJECT + OBJECT + "\\)V", StateCall.PUT, arg(0), arg(1))
          .does("putAll", "\\(Ljava/util/Map;\\)V", StateCall.PUT_ALL, arg(0), nothing())
          .does("remove", TAKES, StateCall.REMOVE, arg(0), nothing())
          .asks("contains", "\\(" + OBJECT + "\\)Z", StateCall.CONTAINS, arg(0))
          .iterates("entries", ITERABLE, StateCall.ENTRIES)
          .iterates("iterator", "\\(\\)Ljava/util/Iterator;", StateCall.ENTRIES);
    }

    /** What keyed maps have beside. */
    Calls keyedMap() {
      return map()
          .iterates("keys", ITERABLE, StateCall.KEYS)
          .iterates("values", ITERABLE, StateCall.VALUES)
          .asks("isEmpty", "\\(\\)Z", StateCall.IS_EMPTY, nothing());
    }

    Calls add() {
      return does("add", TAKES, StateCall.ADD, arg(0), nothing());
    }

    Calls lists() {
      return add()
          .does("update", LIST, StateCall.PUT, arg(0), nothing())
          .does("addAll", LIST, StateCall.ADD_ALL, arg(0), nothing());
    }

    Calls merge() {
      return does("mergeNamespaces", MERGE, StateCall.MERGE, arg(0), arg(1));
    }

    Calls clear() {
      return does("clear", NOTHING, StateCall.CLEAR, nothing(), nothing());
    }

    void addTo(List<Hook> all) {
      all.add(hook.build());
    }
  }

  private static void heap(List<Hook> all) {
    String id = "state.heap";
    new Calls(id, HEAP + "HeapValueState")
        .gives("value", GET, StateCall.GET, nothing())
        .does("update", TAKES, StateCall.PUT, arg(0), nothing())
        .addTo(all);
    new Calls(id, HEAP + "HeapListState")
        .gives("get", ITERABLE, StateCall.GET, nothing())
        .lists()
        .addTo(all);
    for (String folding : new String[] {"HeapReducingState", "HeapAggregatingState"}) {
      new Calls(id, HEAP + folding).gives("get", GET, StateCall.GET, nothing()).add().addTo(all);
    }
    new Calls(id, HEAP + "HeapMapState").keyedMap().addTo(all);
    new Calls(id, HEAP + "AbstractHeapState").clear().addTo(all);
    new Calls(id, HEAP + "AbstractHeapMergingState").merge().addTo(all);
    new Calls(id, HEAP + "AbstractHeapAppendingState")
        .gives("getInternal", GET, StateCall.GET, nothing())
        .does("updateInternal", TAKES, StateCall.PUT, arg(0), nothing())
        .addTo(all);
  }

  /** RocksDB and what was made after it. */
  private static void stored(
      List<Hook> all, String id, String folder, String prefix, String abstractPrefix) {
    new Calls(id, folder + prefix + "ValueState")
        .gives("value", GET, StateCall.GET, nothing())
        .does("update", TAKES, StateCall.PUT, arg(0), nothing())
        .addTo(all);
    new Calls(id, folder + prefix + "ListState")
        .gives("get", ITERABLE, StateCall.GET, nothing())
        .gives("getInternal", "\\(\\)Ljava/util/List;", StateCall.GET, nothing())
        .lists()
        .does("updateInternal", LIST, StateCall.PUT, arg(0), nothing())
        .merge()
        .addTo(all);
    for (String folding : new String[] {"ReducingState", "AggregatingState"}) {
      new Calls(id, folder + prefix + folding)
          .gives("get", GET, StateCall.GET, nothing())
          .add()
          .merge()
          .addTo(all);
    }
    new Calls(id, folder + prefix + "MapState").keyedMap().clear().addTo(all);
    new Calls(id, folder + abstractPrefix + "State").clear().addTo(all);
    new Calls(id, folder + abstractPrefix + "AppendingState")
        .gives("getInternal", GET, StateCall.GET, nothing())
        .does("updateInternal", TAKES, StateCall.PUT, arg(0), nothing())
        .gives("getInternal", "\\(\\[B\\)" + OBJECT, StateCall.INNER_READ, nothing())
        .does(
            "updateInternal", "\\(\\[B" + OBJECT + "\\)V", StateCall.INNER_WRITE, nothing(), arg(1))
        .addTo(all);
  }

  private static void timeToLive(List<Hook> all) {
    String id = "state.ttl";
    new Calls(id, TTL + "TtlValueState")
        .gives("value", GET, StateCall.GET, nothing())
        .does("update", TAKES, StateCall.PUT, arg(0), nothing())
        .addTo(all);
    new Calls(id, TTL + "TtlListState")
        .gives("get", ITERABLE, StateCall.GET, nothing())
        .gives("getInternal", "\\(\\)Ljava/util/List;", StateCall.GET, nothing())
        .lists()
        .does("updateInternal", LIST, StateCall.PUT, arg(0), nothing())
        .merge()
        .clear()
        .addTo(all);
    for (String folding : new String[] {"TtlReducingState", "TtlAggregatingState"}) {
      new Calls(id, TTL + folding)
          .gives("get", GET, StateCall.GET, nothing())
          .gives("getInternal", GET, StateCall.GET, nothing())
          .does("updateInternal", TAKES, StateCall.PUT, arg(0), nothing())
          .add()
          .merge()
          .clear()
          .addTo(all);
    }
    new Calls(id, TTL + "TtlMapState").keyedMap().clear().addTo(all);
    new Calls(id, TTL + "AbstractTtlState").clear().addTo(all);
    Value state = context("state", "StateProbe.context", self());
    all.add(
        Hook.of(id, TTL + "AbstractTtlDecorator")
            .leave(
                "expired",
                "\\(L.*TtlValue;\\)Z",
                probe("StateProbe.expired", state, arg(0), result()))
            .build());
    Value map = context("state", "StateProbe.context", field("this$0"));
    all.add(
        Hook.of(id, TTL + "TtlMapState$EntriesIterator")
            .around(
                "getUnexpiredAndUpdateOrCleanup",
                null,
                probe("StateProbe.at", map, arg(0).callInterface("getKey", "()Ljava/lang/Object;")),
                probe("StateProbe.left", map, token()),
                probe("StateProbe.left", map, token()))
            .build());
    Value cleaned = context("state", "StateProbe.context", field("ttlState"));
    String visitor = STATE + "internal/InternalKvState$StateIncrementalVisitor";
    String entry = "L" + STATE + "StateEntry;";
    all.add(
        Hook.of("state.ttl.cleanup", TTL + "TtlIncrementalCleanup")
            .around(
                "runCleanup",
                NOTHING,
                probe("StateProbe.cleaning", cleaned),
                probe("StateProbe.cleaningDone", cleaned, token()),
                probe("StateProbe.cleaningDone", cleaned, token()))
            .redirect(
                visitor,
                "remove",
                "(" + entry + ")V",
                probe("StateProbe.removed", arg(0)),
                probe("MailProbe.leave", token()),
                probe("MailProbe.fail", token(), thrown()))
            .redirect(
                visitor,
                "update",
                "(" + entry + OBJECT + ")V",
                probe("StateProbe.replaced", arg(0), arg(1)),
                probe("MailProbe.leave", token()),
                probe("MailProbe.fail", token(), thrown()))
            .build());
  }

  private static void ofOperators(List<Hook> all) {
    String id = "state.operator";
    new Calls(id, STATE + "PartitionableListState")
        .gives("get", ITERABLE, StateCall.GET, nothing())
        .lists()
        .clear()
        .addTo(all);
    new Calls(id, STATE + "HeapBroadcastState")
        .map()
        .iterates("immutableEntries", ITERABLE, StateCall.ENTRIES)
        .clear()
        .addTo(all);
  }

  /** States whose answers come later: ForSt. */
  private static void answeredLater(List<Hook> all) {
    Value controller = context("controller", "RequestProbe.controller", self());
    all.add(
        Hook.of("state.async", ASYNC + "StateExecutionController")
            .enter(
                "handleRequest",
                "\\(L.*State;L.*StateRequestType;Z" + OBJECT + "Z\\)L.*",
                probe("RequestProbe.request", controller, self(), arg(0), arg(1), arg(3)))
            .build());
    Value request = context("request", "RequestProbe.future");
    all.add(
        Hook.of("state.async", FLINK + "core/asyncprocessing/AsyncFutureImpl")
            .leave("<init>", null, probe("TaskProbe.keep", request))
            .enter("complete", TAKES, probe("RequestProbe.completed", request, arg(0)))
            .build());
  }
}
