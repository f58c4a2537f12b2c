package dev.sightglass.agent.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.bootstrap.Determinants;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.jobgraph.JobVertexID;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.query.KvStateRegistry;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateBackendParametersImpl;
import org.apache.flink.runtime.state.LocalRecoveryConfig;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.apache.flink.runtime.state.OperatorStateBackendParametersImpl;
import org.apache.flink.runtime.state.TaskStateManager;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.SimpleUserCodeClassLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes states of Flink's own backends, as an operator sees them. */
final class StateChangesTest {
  private static final int GROUPS = 16;
  private static final OperatorID ID = new OperatorID(7, 8);

  /** What an operator keeps its backends in; found by name. */
  private static final class Handler {
    final Object keyedStateBackend;
    final Object operatorStateBackend;
    final Object asyncKeyedStateBackend;

    Handler(Object keyed, Object lists, Object async) {
      keyedStateBackend = keyed;
      operatorStateBackend = lists;
      asyncKeyedStateBackend = async;
    }
  }

  private interface Wrapper {
    Object getStreamOperator();
  }

  /** Of a task; found by name. */
  private static final class Chain {
    private final List<Wrapper> all = new ArrayList<>();

    public Iterable<Wrapper> getAllOperators() {
      return all;
    }
  }

  /** Its own field is found before that of Flink's class. */
  private static final class Fake extends AbstractStreamOperator<Object> {
    private static final long serialVersionUID = 1;

    @SuppressWarnings({"unused", "HidingField"})
    private final transient Object stateHandler;

    Fake(Object handler) {
      stateHandler = handler;
    }

    @Override
    public OperatorID getOperatorID() {
      return ID;
    }
  }

  private final ByteArrayOutputStream answers = new ByteArrayOutputStream();
  private final DataOutputStream feed = new DataOutputStream(answers);
  private final ByteArrayOutputStream told = new ByteArrayOutputStream();
  private final Determinants determinants = new Determinants();
  private long now = 1000;
  private Environment environment;
  private CheckpointableKeyedStateBackend<String> backend;
  private OperatorStateBackend lists;
  private Object async;
  private KeyGroupRange range = new KeyGroupRange(0, GROUPS - 1);

  @BeforeEach
  void open() throws Exception {
    feed.writeInt(0x53475231);
    TaskStateManager manager =
        proxy(TaskStateManager.class, name -> LocalRecoveryConfig.BACKUP_AND_RECOVERY_DISABLED);
    environment =
        proxy(
            Environment.class,
            name -> {
              switch (name) {
                case "getTaskStateManager":
                  return manager;
                case "getExecutionConfig":
                  return new ExecutionConfig();
                case "getUserCodeClassLoader":
                  return SimpleUserCodeClassLoader.create(getClass().getClassLoader());
                default:
                  throw new UnsupportedOperationException(name);
              }
            });
    keyed();
    lists =
        new HashMapStateBackend()
            .createOperatorStateBackend(
                new OperatorStateBackendParametersImpl(
                    environment, "operator", List.of(), new CloseableRegistry()));
  }

  private interface Answers {
    Object of(String method);
  }

  @SuppressWarnings("unchecked")
  private static <T> T proxy(Class<T> c, Answers answers) {
    return (T)
        Proxy.newProxyInstance(
            c.getClassLoader(), new Class<?>[] {c}, (p, m, a) -> answers.of(m.getName()));
  }

  private void keyed() throws Exception {
    backend =
        new HashMapStateBackend()
            .createKeyedStateBackend(
                new KeyedStateBackendParametersImpl<>(
                    environment,
                    new JobID(),
                    "operator",
                    StringSerializer.INSTANCE,
                    GROUPS,
                    range,
                    new KvStateRegistry().createTaskRegistry(new JobID(), new JobVertexID()),
                    () -> now,
                    new UnregisteredMetricsGroup(),
                    (name, value) -> {},
                    List.of(),
                    new CloseableRegistry(),
                    1.0));
  }

