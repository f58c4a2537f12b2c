package dev.sightglass.agent.hooks.lines;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
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
        return is(code, 0, Opcodes.GETSTATIC)
            && isReturn(code.get(1))
            && ((FieldInsnNode) code.get(0)).owner.equals(c.name)
            && reads(m.name, ((FieldInsnNode) code.get(0)).name);
      case 3:
        return is(code, 0, Opcodes.ALOAD)
            && is(code, 1, Opcodes.GETFIELD)
            && isReturn(code.get(2))
            && reads(m.name, ((FieldInsnNode) code.get(1)).name);
      case 4:
        return is(code, 0, Opcodes.ALOAD)
            && isLoad(code.get(1))
            && is(code, 2, Opcodes.PUTFIELD)
            && is(code, 3, Opcodes.RETURN)
            && writes(m.name, ((FieldInsnNode) code.get(2)).name);
      default:
        return false;
    }
  }

  /** Kotlin's names, and Scala's: a function of one line that somebody wrote has another. */
  private static boolean reads(String method, String field) {
    return method.equals(field) || method.equals("get" + upper(field));
  }

  private static boolean writes(String method, String field) {
    return method.equals("set" + upper(field))
        || field.startsWith("is") && method.equals("set" + field.substring(2))
        || method.equals(field + "_$eq");
  }

  private static String upper(String name) {
    return name.isEmpty() ? name : Character.toUpperCase(name.charAt(0)) + name.substring(1);
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
