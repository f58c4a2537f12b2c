package dev.sightglass.agent.hooks.lines;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Methods through which Kotlin and Scala read and write what the source calls a property: nobody
 * wrote them, and one does not step into them. Those of Java are written.
 */
final class Accessors {
  private Accessors() {}

  static boolean has(ClassNode c, MethodNode m) {
    if (c.sourceFile == null || !c.sourceFile.endsWith(".kt") && !c.sourceFile.endsWith(".scala")) {
      return false;
    }
    List<AbstractInsnNode> code = new ArrayList<>();
    for (AbstractInsnNode i : m.instructions) {
      if (i.getOpcode() >= 0) {
        code.add(i);
      }
    }
    withoutCheck(code);
    switch (code.size()) {
      case 2: // of an object that there is once
        return is(code, 0, Opcodes.GETSTATIC) && isReturn(code.get(1));
      case 3:
        return is(code, 0, Opcodes.ALOAD) && is(code, 1, Opcodes.GETFIELD) && isReturn(code.get(2));
      case 4:
        return is(code, 0, Opcodes.ALOAD)
            && isLoad(code.get(1))
            && is(code, 2, Opcodes.PUTFIELD)
            && is(code, 3, Opcodes.RETURN);
      default:
        return false;
    }
  }

  /** Kotlin looks first whether what it is given is null. */
  private static void withoutCheck(List<AbstractInsnNode> code) {
    if (code.size() == 7
        && code.get(2) instanceof MethodInsnNode
        && ((MethodInsnNode) code.get(2)).owner.equals("kotlin/jvm/internal/Intrinsics")) {
      code.subList(0, 3).clear();
    }
  }

  private static boolean is(List<AbstractInsnNode> code, int at, int opcode) {
    return code.get(at).getOpcode() == opcode;
  }

  private static boolean isLoad(AbstractInsnNode i) {
    return i.getOpcode() >= Opcodes.ILOAD && i.getOpcode() <= Opcodes.ALOAD;
  }

  private static boolean isReturn(AbstractInsnNode i) {
    return i.getOpcode() >= Opcodes.IRETURN && i.getOpcode() <= Opcodes.ARETURN;
  }
}
