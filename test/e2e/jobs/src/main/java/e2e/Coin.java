package e2e;

import java.io.IOException;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A value with a serializer of the job's own. */
public final class Coin {
  final long cents;
  final String mint;

  Coin(long cents, String mint) {
    this.cents = cents;
    this.mint = mint;
  }

  /** Writes a coin backwards, as no serializer of Flink would. */
  public static final class Press extends TypeSerializerSingleton<Coin> {
    private static final long serialVersionUID = 1;

    @Override
    public void serialize(Coin coin, DataOutputView out) throws IOException {
      out.writeUTF(new StringBuilder(coin.mint).reverse().toString());
      out.writeLong(Long.reverse(coin.cents));
    }

    @Override
    public Coin deserialize(DataInputView in) throws IOException {
      String mint = new StringBuilder(in.readUTF()).reverse().toString();
      return new Coin(Long.reverse(in.readLong()), mint);
    }

    @Override
    public Coin deserialize(Coin reuse, DataInputView in) throws IOException {
      return deserialize(in);
    }

    @Override
    public void copy(DataInputView in, DataOutputView out) throws IOException {
      serialize(deserialize(in), out);
    }

    @Override
    public Coin createInstance() {
      return new Coin(0, "");
    }

    @Override
    public Coin copy(Coin from) {
      return from;
    }

    @Override
    public Coin copy(Coin from, Coin reuse) {
      return from;
    }

    @Override
    public boolean isImmutableType() {
      return true;
    }

    @Override
    public int getLength() {
      return -1;
    }

    @Override
    public TypeSerializerSnapshot<Coin> snapshotConfiguration() {
      return new Snapshot();
    }
  }

  /** Of {@link Press}, in a savepoint. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<Coin> {
    public Snapshot() {
      super(Press::new);
    }
  }

  /** The type that has {@link Press}. */
  static final class Type extends TypeInformation<Coin> {
    private static final long serialVersionUID = 1;

    // Of the two, Flink 1.20 asks for the first or the second, Flink 2.3 for the second.
    public TypeSerializer<Coin> createSerializer(ExecutionConfig config) {
      return new Press();
    }

    @Override
    public TypeSerializer<Coin> createSerializer(SerializerConfig config) {
      return new Press();
    }

    @Override
    public boolean isBasicType() {
      return false;
    }

    @Override
    public boolean isTupleType() {
      return false;
    }

    @Override
    public int getArity() {
      return 1;
    }

    @Override
    public int getTotalFields() {
      return 1;
    }

    @Override
    public Class<Coin> getTypeClass() {
      return Coin.class;
    }

    @Override
    public boolean isKeyType() {
      return false;
    }

    @Override
    public String toString() {
      return "Coin";
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Type;
    }

    @Override
    public int hashCode() {
      return Type.class.hashCode();
    }

    @Override
    public boolean canEqual(Object other) {
      return other instanceof Type;
    }
  }
}
