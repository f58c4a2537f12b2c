/**
 * Describes Flink's serializer instances as descriptor trees, the JSON of {@code
 * spec/serializers.md}: {@link dev.sightglass.agent.hooks.serializers.SerializerDescriber} is the
 * entry. Reads Flink's objects by reflection, on the slow path of a task's start only.
 */
package dev.sightglass.agent.hooks.serializers;
