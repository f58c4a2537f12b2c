package dev.sightglass.agent.testing;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A second agent that makes a method of the first one fail: {@code -javaagent:saboteur.jar=class.method:error}. The class is one
 * of the bridge; every call of the method throws. With {@code +} as error the class, of Flink then, gets a second method of
 * that name and those arguments as it loads: a Flink that no hook knows.
 */
public final class Saboteur implements ClassFileTransformer {
  private static final String TWIN = "+";

  private final String className;
  private final String method;
  private final String error;

  private Saboteur(String className, String method, String error) {
    this.className = className;
    this.method = method;
    this.error = error;
  }

  public static void premain(String arguments, Instrumentation instrumentation) throws Exception {
    int colon = arguments.indexOf(':');
    int dot = arguments.lastIndexOf('.', colon);
    Saboteur s =
        new Saboteur(
            arguments.substring(0, dot).replace('.', '/'),
            arguments.substring(dot + 1, colon),
            arguments.substring(colon + 1).replace('.', '/'));
    if (s.error.equals(TWIN)) {
      // Those that may transform again come last.
      instrumentation.addTransformer(s, false);
      return;
    }
    instrumentation.addTransformer(s, true);
    instrumentation.retransformClasses(Class.forName(arguments.substring(0, dot), false, null));
  }

  @Override
  public byte[] transform(
      ClassLoader loader,
      String name,
      Class<?> redefined,
      ProtectionDomain domain,
      byte[] bytes) {
    if (!className.equals(name)) {
      return null;
    }
    ClassReader r = new ClassReader(bytes);
    ClassWriter w = new ClassWriter(r, ClassWriter.COMPUTE_MAXS);
    r.accept(
        new ClassVisitor(Opcodes.ASM9, w) {
          @Override
          public MethodVisitor visitMethod(
              int access, String n, String descriptor, String signature, String[] exceptions) {
            MethodVisitor v = super.visitMethod(access, n, descriptor, signature, exceptions);
            if (!n.equals(method)) {
              return v;
            }
            if (error.equals(TWIN)) {
              twin(w, descriptor);
              return v;
            }
            fail(v);
            return null;
          }
        },
        0);
    return w.toByteArray();
  }

  /** Nobody calls it: what it returns differs. */
  private void twin(ClassWriter w, String descriptor) {
    String other = descriptor.substring(0, descriptor.indexOf(')') + 1) + "S";
    MethodVisitor v = w.visitMethod(Opcodes.ACC_PRIVATE, method, other, null, null);
    v.visitCode();
    v.visitInsn(Opcodes.ICONST_0);
    v.visitInsn(Opcodes.IRETURN);
    v.visitMaxs(0, 0);
    v.visitEnd();
  }

  /** A body that does nothing but throw. */
  private void fail(MethodVisitor v) {
    v.visitCode();
    v.visitTypeInsn(Opcodes.NEW, error);
    v.visitInsn(Opcodes.DUP);
    v.visitMethodInsn(Opcodes.INVOKESPECIAL, error, "<init>", "()V", false);
    v.visitInsn(Opcodes.ATHROW);
    v.visitMaxs(0, 0);
    v.visitEnd();
  }
}
