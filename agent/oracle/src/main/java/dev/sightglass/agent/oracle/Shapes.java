package dev.sightglass.agent.oracle;

import java.util.List;
import java.util.Map;

/** Classes as a job would have them, given to Flink's own type extraction. */
public final class Shapes {
  private Shapes() {}

  public static class Animal {
    public String name;
    public int age;
  }

  public static class Dog extends Animal {
    public boolean good;
    public Double weight;
  }

  public static class Cat extends Animal {
    public Long lives;
  }

  /** Fields out of order, boxed and private ones, a nested POJO and a nested subclass. */
  public static class Order {
    private String id;
    public double amount;
    public Animal pet;
    public long[] marks;
    public Integer zip;

    public String getId() {
      return id;
    }

    public void setId(String id) {
      this.id = id;
    }
  }

  /** Collections in fields: Kryo on 1.x, nullable collections from 2.0 on. */
  public static class Basket {
    public List<String> items;
    public Map<String, Integer> counts;
  }

  /** A Java record. */
  public record Point(String label, int x, Double y, Inner inner) {}

  /** A record in a record. */
  public record Inner(long id) {}

  /** A POJO whose fields hold anything; the serializer is told what. */
  public static class Bag {
    public Object a;
    public Object b;
    public Object c;
    public Object d;
  }
}
