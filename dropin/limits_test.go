package dropin_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// aged is a good drop-in of a namespace, created at that minute.
func aged(t *testing.T, namespace string, minute int, kind dropin.Kind, text string) dropin.Checked {
	t.Helper()
	c := dropin.Check(dropin.Item{
		Ref:  dropin.Ref{Namespace: namespace, Name: fmt.Sprintf("cm-%d", minute), Key: "f.yaml"},
		Kind: kind, Data: []byte(text), Created: time.Unix(int64(60*minute), 0),
	}, policy)
	if !c.OK() {
		t.Fatal(c.Problems)
	}
	return c
}

const (
	twoRules = "groups: [{name: g, rules: [{record: a, expr: up}, {record: b, expr: up}]}]\n"
	oneJob   = "scrape_configs: [{job_name: a, static_configs: [{targets: [a:1]}]}]\n"
)

func TestNamespaceLimits(t *testing.T) {
	items := func(namespace string) []dropin.Checked {
		return []dropin.Checked{
			aged(t, namespace, 4, dropin.KindScrape, oneJob),
			aged(t, namespace, 2, dropin.KindRules, twoRules),
			aged(t, namespace, 3, dropin.KindRules, twoRules),
			aged(t, namespace, 1, dropin.KindScrape, oneJob),
		}
	}
	size := len(twoRules)
	for code, c := range map[dropin.Code]struct {
		limits dropin.Limits
		names  string // of the drop-ins that are refused
	}{
		dropin.CodeTooManyDropIns: {dropin.Limits{DropIns: 3}, "cm-4"},
		dropin.CodeTooManyJobs:    {dropin.Limits{Jobs: 1}, "cm-4"},
		dropin.CodeTooManyRules:   {dropin.Limits{Rules: 3}, "cm-3"},
		dropin.CodeTooManyBytes:   {dropin.Limits{Bytes: len(items("team")[3].Published) + size}, "cm-3 cm-4"},
		"none":                    {dropin.Limits{DropIns: 4, Jobs: 2, Rules: 4, Bytes: 1 << 20}, ""},
	} {
		t.Run(string(code), func(t *testing.T) {
			p := policy
			p.Limits = c.limits
			// Another namespace has room of its own, and a trusted one needs none.
			all := append(items("team"), aged(t, "other", 5, dropin.KindRules, twoRules))
			all = append(all, items(policy.Trusted[0])...)
			_, problems := dropin.Assemble(all, p)
			var names []string
			for _, pr := range problems {
				if pr.Ref.Namespace != "team" || pr.Code != code || !strings.Contains(pr.Remedy, "dropIns.limits.") {
					t.Errorf("got %s", pr)
				}
				names = append(names, pr.Ref.Name)
			}
			if got := strings.Join(names, " "); got != c.names {
				t.Errorf("refused %q, want %q", got, c.names)
			}
		})
	}
}
