package alertmanager

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Two teams' routes get their own namespace's alerts and no others; what no route
// matches is the platform's; a trusted namespace matches everywhere.
func TestRouting(t *testing.T) {
	r := newRig(t)
	for _, team := range []string{"blue", "red"} {
		r.drop(team, "alerts", fmt.Sprintf("route: {receiver: hook}\nreceivers: [{name: hook, webhook_configs: [{url: URL/%s}]}]\n", team))
	}
	r.drop("monitoring", "alerts", "route: {receiver: all, matchers: ['alertname=~\".+\"']}\nreceivers: [{name: all, webhook_configs: [{url: URL/all}]}]\n")
	r.start()
	r.await("blue/alerts/am.yaml=active", "monitoring/alerts/am.yaml=active", "red/alerts/am.yaml=active")
	r.fire("Blue", "blue")
	r.fire("Red", "red")
	r.fire("Other", "other")
	r.received("/blue", "Blue")
	r.received("/red", "Red")
	r.received("/all", "Blue", "Other", "Red")

	// Without the trusted one, what is nobody's falls to the root's receiver.
	r.drop("monitoring", "alerts", "receivers: [{name: all}]\n")
	r.drop("blue", "alerts", "route: {receiver: hook}\nreceivers: [{name: hook, webhook_configs: [{url: URL/blue2}]}]\n")
	r.confirmed("/blue2")
	r.fire("Late", "other")
	r.fire("LateBlue", "blue")
	r.received("/platform", "Late", "Other")
	r.until(func() error {
		if got := r.got.at("/blue2"); !slices.Contains(got, "LateBlue") {
			return fmt.Errorf("/blue2 got %v", got)
		}
		return nil
	})
}

// Only Alertmanager knows the files beside it. A trusted drop-in that names one that
// is not there makes it refuse the whole configuration; the sidecar finds it.
func TestOneThatAlertmanagerRefuses(t *testing.T) {
	r := newRig(t)
	r.drop("blue", "alerts", "route: {receiver: hook}\nreceivers: [{name: hook, webhook_configs: [{url: URL/blue}]}]\n")
	r.start()
	r.await("blue/alerts/am.yaml=active")
	r.drop("monitoring", "bad", "route: {receiver: x, matchers: ['a=b']}\nreceivers: [{name: x, incidentio_configs: [{url: URL/x, alert_source_token_file: /nowhere/token}]}]\n")
	r.drop("red", "alerts", "route: {receiver: hook}\nreceivers: [{name: hook, webhook_configs: [{url: URL/red}]}]\n")
	r.await("blue/alerts/am.yaml=active", "monitoring/bad/am.yaml=rejected", "red/alerts/am.yaml=active")
	// The sidecar tries it again now and then, and meanwhile it has no problem.
	r.until(func() error {
		for _, d := range r.side.Status().DropIns {
			if d.Ref.Name == "bad" && len(d.Problems) == 1 && d.Problems[0].Code == dropin.CodeServerRefused {
				return nil
			}
		}
		return fmt.Errorf("it is not said why: %v", r.side.Status().DropIns)
	})
	r.fire("Red", "red")
	r.received("/red", "Red")
	// And when it can be loaded again, it is.
	r.write("token", "t")
	r.drop("monitoring", "bad", fmt.Sprintf("receivers: [{name: x, incidentio_configs: [{url: URL/x, alert_source_token_file: %s}]}]\n", filepath.Join(r.dir, "token")))
	r.await("blue/alerts/am.yaml=active", "monitoring/bad/am.yaml=active", "red/alerts/am.yaml=active")
}
