package api

import (
	"fmt"
	"strings"
)

// Reference is docs/reference/http.md: the route table with the action of each route.
func Reference() ([]byte, error) {
	a, err := described()
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("# HTTP API\n\nGenerated from the route table (`make gen`). Shapes and meanings: [spec/api.md](../../spec/api.md); for machines:\n" +
		"[spec/openapi.json](../../spec/openapi.json), also served at `" + Base + "/openapi.json`.\n\n")
	b.WriteString("| route | action | parameters | answers |\n|---|---|---|---|\n")
	for _, r := range a.service.table {
		var names []string
		for _, p := range a.service.operationOf(r).Parameters {
			if p.In != "path" {
				names = append(names, "`"+p.Name+"`")
			}
		}
		fmt.Fprintf(&b, "| `%s %s%s` | %s | %s | %s |\n", a.service.methods[r.id], Base, r.path, r.action, strings.Join(names, " "), r.summary)
	}
	b.WriteString("\nWithout a token: `GET /healthz` (the process lives), `GET /readyz` (it takes blocks and answers; 503 with the reason otherwise).\n" +
		"`GET /metrics`: [metrics.md](metrics.md).\n\n" +
		"Errors are `application/problem+json` with `detail` (what happened), `hint` (what to do) and `request_id` (stands in the server's log).\n")
	return []byte(b.String()), nil
}
