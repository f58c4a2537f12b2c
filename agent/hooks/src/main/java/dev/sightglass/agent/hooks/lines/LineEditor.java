package dev.sightglass.agent.hooks.lines;

import dev.sightglass.bootstrap.LineMethod;
import dev.sightglass.bootstrap.LineProbe;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.VarInsnNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.BasicInterpreter;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.BasicVerifier;
import org.objectweb.asm.tree.analysis.Frame;

/**
 * Changes one class so that its methods tell that they are entered and left, their lines with the
 * variables that have a value there, and the fields of their own object that they write.
 *
 * <p>What is put in are calls that take off what they pushed, and one handler around each method,
 * whose frame has no variables: the frames of the class stay as they are.
 */
final class LineEditor {
  private static final String PROBE = "dev/sightglass/bootstrap/LineProbe";
  private static final String READS = "sightglass$";

  /** What Scala's compiler puts before closures that take or give primitives. */
  private static final String ADAPTED = "$adapted";

  private static final String THROWABLE = "java/lang/Throwable";
  private static final String FUNCTION_END = ")V";

  /** The most that is pushed on top of what was there: a copy of a long, and three more. */
  private static final int EXTRA = 5;

  /** Instructions of old compilers, with which nothing is begun. */
  private static final int OLD = Opcodes.V1_6;

  private final ClassNode target;
  private final boolean locals;

  /**
   * @param locals variables are told too
   */
  LineEditor(ClassNode target, boolean locals) {
    this.target = target;
    this.locals = locals;
  }

  /** Whether something was changed. */
  boolean edit() throws Exception {
    if ((target.version & 0xffff) < OLD) {
      return false;
    }
    boolean changed = false;
    for (MethodNode m : List.copyOf(target.methods)) {
      boolean skip = m.instructions.size() == 0 || isForwarding(m) || m.name.startsWith(READS);
      if (!skip) {
        edit(m);
        changed = true;
      }
    }
    return changed;
  }

  /** Written by nobody: it boxes, or casts, and calls the method that one reads. */
  private boolean isForwarding(MethodNode m) {
    return (m.access & Opcodes.ACC_BRIDGE) != 0
        || (m.access & Opcodes.ACC_SYNTHETIC) != 0 && m.name.endsWith(ADAPTED)
        || m.name.equals("$deserializeLambda$")
        || isUnmarkedBridge(m);
  }

  /** Janino's bridges are no bridges by their flags, and have no lines. */
  private boolean isUnmarkedBridge(MethodNode m) {
    return (m.access & Opcodes.ACC_SYNTHETIC) != 0
        && !hasLines(m)
        && target.methods.stream()
            .anyMatch(
                o ->
                    o.name.equals(m.name)
                        && (o.access & Opcodes.ACC_SYNTHETIC) == 0
                        && hasLines(o));
  }

  private static boolean hasLines(MethodNode m) {
    for (AbstractInsnNode i : m.instructions) {
      if (i instanceof LineNumberNode) {
        return true;
      }
    }
    return false;
  }

  private void edit(MethodNode m) throws Exception {
    Frame<BasicValue>[] frames = new Analyzer<>(new BasicInterpreter()).analyze(target.name, m);
    LineVariables variables = new LineVariables(target, m);
    AbstractInsnNode[] all = m.instructions.toArray();
    LineProbeCode[] lines = new LineProbeCode[all.length];
    boolean hasLines = false;
    boolean accessor = Accessors.has(target, m);
    for (int i = 0; i < all.length && !accessor; i++) {
      if (!(all[i] instanceof LineNumberNode)) {
        continue;
      }
      hasLines = true;
      int at = i;
      while (at < all.length && all[at].getOpcode() < 0) {
        at++;
      }
      if (at < all.length && frames[at] != null) {
        lines[at] =
            new LineProbeCode(
                ((LineNumberNode) all[i]).line, locals ? variables.at(at, frames[at]) : List.of());
      }
    }
    int number =
        LineProbe.declare(
            new LineMethod(
                target.name.replace('/', '.'),
                m.name,
                m.desc,
                target.sourceFile == null ? "" : target.sourceFile,
                target.sourceDebug == null ? "" : target.sourceDebug,
                variables.names(),
                variables.descriptors(),
                hasLines));
    boolean constructor = m.name.equals("<init>");
    UnfinishedObjects unfinished = new UnfinishedObjects(m);
    for (int i = 0; i < all.length; i++) {
      if (frames[i] == null) {
        continue;
      }
      InsnList before = new InsnList();
      if (lines[i] != null) {
        lines[i].put(before, number);
      }
      int op = all[i].getOpcode();
      if (!accessor && op >= Opcodes.IRETURN && op <= Opcodes.RETURN) {
        exit(before, op, number);
      }
      m.instructions.insertBefore(all[i], before);
      if (op == Opcodes.PUTFIELD && !constructor && (m.access & Opcodes.ACC_STATIC) == 0) {
        field(m, (FieldInsnNode) all[i], number, frames[i]);
      }
    }
    unfinished.placeAgain();
    if (!accessor) {
      enter(m, number, constructor);
    }
    m.maxStack += EXTRA;
    new Analyzer<>(new BasicVerifier()).analyze(target.name, m);
  }

