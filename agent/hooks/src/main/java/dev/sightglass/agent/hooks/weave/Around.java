package dev.sightglass.agent.hooks.weave;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Calls probes when a method is entered, left, and left by an exception. What the enter probe gives
 * is kept in a local variable for the others.
 *
 * <pre>
 *   token = enter(...)                 (or an argument is replaced by what enter gives)
 *   try {
 *     ... before each return: leave(..., token)
 *   } catch (Throwable t) { fail(..., token, t); throw t; }
 * </pre>
 *
 * Without a fail probe there is no handler; then constructors can be hooked too, for their exits.
 */
final class Around implements Edit {
  private final String method;
  private final String descriptor;
  private final Call enter;
  private final int replaced;
  private final Call leave;
  private final Call fail;
  private final boolean everyTime;
  private final boolean result;

  /**
   * @param descriptor null: any, but there must be only one method of that name
   * @param replaced the argument that enter replaces, -1 = none
   * @param everyTime count every call, for hooks that are rare
   */
  Around(
      String method,
      String descriptor,
      Call enter,
      int replaced,
      Call leave,
      Call fail,
      boolean everyTime) {
    this(method, descriptor, enter, replaced, leave, fail, everyTime, false);
  }

  /**
   * @param result what leave gives is what the caller gets
   */
  Around(
      String method,
      String descriptor,
      Call enter,
      int replaced,
      Call leave,
      Call fail,
      boolean everyTime,
      boolean result) {
    this.result = result;
    this.method = method;
    this.descriptor = descriptor;
    this.enter = enter;
    this.replaced = replaced;
    this.leave = leave;
    this.fail = fail;
    this.everyTime = everyTime;
  }

  @Override
  public Runnable plan(Adapters adapters) throws Mismatch {
    List<Runnable> changes = new ArrayList<>();
    for (MethodNode m : matching(adapters)) {
      changes.add(plan(adapters, m));
    }
    return () -> changes.forEach(Runnable::run);
  }

  private List<MethodNode> matching(Adapters adapters) throws Mismatch {
    List<MethodNode> found = new ArrayList<>();
    for (MethodNode m : adapters.target().methods) {
      if (m.name.equals(method)
          && (m.access & (Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE | Opcodes.ACC_BRIDGE)) == 0
          && (descriptor == null || m.desc.matches(descriptor))) {
        found.add(m);
      }
    }
    if (found.isEmpty()) {
      throw new Mismatch("no method " + method + (descriptor == null ? "" : " like " + descriptor));
    }
    if (found.size() > 1 && !method.equals("<init>")) {
      throw new Mismatch(found.size() + " methods " + method + " fit");
    }
    return found;
  }

