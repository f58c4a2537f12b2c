package dev.sightglass.agent.hooks.weave;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.local;
import static dev.sightglass.agent.hooks.weave.Value.nothing;
import static dev.sightglass.agent.hooks.weave.Value.number;
import static dev.sightglass.agent.hooks.weave.Value.seen;
import static dev.sightglass.agent.hooks.weave.Value.self;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.bootstrap.Hooks;
import dev.sightglass.bootstrap.SampleProbe;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.util.CheckClassAdapter;

class SiteTest {
  private static final String NAME = "dev/sightglass/agent/hooks/weave/Sample";

  private final List<String> missing = new ArrayList<>();
  private final List<String> installed = new ArrayList<>();

  @BeforeEach
  @AfterEach
  void clean() {
    SampleProbe.TOLD.clear();
    SampleProbe.failure = null;
    Hooks.start();
  }

  private byte[] weave(Hook... hooks) throws IOException {
    Weaver.Listener listener =
        new Weaver.Listener() {
          @Override
          public void installed(int hook, ClassLoader loader) {
            installed.add(hooks[hook].id());
          }

          @Override
          public void missing(int hook, ClassLoader loader, String reason) {
            missing.add(reason);
          }
        };
    try (InputStream in = Sample.class.getResourceAsStream("Sample.class")) {
      return new Weaver(Arrays.asList(hooks), listener)
          .transform(null, NAME, null, null, in.readAllBytes());
    }
  }

