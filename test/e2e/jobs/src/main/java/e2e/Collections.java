package e2e;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/** Keeps lists and maps away from Kryo, which is what Flink 1 chooses for them. */
final class Collections {
  private Collections() {}

  /** Lists of text. */
  public static final class Texts extends TypeInfoFactory<List<String>> {
    @Override
    public TypeInformation<List<String>> createTypeInfo(
        Type type, Map<String, TypeInformation<?>> parameters) {
      return Types.LIST(Types.STRING);
    }
  }

  /** Numbers by name. */
  public static final class Weights extends TypeInfoFactory<Map<String, Long>> {
    @Override
    public TypeInformation<Map<String, Long>> createTypeInfo(
        Type type, Map<String, TypeInformation<?>> parameters) {
      return Types.MAP(Types.STRING, Types.LONG);
    }
  }
}
