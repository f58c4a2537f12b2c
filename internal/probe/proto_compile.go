package probe

type protoType struct{}

func (r *run) protoDocument() {}
