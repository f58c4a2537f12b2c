package dev.sightglass.agent.hooks.serializers;

/** How the serializers of one class are described. */
interface Format {
  /**
   * Writes exactly one descriptor of {@code s}.
   *
   * @param top whether {@code s} is what the caller asked for, not a part of it
   */
  void write(SerializerDescriber to, Object s, boolean top);

  /** A kind without members. */
  static Format plain(String t) {
    return (to, s, top) -> to.begin(t, s, null).raw("}");
  }

  /** A kind around one other serializer, which is the field {@code field} of {@code s}. */
  static Format around(String t, String member, String field) {
    return (to, s, top) -> to.wrap(t, s, null, member, Members.field(s, field)).raw("}");
  }

  /** A kind of two other serializers. */
  static Format pair(String t, String member, String field, String other, String otherField) {
    return (to, s, top) -> {
      to.wrap(t, s, null, member, Members.field(s, field));
      to.child(other, Members.field(s, otherField)).raw("}");
    };
  }

  /** A serializer that writes what the one in its field {@code field} writes. */
  static Format same(String field) {
    return (to, s, top) -> to.node(Members.field(s, field), top);
  }
}
