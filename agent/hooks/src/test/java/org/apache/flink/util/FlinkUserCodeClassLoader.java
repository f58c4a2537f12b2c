package org.apache.flink.util;

/** Stands for the base class of Flink's loaders of jobs' jars. */
public abstract class FlinkUserCodeClassLoader extends ClassLoader {
  protected FlinkUserCodeClassLoader(ClassLoader parent) {
    super(parent);
  }
}
