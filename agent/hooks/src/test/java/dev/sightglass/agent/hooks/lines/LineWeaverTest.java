package dev.sightglass.agent.hooks.lines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.bootstrap.LineScript;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.flink.util.FlinkUserCodeClassLoader;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.util.CheckClassAdapter;

class LineWeaverTest {
  private static final String NAME = "dev/sightglass/agent/hooks/lines/Stepped";

  private final LineScript script = new LineScript();

  /** A loader of a job that loads classes of this package anew, as the weaver leaves them. */
  private static final class Loader extends FlinkUserCodeClassLoader {
    /** Parts of the class file that it does without. */
    private final int skip;

    Loader(int skip) {
      super(LineWeaverTest.class.getClassLoader());
      this.skip = skip;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(Stepped.class.getName())) {
        return super.loadClass(name, resolve);
      }
      try {
        String internal = name.replace('.', '/');
        ClassWriter w = new ClassWriter(0);
        new ClassReader(bytes(internal)).accept(w, skip);
        byte[] woven =
            new LineWeaver(new LineScope("", ""))
                .transform(this, internal, null, null, w.toByteArray());
        assertNotNull(woven, name);
        StringWriter faults = new StringWriter();
        CheckClassAdapter.verify(
            new ClassReader(woven), getParent(), false, new PrintWriter(faults));
        assertEquals("", faults.toString());
        return defineClass(name, woven, 0, woven.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  private static byte[] bytes(String name) throws IOException {
    try (InputStream in =
        LineWeaverTest.class.getClassLoader().getResourceAsStream(name + ".class")) {
      return in.readAllBytes();
    }
  }

  private List<String> run(int mode, int skip, boolean traced) throws Exception {
    Class<?> c = new Loader(skip).loadClass(Stepped.class.getName(), true);
    Callable<?> code = (Callable<?>) c.getConstructor(int.class).newInstance(mode);
    script.told.clear();
    if (mode == 2) {
      assertThrows(IllegalStateException.class, () -> script.element(traced, code));
    } else {
      script.element(traced, code);
    }
    return script.told;
  }

  /** Without lines of the switch that calls it, and without the object. */
  private static List<String> of(List<String> told, String method) {
    return told.stream()
        .filter(t -> t.matches("\\w+ \\Q" + method + "\\E\\b.*"))
        .map(t -> t.replaceFirst(":\\d+", "").replace(" this=object", ""))
        .collect(Collectors.toList());
  }

  @Test
  void linesWithTheVariablesThatHaveAValue() throws Exception {
    assertEquals(
        List.of(
            "enter loop",
            "line loop n=3 by=2",
            "line loop n=3 by=2 d=0.5",
            "line loop n=3 by=2 d=0.5 i=0",
            "line loop n=3 by=2 d=0.5 i=0",
            "line loop n=3 by=2 d=0.5 i=1",
            "line loop n=3 by=2 d=2.5 i=1",
            "line loop n=3 by=2 d=2.5 i=2",
            "line loop n=3 by=2 d=6.5 i=2",
            "line loop n=3 by=2 d=6.5",
            "exit loop 6.5"),
        of(run(0, 0, true), "loop"));
  }

  @Test
  void exceptionsLeaveMethodsAndAreCaught() throws Exception {
    List<String> told = run(1, 0, true);
    assertEquals(List.of("enter fail", "line fail why=in", "thrown fail in"), of(told, "fail"));
    List<String> caught = of(told, "caught");
    assertEquals("exit caught ain!", caught.get(caught.size() - 1));
    assertTrue(caught.contains("line caught s=a e=object"), caught.toString());
    List<String> left = run(2, 0, true);
    assertEquals("thrown call left", left.get(left.size() - 1));
  }

  @Test
  void lambdasAndClassesWithin() throws Exception {
    List<String> told = of(run(3, 0, true), "lambda$lambda$0");
    assertEquals(
        List.of(
            "enter lambda$lambda$0",
            "line lambda$lambda$0 v=4",
            "line lambda$lambda$0 v=4 w=8",
            "exit lambda$lambda$0 8"),
        told);
    told = run(5, 0, true);
    assertEquals(List.of("enter add", "line add n=2", "exit add 3"), of(told, "add"));
    assertTrue(told.contains("enter <init>"), told.toString());
    assertTrue(told.contains("exit <init>"), told.toString());
  }

  @Test
  void aVariableIsToldOnceItHasAValue() throws Exception {
    assertEquals(
        List.of(
            "enter late", "line late n=5", "line late n=5", "line late n=5 found=5", "exit late 5"),
        of(run(4, 0, true), "late"));
  }

  @Test
  void objectsWhoseConstructorHasNotRun() throws Exception {
    List<String> told = of(run(7, 0, true), "unfinished");
    assertEquals("exit unfinished moreb8", told.get(told.size() - 1));
    assertTrue(told.contains("line unfinished n=8 all=object"), told.toString());
  }

  @Test
  void fieldsOfTheObjectThatAreWritten() throws Exception {
    List<String> told =
        run(6, 0, true).stream().filter(t -> t.startsWith("field")).collect(Collectors.toList());
    assertEquals(List.of("field sumJ=7", "field lastLjava/lang/String;=x", "field sumJ=8"), told);
  }

  /** Compiled without a table of variables: parameters, and what else has a value. */
  @Test
  void withoutATableOfVariables() throws Exception {
    List<String> told = of(run(0, NO_VARIABLES, true), "loop");
    assertEquals("enter loop", told.get(0));
    assertEquals("exit loop 6.5", told.get(told.size() - 1));
    assertEquals(2, told.size(), "no lines either: both are debug information to the reader");
    assertEquals(List.of("enter late", "exit late 5"), of(run(4, NO_VARIABLES, true), "late"));
  }

  private static final int NO_VARIABLES = ClassReader.SKIP_DEBUG;

  @Test
  void nothingIsToldOfInvocationsThatAreNotTraced() throws Exception {
    for (int mode = 0; mode < 8; mode++) {
      assertEquals(List.of(), run(mode, 0, false));
    }
  }

  @Test
  void librariesAreLeftOut() {
    LineScope all = new LineScope("", "");
    assertTrue(all.has("com/example/shop/ConvertToEuro"));
    assertFalse(all.has("com/fasterxml/jackson/core/JsonParser"));
    assertFalse(all.has("com/example/shop/$Proxy7"));
    LineScope some = new LineScope("com.example.,org.apache.commons.", "com.example.gen.");
    assertTrue(some.has("org/apache/commons/lang3/StringUtils"));
    assertFalse(some.has("com/example/gen/Order"));
    assertFalse(some.has("io/acme/Job"));
  }

  @Test
  void classesThatAreNotTheJobsStayAsTheyAre() throws Exception {
    LineWeaver weaver = new LineWeaver(new LineScope("", ""));
    assertNull(weaver.transform(getClass().getClassLoader(), NAME, null, null, bytes(NAME)));
    assertNull(weaver.transform(null, NAME, null, null, bytes(NAME)));
    // What cannot be read is loaded as it is.
    assertNull(weaver.transform(new Loader(0), NAME, null, null, new byte[] {1, 2, 3}));
  }
}
