package dev.sightglass.agent.hooks.lines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.MethodNode;

class GeneratedLinesTest {
  private static final String COMPILER = "org.codehaus.janino.SimpleCompiler";
  private static final String CONTEXT = "org.codehaus.janino.CodeContext";

  private static final String CODE =
      "public class Calc$5 {\n"
          + "  public long apply(long n) {\n"
          + "    if (!true) { long dead = 5; n += dead; }\n"
          + "    long rest$1 = n % 3;\n"
          + "    return rest$1;\n"
          + "  }\n"
          + "}\n";

  /** Loads Janino anew, its compiler changed or not. */
  private static final class Loader extends ClassLoader {
    private final boolean changed;

    Loader(boolean changed) {
      super(GeneratedLinesTest.class.getClassLoader());
      this.changed = changed;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("org.codehaus.janino.")) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      try {
        byte[] b = bytes(name);
        byte[] other = new GeneratedLines().transform(this, name.replace('.', '/'), null, null, b);
        assertEquals(name.equals(COMPILER) || name.equals(CONTEXT), other != null, name);
        b = changed && other != null ? other : b;
        return defineClass(name, b, 0, b.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  private static byte[] bytes(String name) throws IOException {
    try (InputStream in =
        GeneratedLinesTest.class
            .getClassLoader()
            .getResourceAsStream(name.replace('.', '/') + ".class")) {
      return in.readAllBytes();
    }
  }

  private static ClassNode compiled(boolean changed) throws Exception {
    Object compiler = new Loader(changed).loadClass(COMPILER, true).getConstructor().newInstance();
    compiler.getClass().getMethod("cook", String.class).invoke(compiler, CODE);
    Object[] files = (Object[]) compiler.getClass().getMethod("getClassFiles").invoke(compiler);
    assertEquals(1, files.length);
    byte[] b = (byte[]) files[0].getClass().getMethod("toByteArray").invoke(files[0]);
    ClassNode c = new ClassNode();
    new ClassReader(b).accept(c, 0);
    return c;
  }

  private static MethodNode apply(ClassNode c) {
    return c.methods.stream().filter(m -> m.name.equals("apply")).findFirst().orElseThrow();
  }

  private static List<Integer> lines(MethodNode m) {
    List<Integer> found = new ArrayList<>();
    m.instructions.forEach(
        i -> {
          if (i instanceof LineNumberNode) {
            found.add(((LineNumberNode) i).line);
          }
        });
    return found;
  }

  @Test
  void whatJaninoCompilesKeepsLinesAndVariables() throws Exception {
    ClassNode c = compiled(true);
    assertEquals("Calc$5.java", c.sourceFile);
    assertEquals(List.of(4, 5), lines(apply(c)));
    assertEquals(
        Set.of("this", "n", "rest$1"),
        apply(c).localVariables.stream().map(v -> v.name).collect(Collectors.toSet()));
    assertNotNull(LineWeaver.weave(written(c)));
  }

  private static byte[] written(ClassNode c) {
    org.objectweb.asm.ClassWriter w = new org.objectweb.asm.ClassWriter(0);
    c.accept(w);
    return w.toByteArray();
  }

  @Test
  void byItselfItKeepsNone() throws Exception {
    assertEquals(List.of(), lines(apply(compiled(false))));
  }

  @Test
  void othersStayAsTheyAre() throws Exception {
    byte[] b = bytes(COMPILER);
    GeneratedLines g = new GeneratedLines();
    assertNull(g.transform(null, "org/codehaus/janino/Scanner", null, null, b));
    // A compiler that asks for nothing is left alone, and that is said.
    byte[] other = bytes(GeneratedLinesTest.class.getName());
    assertThrows(IllegalStateException.class, () -> GeneratedLines.withLines(other));
    assertNull(g.transform(null, "org/codehaus/janino/SimpleCompiler", null, null, other));
  }
}
