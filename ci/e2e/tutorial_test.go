package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// tutorialPart is a part of docs/tutorial.md: the YAML after its mark.
var tutorialPart = regexp.MustCompile("(?ms)^<!-- tutorial: ([a-z]+) -->\n```yaml\n(.*?)^```$")

// Who follows docs/tutorial.md, in a namespace that nobody trusts, gets from a
// Deployment to an alert.
func TestTutorial(t *testing.T) {
	t.Parallel()
	// A server that is restarted after a target went forgets to end its series, which then counts for five minutes.
	disturb(t)
	c := connect(t)
	kubectl := tool(t, "kubectl")
	data, err := os.ReadFile("../../docs/tutorial.md")
	if err != nil {
		t.Fatal(err)
	}
	ns := c.team(t)
	parts := map[string]string{}
	for _, m := range tutorialPart.FindAllStringSubmatch(string(data), -1) {
		parts[m[1]] = strings.ReplaceAll(m[2], "tutorial", ns)
	}
	apply := func(text string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), kubectl, "apply", "-f", "-")
		cmd.Stdin = strings.NewReader(text)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("kubectl apply: %v\n%s", err, out)
		}
	}
	for _, part := range []string{"application", "scrape", "rules", "alertmanager"} {
		if parts[part] == "" {
			t.Fatalf("docs/tutorial.md has no part %q", part)
		}
		apply(parts[part])
	}
	up := fmt.Sprintf(`sum(up{job="shop", namespace=%q})`, ns)
	await(t, 2*time.Minute, time.Second, "the shop is up", func(ctx context.Context) error {
		v, err := c.scalar(ctx, up)
		if err == nil && v != 1 {
			err = fmt.Errorf("%s is %v", up, v)
		}
		return err
	})

	t.Log("a rule that is wrong leaves the one before in force")
	apply(strings.Replace(parts["rules"], "expr: absent(up", "expr: absent((up", 1))
	c.awaitEvent(t, ns, "shop-rules", "Warning")
	await(t, time.Minute, time.Second, "the rule before is in force", func(ctx context.Context) error {
		groups, err := c.groups(ctx, ref(ns, "shop-rules", "rules.yaml"))
		if err == nil && len(groups) != 1 {
			err = fmt.Errorf("%d groups are in force", len(groups))
		}
		return err
	})
	apply(parts["rules"])

	// Before the first scrape the alert was right to fire.
	await(t, time.Minute, time.Second, "ShopDown is inactive", c.shopDown(ns, "inactive"))
	apply(strings.Replace(parts["application"], "spec:\n  selector:", "spec:\n  replicas: 0\n  selector:", 1))
	took := await(t, 90*time.Second, time.Second, "ShopDown fires", c.shopDown(ns, "firing"))
	t.Logf("without a shop the alert fires, %.0f s after it was stopped", took.Seconds())
}

// shopDown says whether the tutorial's alert in a namespace is in a state.
func (c *cluster) shopDown(ns, state string) func(context.Context) error {
	return func(ctx context.Context) error {
		groups, err := c.groups(ctx, ref(ns, "shop-rules", "rules.yaml"))
		if err != nil {
			return err
		}
		for _, g := range groups {
			for _, r := range g.Rules {
				if r.Name == "ShopDown" && r.State == state {
					return nil
				}
			}
		}
		return fmt.Errorf("no such alert in %+v", groups)
	}
}
