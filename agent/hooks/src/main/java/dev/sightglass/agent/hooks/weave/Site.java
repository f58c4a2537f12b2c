package dev.sightglass.agent.hooks.weave;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LocalVariableNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Calls a probe at a {@link Place} inside of a method, with the method's arguments and those of its
 * variables that are named. The names come from the class's own debug information: a class without
 * it does not fit.
 *
 * <p>At a jump the probe runs in a stretch of its own at the end of the method, so that the path of
 * those who do not jump stays as it was:
 *
 * <pre>
 *   if (...) goto L        becomes        if (...) goto N;  ...  N: probe(...); goto L
 * </pre>
 */
final class Site implements Edit {
  private final String method;
  private final String descriptor;
  private final Place place;
  private final Call probe;
  private final String[] locals;
  private final boolean everyTime;

  /**
   * @param method regular expression: bodies of lambdas have numbers in their names
   * @param descriptor regular expression, or null for any
   * @param locals variables that the probe's values name. One that is not in scope is null for the
   *     probe if its name ends in {@code ?}
   * @param everyTime count every call, for places that few come by
   */
  Site(
      String method,
      String descriptor,
      Place place,
      Call probe,
      String[] locals,
      boolean everyTime) {
    this.method = method;
    this.descriptor = descriptor;
    this.place = place;
    this.probe = probe;
    this.locals = locals.clone();
    this.everyTime = everyTime;
  }

  @Override
  public Runnable plan(Adapters adapters) throws Mismatch {
    List<Runnable> changes = new ArrayList<>();
    MethodNode in = null;
    for (MethodNode m : adapters.target().methods) {
      if (!m.name.matches(method)
          || (m.access & (Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE | Opcodes.ACC_BRIDGE)) != 0
          || descriptor != null && !m.desc.matches(descriptor)) {
        continue;
      }
      List<AbstractInsnNode> found = place.find(m);
      if (!found.isEmpty() && in != null) {
        throw new Mismatch("a " + place.words() + " in " + in.name + " and in " + m.name);
      }
      for (AbstractInsnNode i : found) {
        in = m;
        changes.add(plan(adapters, m, i));
      }
    }
    if (in == null) {
      throw new Mismatch("no " + place.words() + " in a method " + method);
    }
    return () -> changes.forEach(Runnable::run);
  }

  private Runnable plan(Adapters adapters, MethodNode m, AbstractInsnNode at) throws Mismatch {
    String owner = adapters.target().name;
    boolean isStatic = (m.access & Opcodes.ACC_STATIC) != 0;
    LabelNode target = place.isJump() ? ((JumpInsnNode) at).label : null;
    FrameNode frame = target == null ? null : frameAt(target);
    Scope scope = new Scope(adapters).addAll(owner, isStatic, m.desc);
    InsnList call = new InsnList();
    int slot = 0;
    for (Type t : scope.parameters()) {
      checkFrame(frame, slot, t, "an argument");
      call.add(new VarInsnNode(t.getOpcode(Opcodes.ILOAD), slot));
      slot += t.getSize();
    }
    for (String l : locals) {
      String name = l.endsWith("?") ? l.substring(0, l.length() - 1) : l;
      LocalVariableNode v = Place.local(m, at, name);
      if (v == null && l.endsWith("?")) {
        scope.none(name);
        continue;
      }
      if (v == null) {
        throw new Mismatch("no variable " + name + " at the " + place.words());
      }
      Type t = Type.getType(v.desc);
      checkFrame(frame, v.index, t, "variable " + name);
      scope.add("local " + name, t);
      call.add(new VarInsnNode(t.getOpcode(Opcodes.ILOAD), v.index));
    }
    if (place.isRead()) {
      scope.add("seen", Type.BOOLEAN_TYPE);
    }
    String name = adapters.add(scope, probe, everyTime ? 2 : 1, null, null);
    String desc = scope.descriptor(probe.result());
    if (probe.result() != Type.VOID_TYPE) {
      throw new Mismatch("a probe inside of a method gives nothing");
    }
    return () -> insert(m, at, target, frame, call, owner, name, desc);
  }

  private void insert(
      MethodNode m,
      AbstractInsnNode at,
      LabelNode target,
      FrameNode frame,
      InsnList call,
      String owner,
      String name,
      String desc) {
    MethodInsnNode invoke = new MethodInsnNode(Opcodes.INVOKESTATIC, owner, name, desc, false);
    if (place.isRead()) {
      // The stack below the value may hold anything: it is kept in a variable for the moment.
      int kept = m.maxLocals++;
      InsnList l = new InsnList();
      l.add(new VarInsnNode(Opcodes.ISTORE, kept));
      l.add(call);
      l.add(new VarInsnNode(Opcodes.ILOAD, kept));
      l.add(invoke);
      l.add(new VarInsnNode(Opcodes.ILOAD, kept));
      m.instructions.insert(at, l);
      return;
    }
    call.add(invoke);
    if (target == null) {
      m.instructions.insertBefore(at, call);
      return;
    }
    LabelNode own = new LabelNode();
    ((JumpInsnNode) at).label = own;
    m.instructions.add(own);
    m.instructions.add(
        new FrameNode(Opcodes.F_NEW, frame.local.size(), frame.local.toArray(), 0, new Object[0]));
    m.instructions.add(call);
    m.instructions.add(new JumpInsnNode(Opcodes.GOTO, target));
  }

  /** The frame at a label that is jumped to: it has one. */
  private static FrameNode frameAt(LabelNode label) throws Mismatch {
    for (AbstractInsnNode i = label; i != null && i.getOpcode() < 0; i = i.getNext()) {
      if (i instanceof FrameNode) {
        FrameNode f = (FrameNode) i;
        if (f.stack != null && !f.stack.isEmpty()) {
          throw new Mismatch("the jump leaves something on the stack");
        }
        return f;
      }
    }
    throw new Mismatch("no frame where the jump leads");
  }

  /** What is handed to the probe must be there after the jump too. */
  private static void checkFrame(FrameNode frame, int slot, Type type, String what)
      throws Mismatch {
    if (frame == null) {
      return;
    }
    int at = 0;
    for (Object o : frame.local) {
      if (at == slot) {
        if (Frames.of(type).equals(o)) {
          return;
        }
        break;
      }
      at += Frames.size(o);
    }
    throw new Mismatch(what + " is gone after the jump");
  }
}
