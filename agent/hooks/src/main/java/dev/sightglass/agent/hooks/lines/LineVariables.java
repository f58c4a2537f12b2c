package dev.sightglass.agent.hooks.lines;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.LocalVariableNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;

/**
 * The variables of a method: by its table, else its parameters and whatever else has a value, as
 * {@code local3}.
 */
final class LineVariables {
  static final String OBJECT = "Ljava/lang/Object;";

  /** The most that a method tells of: the rest of a huge one would only be in the way. */
  private static final int MAX = 100;

  /** How Kotlin calls what gives a method's defaults, and how its parameters end. */
  private static final String DEFAULT = "$default";

  private static final String DEFAULT_END = "ILjava/lang/Object;)";

  private static final int HIDDEN = -2;

  private final MethodNode method;
  private final boolean isConstructor;
  private final boolean hasTable;
  private final List<String> names = new ArrayList<>();
  private final List<String> descriptors = new ArrayList<>();

  /** By variable: its slot. */
  private final List<Integer> slots = new ArrayList<>();

  /** By slot of a parameter without a table: its variable, -1 = none, HIDDEN = nobody's. */
  private final int[] parameters;

  LineVariables(ClassNode target, MethodNode m) {
    method = m;
    isConstructor = m.name.equals("<init>");
    hasTable = m.localVariables != null && !m.localVariables.isEmpty();
    parameters = new int[m.maxLocals + 1];
    Arrays.fill(parameters, -1);
    if (!hasTable) {
      addParameters(target, m);
    }
  }

  private void addParameters(ClassNode target, MethodNode m) {
    int slot = 0;
    if ((m.access & Opcodes.ACC_STATIC) == 0) {
      parameters[slot] = add("this", "L" + target.name + ";", slot);
      slot++;
    }
    Type[] types = Type.getArgumentTypes(m.desc);
    MethodNode defaults = defaultsOf(target, m);
    // Behind its parameters: which of them were given, and an object that is never one.
    int told = defaults == null ? types.length : types.length - 2;
    for (int i = 0; i < told; i++) {
      String name =
          m.parameters != null && i < m.parameters.size() && m.parameters.get(i).name != null
              ? m.parameters.get(i).name
              : "arg" + i;
      parameters[slot] =
          add(
              defaults == null ? name : named(defaults, slot, name),
              types[i].getDescriptor(),
              slot);
      slot += types[i].getSize();
    }
    Arrays.fill(parameters, slot, slot + types.length - told, HIDDEN);
  }

  /**
   * The method that a method of Kotlin gives the defaults of, null = it is none: it has the same
   * parameters in the same slots, and no names of its own.
   */
  private static MethodNode defaultsOf(ClassNode target, MethodNode m) {
    if ((m.access & Opcodes.ACC_SYNTHETIC) == 0
        || !m.name.endsWith(DEFAULT)
        || !m.desc.contains(DEFAULT_END)) {
      return null;
    }
    String of = m.name.substring(0, m.name.length() - DEFAULT.length());
    String parameters = m.desc.substring(1, m.desc.indexOf(DEFAULT_END));
    String self = "L" + target.name + ";";
    for (MethodNode o : target.methods) {
      boolean isStatic = (o.access & Opcodes.ACC_STATIC) != 0;
      if (o.name.equals(of)
          && o.desc.startsWith(
              "(" + parameters.substring(isStatic ? 0 : lengthOf(self, parameters)) + ")")) {
        return o;
      }
    }
    return null;
  }

  private static int lengthOf(String begin, String text) {
    return text.startsWith(begin) ? begin.length() : 0;
  }

  /** Of variables in a slot the first is the parameter. */
  private static String named(MethodNode of, int slot, String otherwise) {
    return of.localVariables == null
        ? otherwise
        : of.localVariables.stream()
            .filter(v -> v.index == slot)
            .min(Comparator.comparingInt(v -> of.instructions.indexOf(v.start)))
            .map(v -> v.name)
            .orElse(otherwise);
  }

  private int add(String name, String descriptor, int slot) {
    for (int i = 0; i < names.size(); i++) {
      if (slots.get(i) == slot
          && names.get(i).equals(name)
          && descriptors.get(i).equals(descriptor)) {
        return i;
      }
    }
    names.add(name);
    descriptors.add(descriptor);
    slots.add(slot);
    return names.size() - 1;
  }

  String[] names() {
    return names.toArray(new String[0]);
  }

  String[] descriptors() {
    return descriptors.toArray(new String[0]);
  }

  /** Those that have a value for certain before an instruction. */
  List<LineProbeCode.Variable> at(int instruction, Frame<BasicValue> frame) {
    List<LineProbeCode.Variable> found = new ArrayList<>();
    if (hasTable) {
      for (LocalVariableNode v : method.localVariables) {
        if (method.instructions.indexOf(v.start) <= instruction
            && instruction < method.instructions.indexOf(v.end)
            && fits(frame, v.index, Type.getType(v.desc))) {
          put(found, v.name, v.desc, v.index);
        }
      }
      found.sort(Comparator.comparingInt(v -> v.slot));
      return found;
    }
    for (int slot = 0; slot < frame.getLocals(); slot++) {
      BasicValue value = frame.getLocal(slot);
      int p = slot < parameters.length ? parameters[slot] : -1;
      if (p >= 0 && fits(frame, slot, Type.getType(descriptors.get(p)))) {
        put(found, names.get(p), descriptors.get(p), slot);
      } else if (p != HIDDEN && value != null && value.getType() != null && isKnown(value)) {
        put(found, "local" + slot, erased(value.getType()), slot);
      }
    }
    return found;
  }

  private void put(List<LineProbeCode.Variable> to, String name, String descriptor, int slot) {
    // The object of a constructor is none yet before the other constructor has run.
    if (isConstructor && slot == 0 || to.size() >= MAX) {
      return;
    }
    Type type = Type.getType(descriptor);
    to.add(
        new LineProbeCode.Variable(
            type.getOpcode(Opcodes.ILOAD), slot, erased(type), add(name, descriptor, slot)));
  }

  private static boolean isKnown(BasicValue v) {
    return v == BasicValue.INT_VALUE
        || v == BasicValue.LONG_VALUE
        || v == BasicValue.FLOAT_VALUE
        || v == BasicValue.DOUBLE_VALUE
        || v == BasicValue.REFERENCE_VALUE;
  }

  private static boolean fits(Frame<BasicValue> frame, int slot, Type type) {
    if (slot >= frame.getLocals()) {
      return false;
    }
    BasicValue v = frame.getLocal(slot);
    switch (erased(type)) {
      case "I":
        return v == BasicValue.INT_VALUE;
      case "J":
        return v == BasicValue.LONG_VALUE;
      case "F":
        return v == BasicValue.FLOAT_VALUE;
      case "D":
        return v == BasicValue.DOUBLE_VALUE;
      default:
        return v == BasicValue.REFERENCE_VALUE;
    }
  }

  /** As a probe takes it. */
  static String erased(Type t) {
    switch (t.getSort()) {
      case Type.BOOLEAN:
      case Type.BYTE:
      case Type.CHAR:
      case Type.SHORT:
      case Type.INT:
        return "I";
      case Type.LONG:
        return "J";
      case Type.FLOAT:
        return "F";
      case Type.DOUBLE:
        return "D";
      default:
        return OBJECT;
    }
  }
}
