package dev.sightglass.agent.hooks.lines;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Frames name an object whose constructor has not run, as between {@code new} and the call in
 * {@code new Order(a ? b : c)}, by the place of the instruction that made it. What is put in before
 * that instruction, behind the label that names it, would leave the label elsewhere.
 */
final class UnfinishedObjects {
  private final MethodNode method;

  /** By label that a frame names: the instruction it stood at. */
  private final Map<LabelNode, AbstractInsnNode> made = new HashMap<>();

  /** Looks at a method as it is before it is changed. */
  UnfinishedObjects(MethodNode m) {
    method = m;
    for (AbstractInsnNode i : m.instructions) {
      if (i instanceof FrameNode) {
        look(((FrameNode) i).local);
        look(((FrameNode) i).stack);
      }
    }
  }

  private void look(List<Object> types) {
    if (types == null) {
      return;
    }
    for (Object t : types) {
      if (t instanceof LabelNode) {
        AbstractInsnNode at = (LabelNode) t;
        while (at != null && at.getOpcode() < 0) {
          at = at.getNext();
        }
        if (at != null && at.getOpcode() == Opcodes.NEW) {
          made.put((LabelNode) t, at);
        }
      }
    }
  }

  /** Has the frames name labels right before the instructions. */
  void placeAgain() {
    if (made.isEmpty()) {
      return;
    }
    Map<AbstractInsnNode, LabelNode> right = new HashMap<>();
    for (AbstractInsnNode n : made.values()) {
      right.computeIfAbsent(
          n,
          at -> {
            LabelNode l = new LabelNode();
            method.instructions.insertBefore(at, l);
            return l;
          });
    }
    for (AbstractInsnNode i : method.instructions) {
      if (i instanceof FrameNode) {
        name(((FrameNode) i).local, right);
        name(((FrameNode) i).stack, right);
      }
    }
  }

  private void name(List<Object> types, Map<AbstractInsnNode, LabelNode> right) {
    if (types != null) {
      types.replaceAll(t -> made.containsKey(t) ? right.get(made.get(t)) : t);
    }
  }
}
