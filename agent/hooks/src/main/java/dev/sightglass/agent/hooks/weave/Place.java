package dev.sightglass.agent.hooks.weave;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LocalVariableNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * One place inside of a method, by what stands there: code that is not entered costs nothing. How
 * many places look like it is part of the shape: one, unless said otherwise.
 */
public final class Place {
  private enum Kind {
    /** Before an instruction, in the line of the code. */
    BEFORE,
    /** When a conditional jump is taken. */
    TAKEN,
    /** After a boolean was read or given; it is there as {@link Value#seen}. */
    READ
  }

  private interface Looks {
    boolean fit(MethodNode m, AbstractInsnNode i);
  }

  private final Kind kind;
  private final Looks looks;
  private final String words;
  private final int which;
  private final int of;

  private Place(Kind kind, Looks looks, String words, int which, int of) {
    this.kind = kind;
    this.looks = looks;
    this.words = words;
    this.which = which;
    this.of = of;
  }

  private static Place of(Kind kind, String words, Looks looks) {
    return new Place(kind, looks, words, 0, 1);
  }

  /**
   * Before the call of a method.
   *
   * @param owner its class's internal name, or the end of it
   * @param name regular expression
   */
  public static Place beforeCall(String owner, String name) {
    return of(Kind.BEFORE, "call of " + name, (m, i) -> calls(i, owner, name));
  }

  /** Before a return. */
  public static Place beforeReturn() {
    return of(
        Kind.BEFORE,
        "return",
        (m, i) -> i.getOpcode() >= Opcodes.IRETURN && i.getOpcode() <= Opcodes.RETURN);
  }

  /** Before a return of null, or of true. */
  public static Place beforeReturnOf(boolean value) {
    int constant = value ? Opcodes.ICONST_1 : Opcodes.ACONST_NULL;
    int result = value ? Opcodes.IRETURN : Opcodes.ARETURN;
    return of(
        Kind.BEFORE,
        "return of a constant",
        (m, i) -> i.getOpcode() == result && before(i).getOpcode() == constant);
  }

  /** The jump that depends on what a method gave. */
  public static Place jumpAfterCall(String owner, String name) {
    return of(
        Kind.TAKEN, "jump after " + name, (m, i) -> jumps(i) && calls(before(i), owner, name));
  }

  /** The jump that depends on a field. */
  public static Place jumpAfterField(String name) {
    return of(Kind.TAKEN, "jump after " + name, (m, i) -> jumps(i) && reads(before(i), name));
  }

  /** The jump that depends on an instruction before it without operands, as LCMP. */
  public static Place jumpAfter(int opcode) {
    return of(
        Kind.TAKEN,
        "jump after instruction " + opcode,
        (m, i) -> jumps(i) && before(i).getOpcode() == opcode);
  }

  /** The jump that is taken because a variable is null. */
  public static Place jumpIfNull(String local) {
    return of(
        Kind.TAKEN,
        "jump if " + local + " is null",
        (m, i) -> i.getOpcode() == Opcodes.IFNULL && loads(m, before(i), local));
  }

  /** After a boolean field was read. */
  public static Place afterRead(String field) {
    return of(
        Kind.READ,
        "read of " + field,
        (m, i) -> reads(i, field) && ((FieldInsnNode) i).desc.equals("Z"));
  }

  /** After a method gave a boolean. */
  public static Place afterCall(String owner, String name) {
    return of(
        Kind.READ,
        "call of " + name,
        (m, i) -> calls(i, owner, name) && ((MethodInsnNode) i).desc.endsWith(")Z"));
  }

  /** The one at {@code which}, from 0, of so many. */
  public Place nth(int which, int of) {
    return new Place(kind, looks, words, which, of);
  }

  /** Every one, of at least one. */
  public Place all() {
    return new Place(kind, looks, words, -1, -1);
  }

  boolean isJump() {
    return kind == Kind.TAKEN;
  }

  boolean isRead() {
    return kind == Kind.READ;
  }

  String words() {
    return words;
  }

  /** The instructions, empty when there is nothing that looks so. */
  List<AbstractInsnNode> find(MethodNode m) throws Mismatch {
    List<AbstractInsnNode> found = new ArrayList<>();
    for (AbstractInsnNode i : m.instructions) {
      if (i.getOpcode() >= 0 && looks.fit(m, i)) {
        found.add(i);
      }
    }
    if (found.isEmpty() || of < 0) {
      return found;
    }
    if (found.size() != of) {
      throw new Mismatch(found.size() + " times a " + words + " in " + m.name + ", not " + of);
    }
    return List.of(found.get(which));
  }

  /** The instruction before {@code i}; itself when there is none. */
  private static AbstractInsnNode before(AbstractInsnNode i) {
    for (AbstractInsnNode p = i.getPrevious(); p != null; p = p.getPrevious()) {
      if (p.getOpcode() >= 0) {
        return p;
      }
    }
    return i;
  }

  private static boolean jumps(AbstractInsnNode i) {
    return i instanceof JumpInsnNode
        && i.getOpcode() != Opcodes.GOTO
        && i.getOpcode() != Opcodes.JSR;
  }

  private static boolean calls(AbstractInsnNode i, String owner, String name) {
    return i instanceof MethodInsnNode
        && ((MethodInsnNode) i).owner.endsWith(owner)
        && ((MethodInsnNode) i).name.matches(name);
  }

  private static boolean reads(AbstractInsnNode i, String field) {
    return i.getOpcode() == Opcodes.GETFIELD && ((FieldInsnNode) i).name.equals(field);
  }

  private static boolean loads(MethodNode m, AbstractInsnNode i, String local) {
    if (i.getOpcode() != Opcodes.ALOAD) {
      return false;
    }
    LocalVariableNode v = local(m, i, local);
    return v != null && v.index == ((VarInsnNode) i).var;
  }

  /** The variable of that name that is in scope at {@code i}, or null. */
  static LocalVariableNode local(MethodNode m, AbstractInsnNode i, String name) {
    if (m.localVariables == null) {
      return null;
    }
    int at = m.instructions.indexOf(i);
    for (LocalVariableNode v : m.localVariables) {
      if (v.name.equals(name)
          && m.instructions.indexOf(v.start) <= at
          && at < m.instructions.indexOf(v.end)) {
        return v;
      }
    }
    return null;
  }
}