  private Runnable plan(Adapters adapters, MethodNode m) throws Mismatch {
    String owner = adapters.target().name;
    boolean isStatic = (m.access & Opcodes.ACC_STATIC) != 0;
    Type[] args = Type.getArgumentTypes(m.desc);
    Type result = Type.getReturnType(m.desc);
    Type token = enter == null || replaced >= 0 ? Type.VOID_TYPE : enter.result();
    boolean hasToken = token != Type.VOID_TYPE;
    int counts = everyTime ? 2 : 1;
    if (fail != null && method.equals("<init>")) {
      throw new Mismatch("a constructor cannot be enclosed");
    }
    if (replaced >= args.length) {
      throw new Mismatch("no argument " + replaced);
    }

    Scope in = new Scope(adapters).addAll(owner, isStatic, m.desc);
    String enterName =
        enter == null
            ? null
            : replaced >= 0
                ? adapters.add(in, enter, counts, "arg" + replaced, args[replaced])
                : adapters.add(in, enter, counts, null, null);
    String enterDesc =
        enter == null ? null : in.descriptor(replaced >= 0 ? args[replaced] : enter.result());

    Scope out = new Scope(adapters).addAll(owner, isStatic, m.desc);
    if (hasToken) {
      out.add("token", token);
    }
    if (result != Type.VOID_TYPE) {
      out.add("result", result);
    }
    if (this.result && result.getSort() != Type.OBJECT) {
      throw new Mismatch("the result is no object");
    }
    String leaveName =
        leave == null
            ? null
            : this.result
                ? adapters.add(out, leave, 0, "result", result)
                : adapters.add(out, leave, enter == null ? counts : 0, null, null);
    String leaveDesc = out.descriptor(this.result ? result : Type.VOID_TYPE);

    Scope thrown = new Scope(adapters).addAll(owner, isStatic, m.desc);
    if (hasToken) {
      thrown.add("token", token);
    }
    thrown.add("thrown", Type.getType(Throwable.class));
    String failName = fail == null ? null : adapters.add(thrown, fail, 0, null, null);
    String failDesc = thrown.descriptor(Type.VOID_TYPE);

    return () -> {
      int tokenSlot = hasToken ? m.maxLocals : -1;
      int resultSlot = m.maxLocals + token.getSize();
      m.maxLocals = resultSlot + result.getSize();
      if (hasToken) {
        keepInFrames(m, tokenSlot, Frames.of(token));
      }
      if (leaveName != null) {
        for (AbstractInsnNode i : m.instructions.toArray()) {
          if (i.getOpcode() >= Opcodes.IRETURN && i.getOpcode() <= Opcodes.RETURN) {
            InsnList l = new InsnList();
            if (result != Type.VOID_TYPE) {
              l.add(new VarInsnNode(result.getOpcode(Opcodes.ISTORE), resultSlot));
            }
            load(l, owner, isStatic, args);
            if (hasToken) {
              l.add(new VarInsnNode(token.getOpcode(Opcodes.ILOAD), tokenSlot));
            }
            if (result != Type.VOID_TYPE) {
              l.add(new VarInsnNode(result.getOpcode(Opcodes.ILOAD), resultSlot));
            }
            l.add(call(owner, leaveName, leaveDesc));
            if (result != Type.VOID_TYPE && !this.result) {
              l.add(new VarInsnNode(result.getOpcode(Opcodes.ILOAD), resultSlot));
            }
            m.instructions.insertBefore(i, l);
          }
        }
      }
      LabelNode begin = new LabelNode();
      InsnList head = new InsnList();
      if (enterName != null) {
        load(head, owner, isStatic, args);
        head.add(call(owner, enterName, enterDesc));
        if (replaced >= 0) {
          head.add(
              new VarInsnNode(
                  args[replaced].getOpcode(Opcodes.ISTORE), slot(isStatic, args, replaced)));
        } else if (hasToken) {
          head.add(new VarInsnNode(token.getOpcode(Opcodes.ISTORE), tokenSlot));
        }
      }
      head.add(begin);
      m.instructions.insert(head);
      if (failName != null) {
        LabelNode end = new LabelNode();
        InsnList tail = new InsnList();
        tail.add(end);
        tail.add(handlerFrame(owner, isStatic, args, tokenSlot, hasToken ? token : null));
        int slot = m.maxLocals;
        m.maxLocals++;
        tail.add(new VarInsnNode(Opcodes.ASTORE, slot));
        load(tail, owner, isStatic, args);
        if (hasToken) {
          tail.add(new VarInsnNode(token.getOpcode(Opcodes.ILOAD), tokenSlot));
        }
        tail.add(new VarInsnNode(Opcodes.ALOAD, slot));
        tail.add(call(owner, failName, failDesc));
        tail.add(new VarInsnNode(Opcodes.ALOAD, slot));
        tail.add(new InsnNode(Opcodes.ATHROW));
        m.instructions.add(tail);
        m.tryCatchBlocks.add(new TryCatchBlockNode(begin, end, end, "java/lang/Throwable"));
      }
    };
  }

  /** Every frame of the method says that the token is there: it is set before any of them. */
  private static void keepInFrames(MethodNode m, int slot, Object type) {
    for (AbstractInsnNode i : m.instructions.toArray()) {
      if (i instanceof FrameNode) {
        FrameNode f = (FrameNode) i;
        List<Object> locals = new ArrayList<>(f.local);
        int size = 0;
        for (Object l : locals) {
          size += Frames.size(l);
        }
        for (; size < slot; size++) {
          locals.add(Opcodes.TOP);
        }
        locals.add(type);
        f.local = locals;
      }
    }
  }

  private static FrameNode handlerFrame(
      String owner, boolean isStatic, Type[] args, int tokenSlot, Type token) {
    List<Object> locals = new ArrayList<>();
    int size = 0;
    if (!isStatic) {
      locals.add(owner);
      size = 1;
    }
    for (Type t : args) {
      locals.add(Frames.of(t));
      size += t.getSize();
    }
    if (token != null) {
      for (; size < tokenSlot; size++) {
        locals.add(Opcodes.TOP);
      }
      locals.add(Frames.of(token));
    }
    return new FrameNode(
        Opcodes.F_NEW, locals.size(), locals.toArray(), 1, new Object[] {"java/lang/Throwable"});
  }

  private static void load(InsnList l, String owner, boolean isStatic, Type[] args) {
    if (!isStatic) {
      l.add(new VarInsnNode(Opcodes.ALOAD, 0));
    }
    for (int i = 0; i < args.length; i++) {
      l.add(new VarInsnNode(args[i].getOpcode(Opcodes.ILOAD), slot(isStatic, args, i)));
    }
  }

  private static int slot(boolean isStatic, Type[] args, int arg) {
    int slot = isStatic ? 0 : 1;
    for (int i = 0; i < arg; i++) {
      slot += args[i].getSize();
    }
    return slot;
  }

  private static MethodInsnNode call(String owner, String name, String descriptor) {
    return new MethodInsnNode(Opcodes.INVOKESTATIC, owner, name, descriptor, false);
  }
}
