package dev.sightglass.agent.hooks.weave;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.tree.ClassNode;

/**
 * Weaves hooks into classes as they are loaded. A class that no hook names costs one lookup. A hook
 * that does not fit stays out and says why; the others of the class are woven all the same. Never
 * throws: a class that cannot be woven is loaded as it is.
 */
public final class Weaver implements ClassFileTransformer {
  /** Told what became of a hook in a class. Called by the thread that loads the class. */
  public interface Listener {
    void installed(int hook, ClassLoader loader);

    void missing(int hook, ClassLoader loader, String reason);
  }

  /** The hook is about a class of this name in another version: it is neither in nor missing. */
  private static final String ELSEWHERE = "";

  private final Map<String, List<Integer>> byClass = new HashMap<>();
  private final List<Hook> hooks;
  private final Listener listener;

  /**
   * @param hooks a hook's place in the list is its number
   */
  public Weaver(List<Hook> hooks, Listener listener) {
    this.hooks = List.copyOf(hooks);
    this.listener = listener;
    for (int i = 0; i < this.hooks.size(); i++) {
      byClass.computeIfAbsent(this.hooks.get(i).className(), k -> new ArrayList<>()).add(i);
    }
  }

  @Override
  public byte[] transform(
      ClassLoader loader,
      String className,
      Class<?> redefined,
      ProtectionDomain domain,
      byte[] bytes) {
    List<Integer> wanted = className == null ? null : byClass.get(className);
    if (wanted == null || redefined != null) {
      return null;
    }
    try {
      return weave(loader, wanted, bytes);
    } catch (Throwable t) {
      report(wanted, loader, t.getClass().getName());
      return null;
    }
  }

  private void report(List<Integer> all, ClassLoader loader, String reason) {
    for (int i : all) {
      listener.missing(i, loader, reason);
    }
  }

  /** Null when no hook fits. */
  byte[] weave(ClassLoader loader, List<Integer> wanted, byte[] bytes) {
    Map<Integer, String> refused = new HashMap<>();
    byte[] woven = attempt(wanted, bytes, refused);
    if (woven == null && refused.size() < wanted.size()) {
      // Something that no check foresaw: find those that work alone.
      List<Integer> good = new ArrayList<>();
      for (int i : wanted) {
        Map<Integer, String> one = new HashMap<>();
        if (attempt(List.of(i), bytes, one) != null) {
          good.add(i);
        } else {
          refused.put(i, one.getOrDefault(i, "it cannot be woven"));
        }
      }
      woven = good.isEmpty() ? null : attempt(good, bytes, refused);
    }
    for (int i : wanted) {
      if (ELSEWHERE.equals(refused.get(i))) {
        continue;
      }
      if (woven == null || refused.containsKey(i)) {
        listener.missing(i, loader, refused.getOrDefault(i, "it cannot be woven"));
      } else {
        listener.installed(i, loader);
      }
    }
    return woven;
  }

  /** Null when nothing was put in, or when it failed. */
  private byte[] attempt(List<Integer> wanted, byte[] bytes, Map<Integer, String> refused) {
    try {
      ClassNode target = new ClassNode();
      new ClassReader(bytes).accept(target, ClassReader.EXPAND_FRAMES);
      boolean any = false;
      for (int i : wanted) {
        Hook h = hooks.get(i);
        if (!h.isAbout(target)) {
          refused.put(i, ELSEWHERE);
          continue;
        }
        Adapters adapters = new Adapters(target, i);
        List<Runnable> changes = new ArrayList<>();
        try {
          for (Edit e : h.edits()) {
            changes.add(e.plan(adapters));
          }
        } catch (Mismatch m) {
          refused.put(i, m.getMessage());
          continue;
        }
        changes.forEach(Runnable::run);
        adapters.commit();
        any = true;
      }
      if (!any) {
        return null;
      }
      ClassWriter w = new ClassWriter(ClassWriter.COMPUTE_MAXS);
      target.accept(w);
      return w.toByteArray();
    } catch (RuntimeException | LinkageError e) {
      return null;
    }
  }
}