  private Object sample(Hook... hooks) throws Exception {
    byte[] woven = weave(hooks);
    assertEquals(List.of(), missing);
    StringWriter problems = new StringWriter();
    CheckClassAdapter.verify(
        new ClassReader(woven), SiteTest.class.getClassLoader(), false, new PrintWriter(problems));
    assertEquals("", problems.toString());
    return new ClassLoader(SiteTest.class.getClassLoader()) {
      @Override
      protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        return name.equals(Sample.class.getName())
            ? defineClass(name, woven, 0, woven.length)
            : super.loadClass(name, resolve);
      }
    }.loadClass(Sample.class.getName()).getConstructor().newInstance();
  }

  private static Object call(Object o, String method, Object... args) throws Exception {
    for (java.lang.reflect.Method m : o.getClass().getMethods()) {
      if (m.getName().equals(method)) {
        return m.invoke(o, args);
      }
    }
    throw new NoSuchMethodException(method);
  }

  private static List<String> rows(String... rows) {
    return new ArrayList<>(Arrays.asList(rows));
  }

  private static Hook at(Place place, String... locals) {
    Value before = locals.length == 0 ? nothing() : local("before");
    return Hook.of("s", NAME)
        .at("sift", null, place, probe("SampleProbe.site", arg(1), before, arg(2)), locals)
        .build();
  }

  @Test
  void aJumpIsTakenPastTheProbe() throws Exception {
    Object o = sample(at(Place.jumpIfNull("before"), "before"));
    assertEquals("7", call(o, "sift", rows("x"), "7", 1L));
    assertEquals(List.of(), SampleProbe.TOLD);
    assertEquals("7", call(o, "sift", rows(), "7", 2L));
    assertEquals(List.of("site 7 null 2"), SampleProbe.TOLD);
  }

  @Test
  void aReturnIsPassedByTheProbe() throws Exception {
    Object o = sample(at(Place.beforeReturn().nth(0, 3), "before"));
    assertNull(call(o, "sift", rows("x"), "7", -1L));
    assertEquals("7", call(o, "sift", rows("x"), "7", 1L));
    assertEquals(List.of("site 7 x -1"), SampleProbe.TOLD);
  }

  @Test
  void aReturnOfAConstantIsFound() throws Exception {
    Object o =
        sample(
            Hook.of("s", NAME)
                .at(
                    "check",
                    null,
                    Place.beforeReturnOf(true),
                    probe("SampleProbe.numbers", number(3), number(4L), arg(0)))
                .build());
    assertEquals(true, call(o, "check", ""));
    assertEquals(true, call(o, "check", "long"));
    assertEquals(List.of("numbers 3 4 "), SampleProbe.TOLD);
  }

  @Test
  void aCallIsPassedByTheProbe() throws Exception {
    Object o = sample(at(Place.beforeCall("java/util/List", "clear")));
    call(o, "sift", rows("x"), "7", -1L);
    assertEquals(List.of("site 7 null -1"), SampleProbe.TOLD);
  }

  @Test
  void whatWasReadIsSeenWithAVariableThatIsThere() throws Exception {
    Object o =
        sample(
            Hook.of("s", NAME)
                .atOften(
                    "sift",
                    null,
                    Place.afterRead("strict").all(),
                    probe("SampleProbe.read", seen(), local("e")),
                    "e?")
                .build());
    assertEquals("x", call(o, "sift", rows("a"), "x", 1L));
    assertEquals("stopped", call(o, "sift", rows("stop"), "x", 1L));
    assertEquals(
        List.of(
            "read true java.lang.NumberFormatException: For input string: \"x\"", "read true null"),
        SampleProbe.TOLD);
  }

  @Test
  void whatACallGaveIsSeen() throws Exception {
    Object o =
        sample(
            Hook.of("s", NAME)
                .at(
                    "sift",
                    null,
                    Place.afterCall("/String", "equals|same"),
                    probe("SampleProbe.read", seen(), local("r")),
                    "r")
                .build());
    call(o, "sift", rows("a", "stop"), "1", 1L);
    assertEquals(List.of("read false a", "read true stop"), SampleProbe.TOLD);
  }

  @Test
  void theBodyOfALambdaIsFoundByItsName() throws Exception {
    Object o =
        sample(
            Hook.of("s", NAME)
                .at(
                    "lambda\\$siftLater\\$\\d+",
                    null,
                    Place.jumpAfter(Opcodes.LCMP),
                    probe("SampleProbe.numbers", number(0), local("sum"), nothing()),
                    "sum")
                .build());
    ((Runnable) call(o, "siftLater", rows("ab"))).run();
    ((Runnable) call(o, "siftLater", rows("abcd"))).run();
    assertEquals(List.of("numbers 0 2 null"), SampleProbe.TOLD);
  }

  @Test
  void aFaultOfTheProbeDoesNotReachTheMethod() throws Exception {
    Object o = sample(at(Place.jumpIfNull("before"), "before"));
    SampleProbe.failure = new IllegalStateException("probe");
    assertEquals("7", call(o, "sift", rows(), "7", 2L));
    Hooks.stop("test");
    assertEquals("7", call(o, "sift", rows(), "7", 2L));
    assertEquals(List.of(), SampleProbe.TOLD);
  }

  @Test
  void whatDoesNotFitIsNamed() throws Exception {
    weave(
        at(Place.beforeReturn()),
        at(Place.beforeCall("java/util/List", "sort")),
        at(Place.beforeReturn().nth(0, 3), "after"),
        at(Place.beforeReturn().nth(2, 3), "e"),
        at(Place.jumpAfterCall("/String", "equals"), "r"));
    assertEquals(
        List.of(
            "3 times a return in sift, not 1",
            "no call of sort in a method sift",
            "no variable after at the return",
            "no variable e at the return",
            "variable r is gone after the jump"),
        missing);
  }

  @Test
  void aClassOfAnotherShapeIsLeftAlone() throws Exception {
    Hook elsewhere =
        Hook.of("elsewhere", NAME)
            .at(
                "sift",
                null,
                Place.beforeReturn(),
                probe("SampleProbe.site", self(), self(), arg(2)))
            .having("siftAll")
            .build();
    byte[] woven = weave(elsewhere, at(Place.beforeReturn().nth(0, 3)));
    assertEquals(List.of(), missing);
    assertEquals(List.of("s"), installed);
    assertTrue(woven.length > 0);
  }
}
