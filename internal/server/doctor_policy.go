package server

import (
	"fmt"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/ingest"
	"github.com/sightglass/sightglass/internal/steering"
)

// settled is how long an agent may follow another version before it counts as lagging; it reports every 5 s.
const settled = 10 * time.Second

// checkPolicy looks at the recording policy: is its file in force, and do all agents follow it?
func checkPolicy(st steering.State, agents []ingest.AgentStatus, now time.Time) api.Check {
	c := api.Check{Check: "recording policy", State: stateOK, Detail: fmt.Sprintf("version %s, all agents follow it; %d changes of levels hold", st.Told, len(st.Changes))}
	if st.Number == 0 {
		c.Detail = "nobody wrote one: every operator is recorded at the server's level"
	}
	var lag, refuse, silent []string
	for _, a := range agents {
		who := fmt.Sprintf("%s pid %d", a.Host, a.PID)
		switch {
		case !a.Connected || now.Sub(a.Since) < settled:
		case a.Policy.Version == "":
			silent = append(silent, who+" (agent "+a.Agent+")")
		case a.Policy.Refused == st.Told:
			refuse = append(refuse, who+": "+a.Policy.Why)
		case a.Policy.Version != st.Told:
			lag = append(lag, who+" follows "+a.Policy.Version)
		}
	}
	switch {
	case len(st.Problems) > 0:
		c.State = stateFail
		c.Detail = fmt.Sprintf("%s has %d mistakes, version %d stays in force; the first: %s", st.File, len(st.Problems), st.Number, st.Problems[0])
		c.Fix = "sightglass policy check " + st.File + " names them all"
	case len(refuse) > 0:
		c.State, c.Detail = stateFail, "not followed by "+strings.Join(refuse, "; ")
		c.Fix = "restart these processes with the agent that this server wrote; what they had in force goes on"
	case len(lag) > 0:
		c.State, c.Detail = stateWarn, "version "+st.Told+"; "+strings.Join(lag, "; ")
		c.Fix = "they are told again every few seconds; look at their connection"
	case len(silent) > 0:
		c.State, c.Detail = stateWarn, "it is not known whether these follow it: "+strings.Join(silent, "; ")
		c.Fix = "restart these processes with the agent that this server wrote, when it suits"
	}
	for name, u := range st.Unclear {
		if c.State == stateOK {
			c.State, c.Detail = stateWarn, fmt.Sprintf("the predicate of trigger %s could not be told for %d events: %s", name, u.Events, u.Last)
			c.Fix = "guard it, as in has(value.amount) && value.amount > 1000"
		}
	}
	return c
}

// checkBudgets tells where recording has gone back.
func checkBudgets(agents []ingest.AgentStatus) api.Check {
	var back []string
	for _, a := range agents {
		if a.Connected && a.Governor.Step > 0 {
			back = append(back, fmt.Sprintf("%s pid %d: %s (%s)", a.Host, a.PID, a.Governor.Text, a.Governor.Why))
		}
	}
	c := api.Check{Check: "budgets", State: stateOK, Detail: "no agent has gone back to stay within one"}
	if len(back) > 0 {
		c.State, c.Detail = stateWarn, "recording has gone back: "+strings.Join(back, "; ")
		c.Fix = "sightglass doctor --job JOB says what the budget is spent on; raise it in the policy, or lower levels"
	}
	return c
}
