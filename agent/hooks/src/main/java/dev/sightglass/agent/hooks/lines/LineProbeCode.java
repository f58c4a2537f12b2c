package dev.sightglass.agent.hooks.lines;

import java.util.List;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.VarInsnNode;

/** What is put in before a line. */
final class LineProbeCode {
  /** A variable that has a value there. */
  static final class Variable {
    final int load;
    final int slot;
    final String type;
    final int index;

    Variable(int load, int slot, String type, int index) {
      this.load = load;
      this.slot = slot;
      this.type = type;
      this.index = index;
    }
  }

  private final int line;
  private final List<Variable> variables;

  LineProbeCode(int line, List<Variable> variables) {
    this.line = line;
    this.variables = variables;
  }

  void put(InsnList to, int method) {
    LineEditor.push(to, method);
    LineEditor.push(to, line);
    to.add(LineEditor.call("line", "(II)V"));
    for (Variable v : variables) {
      to.add(new VarInsnNode(v.load, v.slot));
      LineEditor.push(to, v.index);
      to.add(LineEditor.call("local", "(" + v.type + "I)V"));
    }
  }
}
