// Package sidecar asks a job's own classes what its bytes mean: what Kryo wrote, what serializers of the job's own wrote.
//
// They run in JVMs of their own, which are started when somebody looks at such a value and ended when nobody does, with bounded
// memory and time: what hangs, grows or ends the JVM costs that value, never the server. spec/sidecar.md has the protocol.
package sidecar
