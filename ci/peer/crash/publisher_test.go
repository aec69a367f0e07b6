package crash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/livedir"
)

// publisher does what the sidecar does: it publishes generations and asks the
// server to take them over. It outlives the server.
type publisher struct {
	live   *livedir.Dir
	client *http.Client
	target string
	number int
	// confirmed is the digest that the server last said it runs, trying the one
	// that it was last asked to run.
	confirmed, trying string
	reloads           int
}

func newPublisher(r *rig, target string) *publisher {
	r.t.Helper()
	live, err := livedir.Open(r.live)
	if err != nil {
		r.t.Fatal(err)
	}
	return &publisher{live: live, target: target, client: &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, // the server at the other end is another one each time
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", r.socket)
		},
	}}}
}

// bundle differs from the last one in one of three drop-ins.
func (p *publisher) bundle() (*dropin.Bundle, error) {
	p.number++
	var checked []dropin.Checked
	for _, it := range []struct {
		kind dropin.Kind
		name string
		text string
	}{
		{dropin.KindScrape, "jobs", "scrape_configs: [{job_name: demo, static_configs: [{targets: ['" + p.target + "']}]}]\n"},
		{dropin.KindRules, "alerts", "groups: [{name: g, rules: [{alert: Pending, expr: vector(1), for: 1h}]}]\n"},
		{dropin.KindRules, "records", fmt.Sprintf("groups: [{name: g, rules: [{record: crash_generation, expr: vector(%d)}]}]\n", p.number)},
	} {
		c := dropin.Check(dropin.Item{
			Ref:  dropin.Ref{Namespace: "team", Name: it.name, Key: "drop-in.yaml"},
			Kind: it.kind, Data: []byte(it.text), Created: time.Unix(1e9, 0),
		}, dropin.Policy{Trusted: []string{"team"}})
		if !c.OK() {
			return nil, fmt.Errorf("drop-in %s: %v", it.name, c.Problems)
		}
		checked = append(checked, c)
	}
	b, problems := dropin.Assemble(checked, dropin.Policy{Trusted: []string{"team"}})
	if len(problems) > 0 {
		return nil, fmt.Errorf("assemble: %v", problems)
	}
	return b, nil
}

// publish makes the next generation current, without telling the server.
func (p *publisher) publish() error {
	b, err := p.bundle()
	if err != nil {
		return err
	}
	p.trying = b.Digest()
	if _, err := p.live.Publish(b); err != nil {
		return err
	}
	// The sidecar does not wait for it. Here it makes no difference but that what
	// is previous does not depend on how fast the disk is.
	if f := p.live.StartFlush(); f != nil {
		err := f.Run()
		p.live.Flushed(f, err)
		if err != nil {
			return err
		}
	}
	return p.live.Prune()
}

// errUnanswered says that the server went away before it answered.
var errUnanswered = errors.New("no answer to a reload")

// reload asks the server to take over what is current.
func (p *publisher) reload(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://server/-/reload", nil)
	if err != nil {
		return err
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnanswered, err)
	}
	defer resp.Body.Close()
	var answer struct{ Status, Digest, Error string }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%w: %w", errUnanswered, err)
	}
	if answer.Status != "success" || answer.Digest != p.trying {
		return fmt.Errorf("asked to run %s the server answered %d %+v", p.trying, resp.StatusCode, answer)
	}
	p.live.Confirm()
	p.confirmed = p.trying
	p.reloads++
	return nil
}

// mustReload publishes the next generation and insists that it is taken over.
func (p *publisher) mustReload(t *testing.T) {
	t.Helper()
	if err := errors.Join(p.publish(), p.reload(t.Context())); err != nil {
		t.Fatal(err)
	}
}
