package dev.sightglass.agent.hooks.weave;

import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Verification types of frames. */
final class Frames {
  private Frames() {}

  static Object of(Type t) {
    switch (t.getSort()) {
      case Type.BOOLEAN:
      case Type.BYTE:
      case Type.CHAR:
      case Type.SHORT:
      case Type.INT:
        return Opcodes.INTEGER;
      case Type.FLOAT:
        return Opcodes.FLOAT;
      case Type.LONG:
        return Opcodes.LONG;
      case Type.DOUBLE:
        return Opcodes.DOUBLE;
      default:
        return t.getInternalName();
    }
  }

  /** How many local variables a verification type takes. */
  static int size(Object type) {
    return type == Opcodes.LONG || type == Opcodes.DOUBLE ? 2 : 1;
  }
}
