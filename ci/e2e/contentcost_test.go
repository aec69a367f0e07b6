package e2e

import (
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// What one turn of all rules costs of a CPU, on the series of a real cluster. The
// measurement needs upstream's engine, so it is a test of the rules' own module;
// this one gives it the series and the expressions that the server runs.
func TestCostOfRules(t *testing.T) {
	c := connect(t)
	command := os.Getenv("E2E_RULES_COST")
	if command == "" {
		t.Skip("E2E_RULES_COST is not set: no command to measure what rules cost (make e2e has one)")
	}
	var all content
	c.addRules(t, &all)
	type rule struct {
		Expr  string  `json:"expr"`
		Every float64 `json:"every"` // seconds
	}
	var exprs []rule
	for _, q := range all.queries {
		exprs = append(exprs, rule{q.filled, q.every})
	}
	list, err := json.Marshal(exprs)
	if err != nil {
		t.Fatal(err)
	}
	series, err := c.get(t.Context(), "server", "http", "federate", url.Values{"match[]": {`{__name__=~".+"}`}})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "bash", "-c", command)
	cmd.Env = os.Environ()
	for name, data := range map[string][]byte{"SERIES": series, "EXPRS": list} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(cmd.Env, name+"="+file)
	}
	out, err := cmd.CombinedOutput()
	t.Logf("%d groups\n%s", all.groups, out)
	if err != nil {
		t.Errorf("%s: %v", command, err)
	}
}
