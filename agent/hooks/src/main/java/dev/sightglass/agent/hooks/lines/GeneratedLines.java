package dev.sightglass.agent.hooks.lines;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Has Janino, which compiles what Flink's planner generates, keep lines and names of variables in
 * its classes. What they do stays as it is: both are tables beside the code.
 */
public final class GeneratedLines implements ClassFileTransformer {
  /** Flink or a user may have moved the package. */
  private static final String JANINO = "codehaus/janino/";

  private static final String COMPILER = JANINO + "SimpleCompiler";
  private static final String CODE = JANINO + "CodeContext";

  @Override
  public byte[] transform(
      ClassLoader loader,
      String className,
      Class<?> redefined,
      ProtectionDomain domain,
      byte[] bytes) {
    if (className == null || redefined != null) {
      return null;
    }
    try {
      return className.endsWith(COMPILER)
          ? withLines(bytes)
          : className.endsWith(CODE) ? withNames(bytes) : null;
    } catch (Throwable t) {
      System.err.println("[sightglass] generated code tells no lines: " + t);
      return null;
    }
  }

  /**
   * A compiler asks a system property as it is made, and is answered yes here. Were the property
   * set, Janino would write each text into a file, whose name by chance becomes the source's.
   */
  static byte[] withLines(byte[] bytes) {
    byte[] changed = without(bytes, "<init>", "java/lang/Boolean", "getBoolean", Opcodes.POP, 1);
    if (changed == null) {
      throw new IllegalStateException("this version of Janino asks no property for them");
    }
    return changed;
  }

  /**
   * Janino forgets variables at the end of their block, and so before it writes the table of them.
   * Null: this version does not.
   */
  static byte[] withNames(byte[] bytes) {
    return without(bytes, "restoreLocalVariables", "java/util/List", "remove", Opcodes.POP2, 0);
  }

  /**
   * Puts a result in place of calls.
   *
   * @param pop takes off what a call is given
   * @param result 0 = false, 1 = true
   */
  private static byte[] without(
      byte[] bytes, String in, String owner, String name, int pop, int result) {
    ClassReader reader = new ClassReader(bytes);
    ClassWriter writer = new ClassWriter(reader, 0);
    boolean[] found = new boolean[1];
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access, String method, String descriptor, String signature, String[] thrown) {
            MethodVisitor to = super.visitMethod(access, method, descriptor, signature, thrown);
            if (!method.equals(in)) {
              return to;
            }
            return new MethodVisitor(Opcodes.ASM9, to) {
              @Override
              public void visitMethodInsn(
                  int opcode, String of, String called, String type, boolean isInterface) {
                if (of.equals(owner) && called.equals(name) && isExpected(type)) {
                  found[0] = true;
                  super.visitInsn(pop);
                  super.visitInsn(Opcodes.ICONST_0 + result);
                } else {
                  super.visitMethodInsn(opcode, of, called, type, isInterface);
                }
              }
            };
          }
        },
        0);
    return found[0] ? writer.toByteArray() : null;
  }

  /** What the calls that are replaced take and give; another one of the name leaves what it was. */
  private static boolean isExpected(String type) {
    return type.equals("(Ljava/lang/Object;)Z") || type.equals("(Ljava/lang/String;)Z");
  }
}
