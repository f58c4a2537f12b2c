package dev.sightglass.agent.hooks.weave;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.inherited;
import static dev.sightglass.agent.hooks.weave.Value.token;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.bootstrap.Hooks;
import dev.sightglass.bootstrap.SampleProbe;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a hook does not run: it failed, it is off, or it has nothing to do. */
class HookSwitchesTest extends WovenSample {
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
  void aHookRestsWhileNobodyNeedsIt() throws Throwable {
    Class<?> c = load(weave(walk()));
    Object o = make(c);
    Hooks.declare(0, "walk", false, Hooks.TRACES);
    Hooks.needed(true, false);
    assertEquals("sum 48", call(c, o, "walk", "a", false));
    List<String> resting = List.of("leave -1");
    assertEquals(resting, SampleProbe.TOLD, "an end is told, of a beginning before it rested");
    SampleProbe.TOLD.clear();
    Hooks.measureNext();
    Hooks.start();
    assertEquals("sum 48", call(c, o, "walk", "a", false));
    assertEquals(resting, SampleProbe.TOLD, "it still rests");
    SampleProbe.TOLD.clear();
    Hooks.needed(false, true);
    assertEquals("sum 48", call(c, o, "walk", "a", false));
    assertEquals(List.of("context it", "enter c a", "leave 7"), SampleProbe.TOLD);
    Hooks.inject(0);
    Hooks.needed(true, false);
    Hooks.needed(true, true);
    long before = Hooks.errors();
    assertEquals("sum 48", call(c, o, "walk", "a", false));
    assertEquals(before + 1, Hooks.errors(), "what is wrong with it is not forgotten");
    Hooks.declare(0, null, false);
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
}
