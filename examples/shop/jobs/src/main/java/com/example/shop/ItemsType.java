package com.example.shop;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/** Keeps the items of an order away from Kryo, which is what Flink 1 chooses for a list. */
public class ItemsType extends TypeInfoFactory<List<Order.Item>> {
  @Override
  public TypeInformation<List<Order.Item>> createTypeInfo(
      Type type, Map<String, TypeInformation<?>> parameters) {
    return Types.LIST(Types.POJO(Order.Item.class));
  }
}
