package dev.sightglass.agent.replay;

import java.lang.reflect.Constructor;
import org.apache.flink.runtime.io.network.partition.consumer.SingleInputGate;

/** Objects of Flink that are there to be named. */
final class Stubs {
  private Stubs() {}

  /** A gate that knows its index: channels ask for it when they are made, and for nothing else. */
  static SingleInputGate gate(int index) throws ReflectiveOperationException {
    // Its constructor wants a whole network; what serialization makes objects with does without.
    Class<?> factory = Class.forName("sun.reflect.ReflectionFactory");
    Object f = factory.getMethod("getReflectionFactory").invoke(null);
    Constructor<?> make =
        (Constructor<?>)
            factory
                .getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                .invoke(f, SingleInputGate.class, Object.class.getDeclaredConstructor());
    SingleInputGate gate = (SingleInputGate) make.newInstance();
    Members.set(gate, "gateIndex", index);
    return gate;
  }
}
