package dev.sightglass.agent.hooks.reads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.bootstrap.ChunkPool;
import dev.sightglass.bootstrap.ReadScript;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectStreamClass;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.flink.util.FlinkUserCodeClassLoader;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.util.CheckClassAdapter;

class ReadWeaverTest {
  private static final String NAME = "dev/sightglass/agent/hooks/reads/Reading";

  private final Map<String, String> notCovered = new TreeMap<>();
  private final Map<String, Integer> covered = new TreeMap<>();
  private final ReadWeaver weaver =
      new ReadWeaver(
          new ReadWeaver.Listener() {
            @Override
            public void covered(String className, int calls) {
              covered.put(className, calls);
            }

            @Override
            public void notCovered(String className, String reason) {
              notCovered.merge(className, reason, (a, b) -> a + "; " + b);
            }
          });
  private final ReadScript script = new ReadScript(new ChunkPool(1 << 20));
  private final Loader loader = new Loader(weaver);

  /** A loader of a job that loads classes of this package anew, as the weaver leaves them. */
  static final class Loader extends FlinkUserCodeClassLoader {
    private final ReadWeaver weaver;

    Loader(ReadWeaver weaver) {
      super(ReadWeaverTest.class.getClassLoader());
      this.weaver = weaver;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(Reading.class.getName())) {
        return super.loadClass(name, resolve);
      }
      try {
        byte[] b = bytes(name.replace('.', '/'));
        byte[] woven = weaver.transform(this, name.replace('.', '/'), null, null, b);
        byte[] used = woven == null ? b : woven;
        return defineClass(name, used, 0, used.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  static byte[] bytes(String name) throws IOException {
    try (InputStream in =
        ReadWeaverTest.class.getClassLoader().getResourceAsStream(name + ".class")) {
      return in.readAllBytes();
    }
  }

  /** Runs a method of the woven class as an element of the task would. */
  @SuppressWarnings("unchecked")
  private <T> T run(String method, Object... args) throws Exception {
    Class<?> c = loader.loadClass(Reading.class.getName());
    Object[] got = new Object[1];
    script.element(
        () -> {
          for (var m : c.getDeclaredMethods()) {
            if (m.getName().equals(method)) {
              got[0] = m.invoke(null, args);
            }
          }
          return null;
        });
    return (T) got[0];
  }

  private List<String> told() {
    return script.told();
  }

  @Test
  void clocksAreToldWithWhatTheyGave() throws Exception {
    List<Object> got = run("clocks");
    // A clock of ms may stand still from one read to the next: what is not told is what was before.
    List<Object> known = new ArrayList<>();
    String before = "";
    int reads = 0;
    for (Object o : got) {
      boolean nano = known.size() == 1;
      if (!nano && !o.toString().equals(before)) {
        before = o.toString();
        known.add("1=" + o + (reads > 0 ? "/" + reads : ""));
      } else if (nano) {
        known.add("2=" + o);
      }
      reads += nano ? 0 : 1;
    }
    assertEquals(known, told());
  }

  @Test
  void momentsAreToldBySecondsAndNanoseconds() throws Exception {
    List<Object> got = run("moments");
    List<String> wanted = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      wanted.add(moment((Instant) got.get(i)));
    }
    wanted.add(moment(((LocalDateTime) got.get(3)).toInstant(ZoneOffset.UTC)));
    wanted.add("14=" + ((LocalDate) got.get(4)).toEpochDay() * 86400);
    wanted.add(moment(((ZonedDateTime) got.get(5)).toInstant()));
    assertEquals(wanted, told());
  }

  private static String moment(Instant i) {
    return "14=" + i.getEpochSecond() + "/" + i.getNano();
  }

  @Test
  void eachDrawIsTold() throws Exception {
    List<Object> got = run("draws");
    int[] sources = {7, 7, 7, 8, 8, 9, 9, 9, 10, 11};
    List<String> wanted = new ArrayList<>();
    for (int i = 0; i < sources.length; i++) {
      Object o = got.get(i);
      long number =
          o instanceof Boolean
              ? (Boolean) o ? 1 : 0
              : sources[i] < 9
                  ? ((Number) o).longValue()
                  : Double.doubleToRawLongBits(((Number) o).doubleValue());
      wanted.add(sources[i] + "=" + number);
    }
    assertEquals(wanted, told());
    assertEquals(new Random(1).nextInt(), got.get(0), "a seed of the job's own stays");
  }

  @Test
  void bytesAreToldAsTheyWereDrawn() throws Exception {
    List<Object> got = run("bytes");
    UUID u = (UUID) got.get(0);
    List<String> wanted = new ArrayList<>();
    wanted.add("13=" + u.toString().replace("-", ""));
    for (Object o : got.subList(1, 4)) {
      StringBuilder s = new StringBuilder("13=");
      for (byte b : (byte[]) o) {
        s.append(String.format("%02x", b));
      }
      wanted.add(s.toString());
    }
    assertEquals(wanted, told());
  }

  @Test
  void whatFollowsFromASeedCanBeMadeAgain() throws Exception {
    List<Object> got = run("seeded");
    List<String> told = told();
    assertEquals(3, told.size(), told.toString());
    long[] seeds = new long[3];
    for (int i = 0; i < 3; i++) {
      assertTrue(told.get(i).startsWith("12="));
      seeds[i] = Long.parseLong(told.get(i).substring(3));
    }
    List<Integer> shuffled = new ArrayList<>(Arrays.asList(1, 2, 3, 4, 5, 6, 7, 8));
    Collections.shuffle(shuffled, new Random(seeds[1]));
    assertEquals(
        List.of(
            new Random(seeds[0]).ints(3).sum(),
            shuffled,
            new SplittableRandom(seeds[2]).ints(3).sum()),
        got);
  }

  @Test
  void aGeneratorOfTheUsersOwnTellsItsSeedAndWhatItsBaseDrew() throws Exception {
    int got = run("own");
    List<String> told = told();
    assertEquals(2, told.size());
    long seed = Long.parseLong(told.get(0).substring(3));
    int drawn = new Random(seed).nextInt();
    assertEquals("7=" + drawn, told.get(1));
    assertEquals(drawn & 1, got);
  }

  @Test
  void methodReferencesAreToldToo() throws Exception {
    List<Object> got = run("references");
    List<String> told = told();
    Random r = new Random(1);
    assertEquals("1=" + got.get(0), told.get(0));
    assertEquals(moment((Instant) got.get(1)), told.get(1));
    assertEquals(List.of("7=" + r.nextInt(), "7=" + r.nextInt(10)), told.subList(2, 4));
    assertEquals(told.size() == 5, !got.get(4).equals(got.get(0)));
  }

  @Test
  void whatCannotBeToldIsNamed() throws Exception {
    run("notCovered");
    assertEquals(List.of(), told());
    assertEquals(
        "a serializable reference to nanoTime; GregorianCalendar(); ThreadLocalRandom.ints",
        notCovered.get(Reading.class.getName()));
  }

  @Test
  void branchesAndHandlersStay() throws Exception {
    assertEquals(4 + 1L, (long) run("withBranches", false, 4L));
    assertEquals(2, told().size());
  }

  @Test
  void onOtherThreadsNothingIsTold() throws Exception {
    Class<?> c = loader.loadClass(Reading.class.getName());
    c.getMethod("clocks").invoke(null);
    assertEquals(List.of(), told());
  }

  @Test
  void whatComesOutPassesAVerifierAndKeepsItsSerialVersion() throws Exception {
    for (String name : new String[] {NAME, NAME + "$OwnRandom"}) {
      byte[] woven = weaver.weave(name, bytes(name));
      StringWriter problems = new StringWriter();
      CheckClassAdapter.verify(
          new ClassReader(woven), getClass().getClassLoader(), false, new PrintWriter(problems));
      assertEquals("", problems.toString(), name);
    }
    Class<?> own = loader.loadClass(Reading.OwnRandom.class.getName());
    assertEquals(
        ObjectStreamClass.lookup(Reading.OwnRandom.class).getSerialVersionUID(),
        ObjectStreamClass.lookup(own).getSerialVersionUID());
    assertTrue(covered.get(Reading.class.getName()) > 30, covered.toString());
  }

  @Test
  void onlyCodeOfUsersIsLookedAt() throws Exception {
    byte[] b = bytes(NAME);
    assertNull(weaver.transform(null, NAME, null, null, b));
    assertNull(weaver.transform(getClass().getClassLoader(), NAME, null, null, b));
    assertNull(weaver.transform(loader, "org/apache/kafka/" + NAME, null, null, b));
    assertNull(weaver.transform(loader, NAME, Reading.class, null, b));
    String other = getClass().getName().replace('.', '/') + "$Loader";
    assertNull(weaver.transform(loader, other, null, null, bytes(other)), "it reads nothing");
  }

  @Test
  void aClassThatDoesNotVerifyIsLoadedAsItIs() {
    ClassWriter w = new ClassWriter(0);
    w.visit(Opcodes.V11, Opcodes.ACC_PUBLIC, "a/Odd", null, "java/lang/Object", null);
    MethodVisitor m = w.visitMethod(Opcodes.ACC_STATIC, "m", "()V", null, null);
    m.visitCode();
    m.visitMethodInsn(Opcodes.INVOKESTATIC, "java/lang/System", "currentTimeMillis", "()J", false);
    m.visitInsn(Opcodes.POP);
    m.visitInsn(Opcodes.RETURN);
    m.visitMaxs(2, 0);
    m.visitEnd();
    assertNull(weaver.transform(loader, "a/Odd", null, null, w.toByteArray()));
    assertTrue(notCovered.get("a.Odd").contains("AnalyzerException"), notCovered.toString());
    assertNull(weaver.transform(loader, "a/None", null, null, new byte[20]));
    assertFalse(notCovered.containsKey("a.None"));
  }

  @Test
  void generatorsOfNewerJdksAreKnown() throws Exception {
    ClassWriter w = new ClassWriter(0);
    w.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, "a/Newer", null, "java/lang/Object", null);
    MethodVisitor m =
        w.visitMethod(
            Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC,
            "m",
            "(Ljava/util/random/RandomGenerator;)J",
            null,
            null);
    m.visitCode();
    m.visitVarInsn(Opcodes.ALOAD, 0);
    m.visitMethodInsn(
        Opcodes.INVOKEINTERFACE, "java/util/random/RandomGenerator", "nextLong", "()J", true);
    m.visitInsn(Opcodes.LRETURN);
    m.visitMaxs(2, 1);
    m.visitEnd();
    byte[] woven = weaver.weave("a/Newer", w.toByteArray());
    StringBuilder calls = new StringBuilder();
    new ClassReader(woven)
        .accept(
            new org.objectweb.asm.ClassVisitor(Opcodes.ASM9) {
              @Override
              public MethodVisitor visitMethod(
                  int access, String name, String d, String s, String[] e) {
                return new MethodVisitor(Opcodes.ASM9) {
                  @Override
                  public void visitMethodInsn(
                      int op, String owner, String n, String desc, boolean itf) {
                    calls.append(n).append(desc).append(' ');
                  }
                };
              }
            },
            0);
    assertEquals("nextLong()J drawn(J)V ", calls.toString());
  }
}
