package e2e;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/** What Flink has no serializer for; Kryo writes it by a serializer that the job brings. */
public final class Parcel {
  final long number;
  final String label;

  Parcel(long number) {
    this.number = number;
    this.label = "parcel-" + number;
  }

  /** Writes the number alone: nothing but this class knows that a label belongs to it. */
  @SuppressWarnings({"rawtypes", "unchecked"}) // Flink 1.20 and 2.3 have different versions of Kryo
  public static final class Wire extends Serializer {
    @Override
    public void write(Kryo kryo, Output out, Object parcel) {
      out.writeLong(((Parcel) parcel).number);
    }

    @Override
    public Object read(Kryo kryo, Input in, Class type) {
      return new Parcel(in.readLong());
    }
  }
}
