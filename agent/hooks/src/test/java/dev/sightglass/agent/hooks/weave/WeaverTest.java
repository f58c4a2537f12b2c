package dev.sightglass.agent.hooks.weave;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.context;
import static dev.sightglass.agent.hooks.weave.Value.field;
import static dev.sightglass.agent.hooks.weave.Value.inherited;
import static dev.sightglass.agent.hooks.weave.Value.nothing;
import static dev.sightglass.agent.hooks.weave.Value.number;
import static dev.sightglass.agent.hooks.weave.Value.result;
import static dev.sightglass.agent.hooks.weave.Value.self;
import static dev.sightglass.agent.hooks.weave.Value.thrown;
import static dev.sightglass.agent.hooks.weave.Value.token;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.bootstrap.Hooks;
import dev.sightglass.bootstrap.SampleProbe;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.util.CheckClassAdapter;

class WeaverTest {
  private static final String NAME = "dev/sightglass/agent/hooks/weave/Sample";

  private final List<String> states = new ArrayList<>();

  @BeforeEach
  @AfterEach
  void clean() {
    SampleProbe.TOLD.clear();
    SampleProbe.failure = null;
    SampleProbe.token = 7;
    Hooks.start();
  }

  private final class States implements Weaver.Listener {
    private final List<Hook> hooks;

    States(Hook... hooks) {
      this.hooks = Arrays.asList(hooks);
    }

    @Override
    public void installed(int hook, ClassLoader loader) {
      states.add(hooks.get(hook).id() + " ok");
    }

    @Override
    public void missing(int hook, ClassLoader loader, String reason) {
      states.add(hooks.get(hook).id() + " missing: " + reason);
    }
  }

  private static byte[] original() throws IOException {
    try (InputStream in = Sample.class.getResourceAsStream("Sample.class")) {
      return in.readAllBytes();
    }
  }

  private byte[] weave(Hook... hooks) throws IOException {
    return new Weaver(Arrays.asList(hooks), new States(hooks))
        .transform(null, NAME, null, null, original());
  }

