package dev.sightglass.agent.hooks.lines;

import dev.sightglass.agent.hooks.reads.ReadWeaver;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodTooLargeException;
import org.objectweb.asm.tree.ClassNode;

/**
 * Weaves classes of a job as they are loaded, so that they tell their lines. Never throws: a class
 * that cannot be changed is loaded as it is, and named on standard error, which the replay keeps.
 */
public final class LineWeaver implements ClassFileTransformer {
  private final LineScope scope;

  public LineWeaver(LineScope scope) {
    this.scope = scope;
  }

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
      if (!ReadWeaver.isUserCode(loader, className) || !scope.has(className)) {
        return null;
      }
      return weave(bytes);
    } catch (Throwable t) {
      System.err.println("[sightglass] lines of " + className + " are not told: " + t);
      return null;
    }
  }

  /** A method that would be too large with its variables tells its lines alone. */
  static byte[] weave(byte[] bytes) throws Exception {
    try {
      return weave(bytes, true);
    } catch (MethodTooLargeException e) {
      return weave(bytes, false);
    }
  }

  private static byte[] weave(byte[] bytes, boolean locals) throws Exception {
    ClassReader reader = new ClassReader(bytes);
    ClassNode target = read(reader);
    if (!new LineEditor(target, locals).edit()) {
      return null;
    }
    ClassWriter w = new ClassWriter(reader, 0);
    target.accept(w);
    return w.toByteArray();
  }

  /**
   * Tables of lines and variables that lead out of the code, as the JVM would refuse, are left out.
   */
  private static ClassNode read(ClassReader reader) {
    try {
      ClassNode whole = new ClassNode();
      reader.accept(whole, 0);
      return whole;
    } catch (IndexOutOfBoundsException e) {
      ClassNode code = new ClassNode();
      reader.accept(code, ClassReader.SKIP_DEBUG);
      return code;
    }
  }
}
