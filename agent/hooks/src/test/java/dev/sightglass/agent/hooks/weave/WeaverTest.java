package dev.sightglass.agent.hooks.weave;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.field;
import static dev.sightglass.agent.hooks.weave.Value.nothing;
import static dev.sightglass.agent.hooks.weave.Value.number;
import static dev.sightglass.agent.hooks.weave.Value.result;
import static dev.sightglass.agent.hooks.weave.Value.self;
import static dev.sightglass.agent.hooks.weave.Value.thrown;
import static dev.sightglass.agent.hooks.weave.Value.token;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.bootstrap.Hooks;
import dev.sightglass.bootstrap.SampleProbe;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class WeaverTest extends WovenSample {
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
  void asksAValueThatIsKnownToBeOfAnotherClass() throws Throwable {
    Hook h =
        Hook.of("give", NAME)
            .redirect(
                "java/util/function/Consumer",
                "accept",
                "(Ljava/lang/Object;)V",
                probe(
                    "SampleProbe.enter",
                    nothing(),
                    arg(0).as("java/lang/String").call("trim", "()Ljava/lang/String;")),
                probe("SampleProbe.leave", token()).unlessNothing(),
                probe("SampleProbe.fail", token(), thrown()).unlessNothing())
            .build();
    Class<?> c = load(weave(h));
    List<Object> got = new ArrayList<>();
    Consumer<Object> to = got::add;
    call(c, make(c), "give", to, " x ");
    assertEquals(List.of(" x ", " x  later"), got);
    assertEquals(
        List.of("enter null x", "leave 7", "enter null x  later", "leave 7"), SampleProbe.TOLD);
    SampleProbe.TOLD.clear();
    SampleProbe.token = -1;
    try {
      call(c, make(c), "give", to, "y");
    } finally {
      SampleProbe.token = 7;
    }
    assertEquals(List.of("enter null y", "enter null y later"), SampleProbe.TOLD);
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
