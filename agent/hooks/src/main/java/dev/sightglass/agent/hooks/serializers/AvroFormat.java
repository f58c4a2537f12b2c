package dev.sightglass.agent.hooks.serializers;

import java.lang.reflect.Field;
import java.lang.reflect.Type;

/** Avro: the writer's schema is all that a reader needs. */
final class AvroFormat {
  private AvroFormat() {}

  static void write(SerializerDescriber to, Object s, boolean top) {
    Object schema = Members.field(s, "runtimeSchema");
    if (schema == null) {
      Object holder = Members.field(s, "schema");
      schema = holder == null ? null : Members.call(holder, "getAvroSchema");
    }
    Object type = Members.field(s, "type");
    if (schema == null && type instanceof Class) {
      schema = staticSchema((Class<?>) type);
    }
    if (schema == null && type instanceof Class) {
      schema = reflected(s.getClass().getClassLoader(), (Class<?>) type);
    }
    if (schema == null) {
      to.opaque(s, "the Avro schema is not known before the first record");
      return;
    }
    DescriptorText out = to.begin("avro", s, SerializerDescriber.of(type));
    out.member("schema", schema.toString()).raw("}");
  }

  /** Of a plain class Flink lets Avro make the schema, before the first record. */
  private static Object reflected(ClassLoader avro, Class<?> type) {
    try {
      Class<?> data = Class.forName("org.apache.avro.reflect.ReflectData", true, avro);
      Object model = data.getConstructor(ClassLoader.class).newInstance(type.getClassLoader());
      return data.getMethod("getSchema", Type.class).invoke(model, type);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      return null;
    }
  }

  /** Classes that Avro generates carry their schema in a constant. */
  private static Object staticSchema(Class<?> type) {
    try {
      Field f = type.getDeclaredField("SCHEMA$");
      f.setAccessible(true);
      return f.get(null);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }
}
