package sidecar

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// canary is a value that nobody may ever read but the neighbour.
const canary = "hunter2"

func secretOf(name string, kind dropin.Kind, text string) *corev1.Secret {
	versions++
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "team", Name: name, ResourceVersion: fmt.Sprint(versions),
			Labels: map[string]string{dropin.Label: string(kind)},
		},
		Data: map[string][]byte{"file.yaml": []byte(text)},
	}
}

func (f *fakeSource) putSecret(s *corev1.Secret) {
	o := FromSecret(s)
	f.deliver(Event{Key: o.Key, Object: o})
}

// A Secret goes the way of a ConfigMap, and a ConfigMap of the same name and key
// is something else.
func TestSecretIsADropInOfItsOwn(t *testing.T) {
	run(t, nil, func(b *bench) {
		b.source.put(configMap("api", "groups: [{name: g, rules: [{record: r, expr: vector(1)}]}]\n"))
		s := secretOf("api", dropin.KindRules, "groups: [{name: g, rules: [{record: r, expr: vector(2)}]}]\n")
		s.Data = map[string][]byte{"rules.yaml": s.Data["file.yaml"]}
		b.source.putSecret(s)
		b.source.synced()
		b.settle()
		want := map[string]State{"team/api/rules.yaml": StateActive, "team/api/secret:rules.yaml": StateActive}
		if got := b.states(); len(got) != 2 || got["team/api/rules.yaml"] != StateActive || got["team/api/secret:rules.yaml"] != StateActive {
			t.Errorf("got %v, want %v", got, want)
		}
		b.source.deliver(Event{Key: FromSecret(s).Key})
		b.settle()
		b.pass(DefaultOptions().HoldoffMax)
		if got := b.states(); len(got) != 1 || got["team/api/rules.yaml"] != StateActive {
			t.Errorf("after the Secret was deleted: %v", got)
		}
	})
}

// Whatever is wrong with a Secret, its value is in no log line, no Event, no
// status and no text that anybody is told.
func TestSecretValuesAreNeverTold(t *testing.T) {
	secrets := []*corev1.Secret{
		secretOf("syntax", dropin.KindScrape, "scrape_configs: [{job_name: a, basic_auth: {password: "+canary+"}\n"),
		secretOf("type", dropin.KindScrape, "scrape_configs: [{job_name: a, scrape_interval: "+canary+"}]\n"),
		secretOf("field", dropin.KindScrape, "scrape_configs: [{job_name: a, "+canary+": 1}]\n"),
		secretOf("target", dropin.KindScrape, "scrape_configs: [{job_name: a, static_configs: [{targets: ['http://"+canary+"/']}]}]\n"),
		secretOf("regex", dropin.KindScrape, "scrape_configs: [{job_name: a, relabel_configs: [{regex: '("+canary+"'}]}]\n"),
		secretOf("cert", dropin.KindScrape, "scrape_configs: [{job_name: a, tls_config: {ca: "+canary+"}}]\n"),
		secretOf("url", dropin.KindScrape, "scrape_configs: [{job_name: a, proxy_url: 'http://a:"+canary+"@ b'}]\n"),
		secretOf("job", dropin.KindScrape, "scrape_configs: [{job_name: "+canary+"}, {job_name: "+canary+"}]\n"),
		secretOf("promql", dropin.KindRules, "groups: [{name: g, rules: [{record: r, expr: 'a{b=\""+canary+"}'}]}]\n"),
		secretOf("template", dropin.KindRules, "groups: [{name: g, rules: [{alert: r, expr: up, labels: {a: '{{ "+canary+" }}'}}]}]\n"),
		secretOf("group", dropin.KindRules, "groups: [{name: "+canary+"}, {name: "+canary+"}]\n"),
		secretOf("label", dropin.Kind("odd"), canary),
		secretOf("refused", dropin.KindRules, "groups: [{name: g, rules: [{record: r, expr: 'vector(1)', labels: {a: "+canary+"}}]}]\n"),
	}
	var log bytes.Buffer
	var status []byte
	var verdicts []Verdict
	run(t, func(o *Options) {
		o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}, func(b *bench) {
		ref := dropin.Ref{Namespace: "team", Name: "refused", Key: "secret:file.yaml"}
		b.sink.set(func(_ context.Context, a apply) error {
			if _, in := a.items[ref.String()]; in {
				return &Refused{Reason: "cannot load", Items: []RefusedItem{{Ref: ref, Reason: "label " + canary + " is odd"}}}
			}
			return nil
		})
		for _, s := range secrets {
			b.source.putSecret(s)
		}
		b.source.synced()
		b.settle()
		for _, s := range secrets {
			if len(b.dropIn("team/"+s.Name+refKey(s)).Problems) == 0 {
				t.Errorf("%s has no problem", s.Name)
			}
		}
		raw, err := json.Marshal(b.Status())
		if err != nil {
			t.Fatal(err)
		}
		status, verdicts = raw, b.report.taken()
	})
	if len(verdicts) != len(secrets) {
		t.Errorf("%d verdicts on %d Secrets", len(verdicts), len(secrets))
	}
	events := NewEvents(fake.NewClientset(), "pod-0", slog.New(slog.DiscardHandler))
	for _, v := range verdicts {
		if m := events.event(v).Message; strings.Contains(m, canary) {
			t.Errorf("an Event says %s", m)
		}
	}
	for line := range strings.Lines(log.String() + string(status)) {
		if strings.Contains(line, canary) {
			t.Errorf("told: %s", line)
		}
	}
}

func refKey(s *corev1.Secret) string {
	if s.Name == "label" {
		return "/secret:"
	}
	return "/secret:file.yaml"
}

// Without named items the sidecar looks for the Secret at fault itself, and what
// the reader says meanwhile is not told either.
func TestSecretAtFaultIsFoundQuietly(t *testing.T) {
	var log bytes.Buffer
	run(t, func(o *Options) {
		o.Logger = slog.New(slog.NewTextHandler(&log, nil))
	}, func(b *bench) {
		b.sink.set(func(_ context.Context, a apply) error {
			if _, in := a.items["team/odd/secret:file.yaml"]; in {
				return &Refused{Reason: "it says " + canary}
			}
			return nil
		})
		b.source.put(rules("good", 1))
		b.source.putSecret(secretOf("odd", dropin.KindRules, "groups: [{name: g, rules: [{record: r, expr: vector(1)}]}]\n"))
		b.source.synced()
		b.settle()
		if got := b.states(); got["team/good/rules.yaml"] != StateActive || got["team/odd/secret:file.yaml"] != StateRejected {
			t.Errorf("got %v", got)
		}
		raw, err := json.Marshal(b.Status())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(log.String()+string(raw), canary) {
			t.Errorf("told: %s\n%s", log.String(), raw)
		}
	})
}
