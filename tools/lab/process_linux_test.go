package lab

import "testing"

func TestCPUOfABusyProcessGrows(t *testing.T) {
	p := shell(t, "while :; do :; done")
	await(t, func() bool {
		used, err := p.CPU()
		return err == nil && used > 0
	})
}