  private static void enter(MethodNode m, int number, boolean constructor) {
    InsnList enter = new InsnList();
    push(enter, number);
    enter.add(call("enter", "(I)V"));
    if (constructor) {
      m.instructions.insert(enter);
    } else {
      LabelNode start = new LabelNode();
      enter.add(start);
      m.instructions.insert(enter);
      handler(m, start, number);
    }
  }

  private static void exit(InsnList to, int op, int number) {
    switch (op) {
      case Opcodes.RETURN:
        push(to, number);
        to.add(call("exit", "(I)V"));
        return;
      case Opcodes.LRETURN:
      case Opcodes.DRETURN:
        to.add(new InsnNode(Opcodes.DUP2));
        break;
      default:
        to.add(new InsnNode(Opcodes.DUP));
    }
    String type =
        op == Opcodes.LRETURN
            ? "J"
            : op == Opcodes.DRETURN
                ? "D"
                : op == Opcodes.FRETURN ? "F" : op == Opcodes.IRETURN ? "I" : LineVariables.OBJECT;
    push(to, number);
    to.add(call("exit", "(" + type + "I" + FUNCTION_END));
  }

  /** What the object's own field is, behind a write to a field of its class. */
  private void field(MethodNode m, FieldInsnNode f, int number, Frame<BasicValue> frame) {
    if (!f.owner.equals(target.name) || frame.getLocal(0) != BasicValue.REFERENCE_VALUE) {
      return;
    }
    InsnList behind = new InsnList();
    behind.add(new VarInsnNode(Opcodes.ALOAD, 0));
    behind.add(new FieldInsnNode(Opcodes.GETFIELD, f.owner, f.name, f.desc));
    behind.add(new LdcInsnNode(f.name));
    behind.add(new LdcInsnNode(f.desc));
    push(behind, number);
    String type = LineVariables.erased(Type.getType(f.desc));
    behind.add(call("field", "(" + type + "Ljava/lang/String;Ljava/lang/String;I" + FUNCTION_END));
    m.instructions.insert(f, behind);
  }

  private static void handler(MethodNode m, LabelNode start, int number) {
    LabelNode end = new LabelNode();
    m.instructions.add(end);
    m.instructions.add(
        new FrameNode(Opcodes.F_FULL, 0, new Object[0], 1, new Object[] {THROWABLE}));
    m.instructions.add(new InsnNode(Opcodes.DUP));
    InsnList tell = new InsnList();
    push(tell, number);
    tell.add(call("thrown", "(L" + THROWABLE + ";I)V"));
    m.instructions.add(tell);
    m.instructions.add(new InsnNode(Opcodes.ATHROW));
    // The last one: the method's own handlers come first.
    m.tryCatchBlocks.add(new TryCatchBlockNode(start, end, end, THROWABLE));
  }

  static void push(InsnList to, int n) {
    if (n >= -1 && n <= 5) {
      to.add(new InsnNode(Opcodes.ICONST_0 + n));
    } else if (n >= Short.MIN_VALUE && n <= Short.MAX_VALUE) {
      to.add(new org.objectweb.asm.tree.IntInsnNode(Opcodes.SIPUSH, n));
    } else {
      to.add(new LdcInsnNode(n));
    }
  }

  static MethodInsnNode call(String name, String descriptor) {
    return new MethodInsnNode(Opcodes.INVOKESTATIC, PROBE, name, descriptor, false);
  }
}
