package dev.sightglass.agent.hooks.weave;

import dev.sightglass.bootstrap.Hooks;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.tree.ClassNode;

/** What is put into one class, all of it or nothing. */
public final class Hook {
  private final String id;
  private final String className;
  private final List<Edit> edits;
  private final String having;
  private final int need;

  private Hook(Builder b) {
    having = b.having;
    need = b.need;
    id = b.id;
    className = b.className;
    edits = List.copyOf(b.edits);
  }

  /** Name in the self-test and in the option {@code off}. */
  public String id() {
    return id;
  }

  /** What it is for, {@link Hooks#ALWAYS} and others. */
  public int need() {
    return need;
  }

  /** Internal name of the class. */
  public String className() {
    return className;
  }

  /** Whether it is about a class of this shape; what another version has by the name may not be. */
  boolean isAbout(ClassNode c) {
    return having == null || c.methods.stream().anyMatch(m -> m.name.equals(having));
  }

  List<Edit> edits() {
    return edits;
  }

  /**
   * @param className internal name
   */
  public static Builder of(String id, String className) {
    return new Builder(id, className);
  }

  /** Collects the edits of a hook. */
  public static final class Builder {
    private final String id;
    private final String className;
    private final List<Edit> edits = new ArrayList<>();
    private String having;
    private int need = Hooks.ALWAYS;

    private Builder(String id, String className) {
      this.id = id;
      this.className = className;
    }

    /** Calls probes around a method; {@code descriptor} is a regular expression or null. */
    public Builder around(String method, String descriptor, Call enter, Call leave, Call fail) {
      edits.add(new Around(method, descriptor, enter, -1, leave, fail, false));
      return this;
    }

    /** {@link #around} with nothing but the entry. */
    public Builder enter(String method, String descriptor, Call enter) {
      edits.add(new Around(method, descriptor, enter, -1, null, null, false));
      return this;
    }

    /** {@link #enter} of a method that is called rarely: every call counts in the self-test. */
    public Builder enterRare(String method, String descriptor, Call enter) {
      edits.add(new Around(method, descriptor, enter, -1, null, null, true));
      return this;
    }

    /** Calls a probe at each normal exit of a method or constructor that is called rarely. */
    public Builder leaveRare(String method, String descriptor, Call leave) {
      edits.add(new Around(method, descriptor, null, -1, leave, null, true));
      return this;
    }

    /** {@link #around} of a method that is called rarely. */
    public Builder aroundRare(String method, String descriptor, Call enter, Call leave, Call fail) {
      edits.add(new Around(method, descriptor, enter, -1, leave, fail, true));
      return this;
    }

    /** {@link #around} where the caller gets what {@code leave} gives. */
    public Builder aroundResult(
        String method, String descriptor, Call enter, Call leave, Call fail) {
      edits.add(new Around(method, descriptor, enter, -1, leave, fail, false, true));
      return this;
    }

    /** Calls a probe at each normal exit of a method or constructor. */
    public Builder leave(String method, String descriptor, Call leave) {
      edits.add(new Around(method, descriptor, null, -1, leave, null, false));
      return this;
    }

    /** Replaces an argument by what a probe gives. */
    public Builder replace(String method, String descriptor, int argument, Call with) {
      edits.add(new Around(method, descriptor, with, argument, null, null, false));
      return this;
    }

    /**
     * Calls a probe at each normal exit of a default method of an interface that the class
     * implements itself and does not override.
     */
    public Builder leaveInherited(String owner, String method, String descriptor, Call leave) {
      edits.add(new Inherited(owner, method, descriptor, leave));
      return this;
    }

    /**
     * {@link #leaveInherited} of a method of the superclass, which must have it and leave it open
     * to be overridden.
     */
    public Builder leaveOfSuper(String method, String descriptor, Call leave) {
      edits.add(new Inherited(null, method, descriptor, leave));
      return this;
    }

    /** Calls probes around the calls of an interface's void method within the class. */
    public Builder redirect(
        String owner, String method, String descriptor, Call enter, Call leave, Call fail) {
      edits.add(new Redirect(owner, method, descriptor, enter, leave, fail));
      return this;
    }

    /**
     * Calls a probe at a place inside of a method; each time counts in the self-test.
     *
     * @param method regular expression
     * @param locals variables that the probe's values name; with a {@code ?} behind it, one that
     *     may be out of scope
     */
    public Builder at(String method, String descriptor, Place place, Call probe, String... locals) {
      edits.add(new Site(method, descriptor, place, probe, locals, true));
      return this;
    }

    /** {@link #at} a place that many come by: that it ran at all counts in the self-test. */
    public Builder atOften(
        String method, String descriptor, Place place, Call probe, String... locals) {
      edits.add(new Site(method, descriptor, place, probe, locals, false));
      return this;
    }

    /** The hook is only for something, and rests while nobody records that. */
    public Builder only(int need) {
      this.need = need;
      return this;
    }

    /** The hook is only about classes that have such a method: others are left alone. */
    public Builder having(String method) {
      having = method;
      return this;
    }

    public Hook build() {
      return new Hook(this);
    }
  }
}