  private <S extends State, V> S state(StateDescriptor<S, V> of) throws Exception {
    return backend.getPartitionedState(
        VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, of);
  }

  private static StateChange change(int action) {
    StateChange c = new StateChange();
    c.number = 3;
    c.action = action;
    c.element = -1;
    c.operator = "";
    c.state = "s";
    c.key = new byte[0];
    c.namespace = new byte[0];
    return c;
  }

  private static final int KEY = 1;
  private static final int NAMESPACE = 2;
  private static final int MAP_KEY = 4;
  private static final int PATH = 8;
  private static final int KEY_BYTES = 16;

  private <T> void answer(TypeSerializer<T> serializer, T value) throws IOException {
    answer(bytes(serializer, value));
  }

  private void answer(byte[] b) throws IOException {
    feed.writeByte(Feed.WRITTEN);
    feed.writeInt(b.length);
    feed.write(b);
  }

  private static <T> byte[] bytes(TypeSerializer<T> serializer, T value) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    serializer.serialize(value, out);
    return out.getCopyOfBuffer();
  }

  private StateChanges changes() throws Exception {
    Feed f = new Feed(new ByteArrayInputStream(answers.toByteArray()));
    Report report = new Report(new PrintStream(told, true, StandardCharsets.UTF_8));
    StateChanges c =
        new StateChanges(f, determinants, report, s -> "\"" + s.getClass().getSimpleName() + "\"");
    Chain chain = new Chain();
    Handler handler = new Handler(backend, lists, async);
    Fake operator = new Fake(handler);
    chain.all.add(() -> operator);
    c.of(new TaskStates(chain, GROUPS));
    return c;
  }

  /** What the report says, one line after the other. */
  private String make(StateChange c) throws Exception {
    changes().change(c);
    return told.toString(StandardCharsets.UTF_8).replace("\"state\":3,", "").trim();
  }

  private static void wantWhy(String part, String got) {
    assertTrue(got.contains("\"why\":") && got.contains(part), got);
  }

  // ---- kinds of states

  @Test
  void aValueOfAnotherKeyIsWritten() throws Exception {
    ValueState<Long> s = state(new ValueStateDescriptor<>("s", Types.LONG));
    backend.setCurrentKey("a");
    s.update(1L);
    StateChange c = change(StateChange.SET);
    c.has = KEY;
    answer(StringSerializer.INSTANCE, "b");
    answer(LongSerializer.INSTANCE, 5L);
    assertEquals(
        "{\"write\":\"key\",\"serializer\":\"StringSerializer\"}\n"
            + "{\"write\":\"value\",\"serializer\":\"LongSerializer\"}\n"
            + "{\"state\":3}",
        make(c));
    assertEquals("a", backend.getCurrentKey());
    assertEquals(1L, s.value());
    backend.setCurrentKey("b");
    assertEquals(5L, s.value());
  }

  @Test
  void aPlaceOfAListIsWrittenOutOfWhatIsStored() throws Exception {
    ListState<String> s = state(new ListStateDescriptor<>("s", Types.STRING));
    backend.setCurrentKey("a");
    s.update(List.of("x", "y"));
    StateChange c = change(StateChange.SET);
    c.has = PATH | KEY_BYTES;
    c.key = bytes(StringSerializer.INSTANCE, "a");
    answer(new ListSerializer<>(StringSerializer.INSTANCE), List.of("x", "z"));
    String stored = "AAAAAgJ4Ank="; // 2, x, y
    assertEquals(
        "{\"write\":\"value\",\"serializer\":\"ListSerializer\",\"bytes\":\""
            + stored
            + "\"}\n{\"state\":3}",
        make(c));
    assertEquals(List.of("x", "z"), s.get());
  }

  @Test
  void elementsOfAListComeAndGo() throws Exception {
    ListState<String> s = state(new ListStateDescriptor<>("s", Types.STRING));
    backend.setCurrentKey("a");
    s.update(new ArrayList<>(List.of("x", "y")));
    StateChange more = change(StateChange.ADD);
    more.has = KEY_BYTES;
    more.key = bytes(StringSerializer.INSTANCE, "a");
    answer(StringSerializer.INSTANCE, "z");
    make(more);
    StateChange less = change(StateChange.CLEAR);
    less.has = KEY_BYTES | PATH;
    less.key = more.key;
    less.element = 0;
    make(less);
    assertEquals(List.of("y", "z"), s.get());
    less.element = 2;
    wantWhy("2 elements", make(less));
    less.element = -1;
    make(less);
    assertNull(s.get());
  }

  @Test
  void entriesOfAMapComeAndGo() throws Exception {
    MapState<String, Long> s = state(new MapStateDescriptor<>("s", Types.STRING, Types.LONG));
    backend.setCurrentKey("a");
    s.put("x", 1L);
    StateChange c = change(StateChange.SET);
    c.has = KEY_BYTES | MAP_KEY;
    c.key = bytes(StringSerializer.INSTANCE, "a");
    answer(StringSerializer.INSTANCE, "y");
    answer(LongSerializer.INSTANCE, 2L);
    answer(StringSerializer.INSTANCE, "x");
    StateChanges changes = changes();
    changes.change(c);
    assertEquals(2L, s.get("y"));
    c.action = StateChange.CLEAR;
    changes.change(c);
    assertNull(s.get("x"));
    assertEquals(2L, s.get("y"));
    c.has = KEY_BYTES;
    changes.change(c);
    assertTrue(s.isEmpty());
    changes.change(c);
    wantWhy("nothing is stored", told.toString(StandardCharsets.UTF_8));
  }

  @Test
  void whatAReducingStateHoldsIsWritten() throws Exception {
    ReducingState<Long> s = state(new ReducingStateDescriptor<>("s", Long::sum, Types.LONG));
    backend.setCurrentKey("a");
    s.add(1L);
    StateChange c = change(StateChange.SET);
    c.has = KEY_BYTES;
    c.key = bytes(StringSerializer.INSTANCE, "a");
    answer(LongSerializer.INSTANCE, 40L);
    make(c);
    s.add(2L);
    assertEquals(42L, s.get());
  }

  @Test
  void whatLivesForATimeIsWrittenAsOfThen() throws Exception {
    ValueStateDescriptor<Long> of = new ValueStateDescriptor<>("s", Types.LONG);
    of.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofMillis(100)).build());
    ValueState<Long> s = state(of);
    backend.setCurrentKey("a");
    StateChange c = change(StateChange.SET);
    c.has = KEY_BYTES;
    c.key = bytes(StringSerializer.INSTANCE, "a");
    answer(LongSerializer.INSTANCE, 5L);
    make(c);
    now = 1099;
    assertEquals(5L, s.value());
    now = 1100;
    assertNull(s.value());
  }

  @Test
  void aStateOfAWindowIsThatOfItsWindow() throws Exception {
    ValueStateDescriptor<Long> of = new ValueStateDescriptor<>("s", Types.LONG);
    TimeWindow first = new TimeWindow(0, 10);
    TimeWindow second = new TimeWindow(10, 20);
    backend.setCurrentKey("a");
    ValueState<Long> s = backend.getPartitionedState(first, new TimeWindow.Serializer(), of);
    s.update(1L);
    StateChange c = change(StateChange.SET);
    c.has = KEY_BYTES | NAMESPACE;
    c.key = bytes(StringSerializer.INSTANCE, "a");
    answer(new TimeWindow.Serializer(), second);
    answer(LongSerializer.INSTANCE, 5L);
    make(c);
    assertEquals(1L, s.value());
    assertEquals(5L, backend.getPartitionedState(second, new TimeWindow.Serializer(), of).value());
    c.has = KEY_BYTES;
    wantWhy("for each window", make(c));
  }

  @Test
  void anEntryOfABroadcastStateIsWritten() throws Exception {
    var s = lists.getBroadcastState(new MapStateDescriptor<>("s", Types.STRING, Types.LONG));
    StateChange c = change(StateChange.SET);
    c.has = MAP_KEY;
    answer(StringSerializer.INSTANCE, "x");
    answer(LongSerializer.INSTANCE, 5L);
    make(c);
    assertEquals(5L, s.get("x"));
    c.has = KEY | MAP_KEY;
    wantWhy("belongs to no key", make(c));
  }

  // ---- what cannot be changed

  @Test
  void whatIsThereIsNamed() throws Exception {
    state(new ValueStateDescriptor<>("count", Types.LONG));
    state(new MapStateDescriptor<>("names", Types.STRING, Types.LONG));
    String id = ID.toHexString();
    wantWhy(
        "no such state is registered at that time; there are: "
            + id
            + "/count (value), "
            + id
            + "/names (map)",
        make(change(StateChange.SET)));
  }

  @Test
  void aListThatOperatorsReadOnceIsLeft() throws Exception {
    lists.getListState(new ListStateDescriptor<>("s", Types.LONG));
    wantWhy("when they begin", make(change(StateChange.CLEAR)));
  }

  @Test
  void statesThatAnswerLaterAreLeft() throws Exception {
    async = new Object();
    wantWhy("answer later", make(change(StateChange.CLEAR)));
  }

  @Test
  void whatDoesNotFitIsSaid() throws Exception {
    state(new ValueStateDescriptor<>("s", Types.LONG));
    backend.setCurrentKey("a");
    StateChange c = change(StateChange.SET);
    wantWhy("s[key=KEY]", make(c));
    c.has = KEY_BYTES | MAP_KEY;
    c.key = bytes(StringSerializer.INSTANCE, "a");
    wantWhy("no keys of entries", make(c));
    c.has = KEY_BYTES | NAMESPACE;
    wantWhy("no namespace", make(c));
    c.has = KEY_BYTES;
    c.action = StateChange.ADD;
    wantWhy("to a list", make(c));
    c.action = StateChange.CLEAR;
    wantWhy("nothing is stored", make(c));
    c.action = StateChange.BYTES;
    answer(new byte[] {1, 2});
    wantWhy("does not read the bytes", make(c));
    answers.reset();
    feed.writeInt(0x53475231);
    answer(new byte[9]);
    wantWhy("leaves 1 of the bytes", make(c));
    c.key = new byte[] {(byte) 0xff};
    wantWhy("bytes of its key", make(c));
  }

  @Test
  void theKeyOfAnotherSubtaskIsSaid() throws Exception {
    int group = KeyGroupRangeAssignment.assignToKeyGroup("a", GROUPS);
    range = new KeyGroupRange((group + 1) % GROUPS, (group + 1) % GROUPS);
    keyed();
    state(new ValueStateDescriptor<>("s", Types.LONG));
    StateChange c = change(StateChange.CLEAR);
    c.has = KEY_BYTES;
    c.key = bytes(StringSerializer.INSTANCE, "a");
    wantWhy("none of this subtask's", make(c));
  }

  // ---- timers

  @Test
  void aChangeWaitsForItsTimer() throws Exception {
    ValueState<Long> s = state(new ValueStateDescriptor<>("s", Types.LONG));
    backend.setCurrentKey("a");
    s.update(1L);
    StateChange c = change(StateChange.SET);
    c.invocation = 9;
    c.has = KEY_BYTES;
    c.key = bytes(StringSerializer.INSTANCE, "a");
    feed.writeByte(Feed.WAITING);
    answer(LongSerializer.INSTANCE, 5L);
    StateChanges changes = changes();
    changes.add(c);
    changes.before(8);
    assertEquals(1L, s.value());
    changes.before(9);
    assertEquals(5L, s.value());
    assertTrue(!changes.isWaiting());
  }

  @Test
  void aTimerThatDoesNotFireIsSaid() throws Exception {
    StateChanges changes = changes();
    StateChange c = change(StateChange.CLEAR);
    c.invocation = 9;
    changes.add(c);
    changes.await();
    assertTrue(changes.isWaiting());
    changes.missed();
    assertTrue(!changes.isWaiting());
    wantWhy("does not fire", told.toString(StandardCharsets.UTF_8));
  }
}
