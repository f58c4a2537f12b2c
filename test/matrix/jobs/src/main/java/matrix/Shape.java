package matrix;

import java.util.Map;

/** A job of one form, with what is known of it beforehand. */
final class Shape {
  /** Makes the job's operators, from sources to the sink. */
  interface Plan {
    void make(World world) throws Exception;
  }

  final String name;

  /** Items of all its sources. */
  final long items;

  /** How many records are dropped, by the reason's name. */
  final Map<String, Long> drops;

  final Plan plan;

  Shape(String name, long sources, Map<String, Long> drops, Plan plan) {
    this.name = name;
    items = sources * Item.COUNT;
    this.drops = drops;
    this.plan = plan;
  }

  Shape(String name, long sources, Plan plan) {
    this(name, sources, Map.of(), plan);
  }
}