  /** Loads a woven Sample beside the one of the test, and has its frames checked on the way. */
  private static Class<?> load(byte[] woven) throws ClassNotFoundException {
    StringWriter problems = new StringWriter();
    CheckClassAdapter.verify(
        new ClassReader(woven),
        WeaverTest.class.getClassLoader(),
        false,
        new PrintWriter(problems));
    assertEquals("", problems.toString());
    return new ClassLoader(WeaverTest.class.getClassLoader()) {
      @Override
      protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        return name.equals(Sample.class.getName())
            ? defineClass(name, woven, 0, woven.length)
            : super.loadClass(name, resolve);
      }
    }.loadClass(Sample.class.getName());
  }

  private static Object make(Class<?> c) throws Exception {
    return c.getConstructor(String.class).newInstance("it");
  }

  private static Object call(Class<?> c, Object o, String method, Object... args) throws Throwable {
    for (java.lang.reflect.Method m : c.getMethods()) {
      if (m.getName().equals(method)) {
        try {
          return m.invoke(o, args);
        } catch (InvocationTargetException e) {
          throw e.getCause();
        }
      }
    }
    throw new NoSuchMethodException(method);
  }

  private static Hook walk() {
    return walk(probe("SampleProbe.leave", token()));
  }

  private static Hook walk(Call leave) {
    Value kept = context("kept", "SampleProbe.context", self());
    return Hook.of("walk", NAME)
        .around(
            "walk",
            "\\(Ljava/lang/String;Z\\).*",
            probe("SampleProbe.enter", kept, arg(0)),
            leave,
            probe("SampleProbe.fail", token(), thrown()))
        .build();
  }

  @Test
  void enclosesAMethodWithLoopsHandlersAndSeveralReturns() throws Throwable {
    Class<?> c = load(weave(walk()));
    Object o = make(c);
    assertEquals("sum 48", call(c, o, "walk", "a", false));
    assertEquals("own", call(c, o, "walk", "!", false));
    assertEquals("", call(c, o, "walk", "", false));
    IOException e = assertThrows(IOException.class, () -> call(c, o, "walk", "b", true));
    assertEquals("out 49", e.getMessage());
    assertEquals(
        List.of(
            "context it",
            "enter c a",
            "leave 7",
            "enter c !",
            "leave 7",
            "enter c ",
            "leave 7",
            "enter c b",
            "fail 7 out 49"),
        SampleProbe.TOLD);
    assertEquals(List.of("walk ok"), states);
    assertEquals(2, call(c, o, "count"));
  }

  @Test
  void overridesWhatTheSuperclassHas() throws Throwable {
    Hook h =
        Hook.of("hash", NAME)
            .leaveOfSuper("hashCode", "()I", probe("SampleProbe.leave", result()))
            .build();
    Class<?> c = load(weave(h));
    Object o = make(c);
    assertEquals(System.identityHashCode(o), call(c, o, "hashCode"));
    assertEquals(List.of("leave " + System.identityHashCode(o)), SampleProbe.TOLD);
    SampleProbe.failure = new IllegalStateException("probe");
    assertEquals(System.identityHashCode(o), call(c, o, "hashCode"));
    Hook own =
        Hook.of("text", NAME)
            .leaveOfSuper("toString", "()Ljava/lang/String;", probe("SampleProbe.leave", result()))
            .build();
    assertNull(weave(own));
    assertEquals(List.of("hash ok", "text missing: it has a method toString of its own"), states);
  }

  @Test
  void enclosesAStaticMethodWithWideArgumentsAndAMonitor() throws Throwable {
    Hook h =
        Hook.of("twice", NAME)
            .around(
                "twice",
                null,
                probe("SampleProbe.enterLong", arg(0), arg(1)),
                probe("SampleProbe.leaveLong", token(), self()),
                probe("SampleProbe.failLong", token(), thrown()))
            .build();
    assertNull(weave(h), "a static method has no self");
    assertEquals(List.of("twice missing: there is no self here"), states);
    Hook good =
        Hook.of("twice", NAME)
            .around(
                "twice",
                null,
                probe("SampleProbe.enterLong", arg(0), arg(1)),
                null,
                probe("SampleProbe.failLong", token(), thrown()))
            .build();
    Class<?> c = load(weave(good));
    assertEquals(23L, call(c, null, "twice", 10L, 3.5));
    assertThrows(ArithmeticException.class, () -> call(c, null, "twice", 1L, -1.0));
    assertEquals(List.of("enter 10 3.5", "enter 1 -1.0", "fail 2 negative"), SampleProbe.TOLD);
  }

  @Test
  void keepsAnObjectAsTokenWhereAnArgumentChangesItsType() throws Throwable {
    Hook h =
        Hook.of("ask", NAME)
            .around(
                "ask",
                null,
                probe("SampleProbe.enterObject", arg(0).isA("java/util/List"), arg(0)),
                probe("SampleProbe.leaveObject", token()),
                null)
            .build();
    Class<?> c = load(weave(h));
    assertEquals(true, call(c, make(c), "ask", List.of(List.of(1))));
    assertEquals(List.of("enter true [[1]]", "leave token"), SampleProbe.TOLD);
  }

  @Test
  void fetchesWhatIsGuardedOnlyWhenAProbeWantsIt() throws Throwable {
    Value upper = arg(0).call("toUpperCase", "()Ljava/lang/String;");
    Value length = arg(0).call("length", "()I");
    Call wanted = probe("SampleProbe.wanted", arg(0));
    Hook h =
        Hook.of("greet", NAME)
            .enter(
                "greet",
                null,
                probe("SampleProbe.three", upper.when(wanted), length.when(wanted), arg(0)))
            .build();
    Class<?> c = load(weave(h));
    call(c, make(c), "greet", "you");
    call(c, make(c), "greet", "me");
    assertEquals(List.of("three YOU 3 you", "three null 0 me"), SampleProbe.TOLD);
  }

  @Test
  void replacesAnArgument() throws Throwable {
    Hook h =
        Hook.of("greet", NAME)
            .replace("greet", null, 0, probe("SampleProbe.replace", arg(0)))
            .build();
    Class<?> c = load(weave(h));
    assertEquals("hello you!", call(c, make(c), "greet", "you"));
    SampleProbe.failure = new IllegalStateException();
    assertEquals("hello you", call(c, make(c), "greet", "you"));
    SampleProbe.failure = null;
    Hooks.stop("test");
    assertEquals("hello you", call(c, make(c), "greet", "you"));
  }

  @Test
  void replacesAResult() throws Throwable {
    Hook h =
        Hook.of("greet", NAME)
            .aroundResult(
                "greet",
                null,
                probe("SampleProbe.enterObject", arg(0).isA("java/lang/String"), arg(0)),
                probe("SampleProbe.instead", token(), nothing(), number(70_000), result()),
                null)
            .build();
    Class<?> c = load(weave(h));
    assertEquals("hello you?", call(c, make(c), "greet", "you"));
    assertEquals(List.of("enter true you", "instead token null 70000 hello you"), SampleProbe.TOLD);
    SampleProbe.failure = new IllegalStateException();
    assertEquals("hello you", call(c, make(c), "greet", "you"));
    SampleProbe.failure = null;
    Hooks.stop("test");
    assertEquals("hello you", call(c, make(c), "greet", "you"));
  }

  @Test
  void onlyAnObjectIsReplaced() throws Throwable {
    Hook h =
        Hook.of("ask", NAME)
            .aroundResult(
                "ask",
                null,
                null,
                probe("SampleProbe.instead", arg(0), nothing(), number(1), self()),
                null)
            .build();
    assertNull(weave(h));
    assertEquals(List.of("ask missing: the result is no object"), states);
  }

  @Test
  void callsAtTheEndOfConstructors() throws Throwable {
    Hook h =
        Hook.of("init", NAME)
            .leaveRare("<init>", null, probe("SampleProbe.constructed", self(), field("name")))
            .build();
    Class<?> c = load(weave(h));
    c.getConstructor(String.class).newInstance("");
    c.getConstructor().newInstance();
    // The plain constructor calls the other one: both end.
    assertEquals(List.of("made empty", "made plain", "made plain"), SampleProbe.TOLD);
  }

  @Test
  void redirectsCallsAlsoInLambdas() throws Throwable {
    Hook h =
        Hook.of("give", NAME)
            .redirect(
                "java/util/function/Consumer",
                "accept",
                "(Ljava/lang/Object;)V",
                probe("SampleProbe.enter", self(), arg(0)),
                probe("SampleProbe.leave", token()),
                probe("SampleProbe.fail", token(), thrown()))
            .build();
    Class<?> c = load(weave(h));
    List<String> got = new ArrayList<>();
    Consumer<String> to =
        new Consumer<>() {
          @Override
          public void accept(String s) {
            got.add(s);
            if (s.startsWith("bad")) {
              throw new IllegalStateException("no " + s);
            }
          }

          @Override
          public String toString() {
            return "to";
          }
        };
    call(c, make(c), "give", to, "x");
    assertThrows(IllegalStateException.class, () -> call(c, make(c), "give", to, "bad"));
    assertEquals(List.of("x", "x later", "bad"), got);
    assertEquals(
        List.of(
            "enter to x",
            "leave 7",
            "enter to x later",
            "leave 7",
            "enter to bad",
            "fail 7 no bad"),
        SampleProbe.TOLD);
  }

  @Test
  void aHookThatDoesNotFitStaysOutAndTheOthersGoIn() throws Throwable {
    Hook noMethod =
        Hook.of("gone", NAME).enter("gone", null, probe("SampleProbe.leave", arg(0))).build();
    Hook noField =
        Hook.of("field", NAME)
            .enter("walk", null, probe("SampleProbe.enter", field("gone"), arg(0)))
            .build();
    Hook otherShape =
        Hook.of("shape", NAME)
            .enter("walk", "\\(I\\)V", probe("SampleProbe.enter", self(), arg(0)))
            .build();
    Hook wrongType =
        Hook.of("type", NAME).enter("walk", null, probe("SampleProbe.leave", arg(0))).build();
    Class<?> c = load(weave(noMethod, noField, walk(), otherShape, wrongType));
    assertEquals("sum 48", call(c, make(c), "walk", "a", false));
    assertEquals(List.of("context it", "enter c a", "leave 7"), SampleProbe.TOLD);
    assertEquals("gone missing: no method gone", states.get(0));
    assertEquals("field missing: no field gone", states.get(1));
    assertEquals("walk ok", states.get(2));
    assertEquals("shape missing: no method walk like \\(I\\)V", states.get(3));
    assertTrue(states.get(4).startsWith("type missing: leave wants I"), states.get(4));
  }

  @Test
  void whenNothingFitsTheClassStaysAsItIs() throws IOException {
    assertNull(
        weave(
            Hook.of("gone", NAME).enter("gone", null, probe("SampleProbe.leave", arg(0))).build()));
  }

  @Test
  void damagedClassIsLeftAlone() throws IOException {
    Hook h = walk();
    Weaver w = new Weaver(List.of(h), new States(h));
    byte[] damaged = Arrays.copyOf(original(), 100);
    assertNull(w.transform(null, NAME, null, null, damaged));
    assertNull(w.transform(null, NAME, null, null, new byte[0]));
    assertNull(w.transform(null, "some/Other", null, null, new byte[0]));
    assertEquals(2, states.size());
    assertTrue(states.get(0).startsWith("walk missing"), states.get(0));
  }

  @Test
  void aMemberThatIsGoneAtRunTimeIsCaughtLikeAFault() throws Throwable {
    Hook h =
        Hook.of("greet", NAME)
            .enter(
                "greet",
                null,
                probe("SampleProbe.enter", inherited("gone", "Ljava/lang/String;"), arg(0)))
            .build();
    Class<?> c = load(weave(h));
    long before = Hooks.errors();
    assertEquals("hello you", call(c, make(c), "greet", "you"));
    assertEquals(before + 1, Hooks.errors());
  }

  @ParameterizedTest
  @ValueSource(strings = {"npe", "overflow", "memory", "linkage", "checked"})
  void whatAProbeThrowsNeverReachesTheProgram(String kind) throws Throwable {
    Class<?> c = load(weave(walk()));
    Object o = make(c);
    switch (kind) {
      case "npe":
        SampleProbe.failure = new NullPointerException();
        break;
      case "overflow":
        SampleProbe.failure = new StackOverflowError();
        break;
      case "memory":
        SampleProbe.failure = new OutOfMemoryError();
        break;
      case "linkage":
        SampleProbe.failure = new NoClassDefFoundError();
        break;
      default:
        SampleProbe.failure = new IOException();
    }
    long before = Hooks.errors();
    assertEquals("sum 48", call(c, o, "walk", "a", false));
    assertEquals(before + 1, Hooks.errors(), "it is off after the first failure");
    assertThrows(IOException.class, () -> call(c, o, "walk", "b", true));
    SampleProbe.failure = null;
    call(c, o, "walk", "a", false);
    assertEquals(before + 1, Hooks.errors());
    assertEquals(List.of(), SampleProbe.TOLD);
    assertFalse(Hooks.off, "one hook alone is switched off");
    assertTrue(Hooks.fault(0).startsWith("java."), Hooks.fault(0));
    Hooks.start();
    call(c, o, "walk", "a", false);
    assertFalse(SampleProbe.TOLD.isEmpty(), "switched on again it runs");
  }

  @Test
  void threeDifferentHooksThatFailSwitchAllOff() throws Throwable {
    Hook[] hooks = new Hook[4];
    for (int i = 0; i < hooks.length; i++) {
      // Two of one id are one hook.
      Hooks.declare(i, i == 0 ? "h1" : "h" + i, false);
      hooks[i] =
          Hook.of("h" + i, NAME).enter("greet", null, probe("SampleProbe.replace", arg(0))).build();
    }
    Class<?> c = load(weave(hooks));
    for (int i = 0; i < 3; i++) {
      Hooks.inject(i);
    }
    assertEquals("hello you", call(c, make(c), "greet", "you"));
    assertFalse(Hooks.off, "h1 twice and h2 are two");
    assertEquals(List.of("replace you"), SampleProbe.TOLD, "the fourth goes on");
    Hooks.inject(3);
    assertEquals("hello you", call(c, make(c), "greet", "you"));
    assertTrue(Hooks.off, "three different ones");
    assertTrue(Hooks.reason().startsWith("3 different hooks failed, the last one h3"));
    for (int i = 0; i < hooks.length; i++) {
      Hooks.declare(i, null, false);
    }
  }

  @Test
  void anEndIsLeftOutWhereItsBeginningDidNothing() throws Throwable {
    Class<?> c = load(weave(walk(probe("SampleProbe.leave", token()).unlessNothing())));
    Object o = make(c);
    assertEquals("sum 48", call(c, o, "walk", "a", false));
    assertEquals(List.of("context it", "enter c a", "leave 7"), SampleProbe.TOLD);
    SampleProbe.TOLD.clear();
    SampleProbe.token = -1;
    assertEquals("sum 48", call(c, o, "walk", "a", false));
    assertEquals(List.of("enter c a"), SampleProbe.TOLD);
    assertEquals("sum 48", call(c = load(weave(walk())), make(c), "walk", "a", false));
    assertTrue(SampleProbe.TOLD.contains("leave -1"), "others decide for themselves");
  }

  @Test
  void callsAreMeasuredInTurns() throws Throwable {
    Class<?> c = load(weave(walk()));
    Object o = make(c);
    Hooks.declare(0, "walk", false);
    assertEquals(-1, Hooks.cost(0));
    Hooks.measureNext();
    for (int i = 0; i < 100; i++) {
      call(c, o, "walk", "a", false);
    }
    assertTrue(Hooks.cost(0) >= 0, "measured");
    Hooks.measureNext();
    Hooks.declare(0, null, false);
    assertEquals("sum 48", call(c, o, "walk", "a", false));
  }

  @Test
  void whatIsAddedDoesNotShowInTheSerialVersion() throws Throwable {
    Class<?> c = load(weave(walk()));
    for (java.lang.reflect.Method m : c.getDeclaredMethods()) {
      if (m.getName().startsWith("sightglass$")) {
        assertTrue(Modifier.isPrivate(m.getModifiers()) && m.isSynthetic(), m.toString());
      }
    }
    for (java.lang.reflect.Field f : c.getDeclaredFields()) {
      if (f.getName().startsWith("sightglass$")) {
        assertTrue(Modifier.isPrivate(f.getModifiers()) && f.isSynthetic(), f.toString());
        assertTrue(Modifier.isTransient(f.getModifiers()) || Modifier.isStatic(f.getModifiers()));
      }
    }
    assertArrayEquals(Sample.class.getInterfaces(), c.getInterfaces());
  }
}
