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
    ClassNode target = new ClassNode();
    reader.accept(target, 0);
    if (!new LineEditor(target, locals).edit()) {
      return null;
    }
    ClassWriter w = new ClassWriter(reader, 0);
    target.accept(w);
    return w.toByteArray();
  }
}
