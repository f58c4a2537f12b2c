package dev.sightglass.agent.hooks.reads;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.analysis.AnalyzerException;

/**
 * Lets classes tell what they read from outside, as they are loaded. Never throws: a class that
 * cannot be changed is loaded as it is, and named.
 */
public final class ReadWeaver implements ClassFileTransformer {
  /** Told what became of the reads of a class. Called by the thread that loads it. */
  public interface Listener {
    /** That many calls of the class are told. */
    void covered(String className, int calls);

    /** Some, or all, are not. */
    void notCovered(String className, String reason);
  }

  private final NamesInPool names = new NamesInPool(ReadCall.OWNERS);
  private final Listener listener;
  private final boolean serve;

  /** Whether reads are looked for in classes of its loader. */
  public static boolean looksAt(Class<?> c) {
    return UserCode.isOfJob(c.getClassLoader());
  }

  /** Whether a loader gives classes of jobs, or what was generated for them. */
  public static boolean isOfJob(ClassLoader loader) {
    return UserCode.isOfJob(loader);
  }

  /**
   * Whether a class is one of a job, or was generated for one.
   *
   * @param className internal name
   */
  public static boolean isUserCode(ClassLoader loader, String className) {
    return UserCode.isOfJob(loader) && UserCode.is(loader, className);
  }

  public ReadWeaver(Listener listener) {
    this(listener, false);
  }

  /**
   * @param serve the task is a replay: reads are given what the recording says
   */
  public ReadWeaver(Listener listener, boolean serve) {
    this.listener = listener;
    this.serve = serve;
  }

  @Override
  public byte[] transform(
      ClassLoader loader,
      String className,
      Class<?> redefined,
      ProtectionDomain domain,
      byte[] bytes) {
    try {
      if (className == null
          || redefined != null
          || !UserCode.is(loader, className)
          || !names.hasOneIn(bytes)) {
        return null;
      }
      return weave(className, bytes);
    } catch (Throwable t) {
      report(className, "it cannot be changed: " + t.getClass().getName());
      return null;
    }
  }

  /** Null when nothing is changed. */
  byte[] weave(String className, byte[] bytes) throws AnalyzerException {
    ClassReader reader = new ClassReader(bytes);
    ClassNode target = new ClassNode();
    reader.accept(target, 0);
    ReadEditor editor = new ReadEditor(target, className.equals(UserCode.TIME_TO_LIVE), serve);
    editor.edit();
    for (String reason : editor.notCovered()) {
      report(className, reason);
    }
    if (editor.calls() == 0) {
      return null;
    }
    // The pool of the original goes first, so that what is not changed stays byte for byte.
    ClassWriter w = new ClassWriter(reader, 0);
    target.accept(w);
    byte[] woven = w.toByteArray();
    listener.covered(className.replace('/', '.'), editor.calls());
    return woven;
  }

  private void report(String className, String reason) {
    try {
      listener.notCovered(className.replace('/', '.'), reason);
    } catch (Throwable t) {
      // A listener that fails must not keep a class from being loaded.
    }
  }
}
