package dev.sightglass.agent.hooks.weave;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.context;
import static dev.sightglass.agent.hooks.weave.Value.self;
import static dev.sightglass.agent.hooks.weave.Value.thrown;
import static dev.sightglass.agent.hooks.weave.Value.token;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sightglass.bootstrap.Hooks;
import dev.sightglass.bootstrap.SampleProbe;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.util.CheckClassAdapter;

/** Weaves hooks into {@link Sample} and calls it. */
abstract class WovenSample {
  static final String NAME = "dev/sightglass/agent/hooks/weave/Sample";

  final List<String> states = new ArrayList<>();

  @BeforeEach
  @AfterEach
  void clean() {
    SampleProbe.TOLD.clear();
    SampleProbe.failure = null;
    SampleProbe.token = 7;
    Hooks.start();
  }

  final class States implements Weaver.Listener {
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

  static byte[] original() throws IOException {
    try (InputStream in = Sample.class.getResourceAsStream("Sample.class")) {
      return in.readAllBytes();
    }
  }

  byte[] weave(Hook... hooks) throws IOException {
    return new Weaver(Arrays.asList(hooks), new States(hooks))
        .transform(null, NAME, null, null, original());
  }

  /** Loads a woven Sample beside the one of the test, and has its frames checked on the way. */
  static Class<?> load(byte[] woven) throws ClassNotFoundException {
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

  static Object make(Class<?> c) throws Exception {
    return c.getConstructor(String.class).newInstance("it");
  }

  static Object call(Class<?> c, Object o, String method, Object... args) throws Throwable {
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

  static Hook walk() {
    return walk(probe("SampleProbe.leave", token()));
  }

  static Hook walk(Call leave) {
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
}
