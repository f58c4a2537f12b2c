package dev.sightglass.agent.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;

/** All kinds: those that are tried one by one, and groups that stand for one type together. */
final class Kinds {
  private Kinds() {}

  static List<Kind> single(Random seed) {
    List<Kind> basic = BasicKinds.all();
    Kind string = BasicKinds.STRING;
    Kind number = BasicKinds.LONG;
    List<Kind> k = new ArrayList<>(basic);
    k.addAll(BasicKinds.nulls());
    k.addAll(ArrayKinds.arrays());
    k.addAll(ArrayKinds.values());
    k.add(ComposedKinds.list(string));
    k.add(ComposedKinds.arrayList(string));
    k.add(ComposedKinds.map(string, number));
    if (ComposedKinds.set(string) != null) {
      k.add(ComposedKinds.set(string));
    }
    k.add(ComposedKinds.array(string));
    k.add(ComposedKinds.nullable(string, false));
    k.add(ComposedKinds.nullable(number, true));
    k.add(ComposedKinds.either(string, number));
    k.add(ComposedKinds.checked(string));
    k.add(ComposedKinds.tuple0());
    k.addAll(PojoKinds.all(LineKinds.COLLECTIONS_IN_POJOS));
    k.addAll(OperatorKinds.all(string, number));
    k.addAll(PatternKinds.all(string));
    k.addAll(LineKinds.all(string, number, OpaqueKinds.THROWABLE));
    k.addAll(TableKinds.state(string, number));
    k.addAll(AvroClasses.all());
    k.addAll(OpaqueKinds.all());
    return k;
  }

  static List<List<Kind>> groups(Random seed) {
    List<Kind> basic = BasicKinds.all();
    List<TableTypes.Type> leaves = TableTypes.leaves();
    List<List<Kind>> g = new ArrayList<>();
    for (int arity = 1; arity <= 25; arity++) {
      int n = arity;
      g.add(many(4, () -> ComposedKinds.tuple(ComposedKinds.many(seed, basic, 1, n))));
    }
    for (boolean named : new boolean[] {false, true}) {
      g.add(many(12, () -> ComposedKinds.row(ComposedKinds.many(seed, basic, 1, seed.nextInt(20)), true, named)));
      g.add(many(12, () -> ComposedKinds.row(ComposedKinds.many(seed, basic, 1, seed.nextInt(20)), false, named)));
    }
    g.add(many(60, () -> ComposedKinds.any(seed, basic, 4).as("nested")));
    for (Kind k : TableKinds.byType(leaves, seed)) {
      g.add(List.of(k));
    }
    for (int arity : new int[] {0, 1, 2, 3, 8, 55, 56, 57, 64, 120}) {
      g.add(many(2, () -> TableKinds.row(seed, leaves, arity).as("RowData of " + arity + " fields")));
    }
    g.add(many(60, () -> TableKinds.row(seed, leaves, 1 + seed.nextInt(6)).as("RowData nested")));
    g.add(TableKinds.arraysAndMaps(leaves, seed));
    g.add(TableKinds.others());
    List<Kind> avro = new ArrayList<>();
    for (Schema s : AvroKinds.leaves()) {
      avro.add(AvroKinds.kind("Avro " + name(s), AvroKinds.record(s, Schema.create(Schema.Type.LONG)), 3));
    }
    for (Kind k : avro) {
      g.add(List.of(k));
    }
    g.add(List.of(AvroKinds.kind("Avro recursive", AvroKinds.chain(), 4)));
    g.add(many(60, () -> AvroKinds.kind("Avro nested", AvroKinds.record(seed, 3), 6)));
    return g;
  }

  private static String name(Schema s) {
    String logical = s.getProp("logicalType");
    String type = s.getType().getName();
    return logical == null ? type : logical.equals("decimal") ? logical + " " + type : logical;
  }

  private static List<Kind> many(int n, java.util.function.Supplier<Kind> one) {
    List<Kind> k = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      k.add(one.get());
    }
    return k;
  }
}
