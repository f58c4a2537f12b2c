/**
 * Finds reads of clocks and random numbers in the code of users, in generated code, and in the few
 * classes of Flink that read them while a task works, and puts a call behind each that tells what
 * it gave. The read itself and what it gives to the code stay as they are.
 */
package dev.sightglass.agent.hooks.reads;
