package evaluator

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/api"
	apiv1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
)

// Remote asks another server, such as Thanos' querier, what rules ask for. It is
// for servers that have only some of the samples which a rule is about.
type Remote struct {
	// URL is where its API is, without /api/v1.
	URL *url.URL
	// Timeout bounds one question.
	Timeout time.Duration
	// Registerer gets a count of incomplete answers.
	Registerer prometheus.Registerer
}

// QueryFunc returns what rules are evaluated by.
//
// An answer that says it is not complete, as of a querier that does not reach
// every server, is taken: a server that is down must not silence every alert,
// that about itself among them. It is counted.
func (r Remote) QueryFunc() (rules.QueryFunc, error) {
	// The default transport keeps two idle connections for a host: the rules of
	// one second would open and close hundreds.
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	client, err := api.NewClient(api.Config{Address: r.URL.String(), RoundTripper: transport})
	if err != nil {
		return nil, fmt.Errorf("client for rules: %w", err)
	}
	incomplete := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "kube_monitoring_stack_server_rule_query_warnings_total",
		Help: "Answers to rules' queries that came with a warning, such as not being complete.",
	})
	if r.Registerer != nil {
		r.Registerer.MustRegister(incomplete)
	}
	remote := apiv1.NewAPI(client)
	return func(ctx context.Context, query string, at time.Time) (promql.Vector, error) {
		ctx, cancel := context.WithTimeout(ctx, r.Timeout)
		defer cancel()
		value, warnings, err := remote.Query(ctx, query, at)
		if err != nil {
			return nil, fmt.Errorf("ask %s: %w", r.URL.Redacted(), err)
		}
		if len(warnings) > 0 {
			incomplete.Inc()
		}
		return vector(value)
	}, nil
}

// vector is what a rule makes of an answer, as rules.EngineQueryFunc does.
func vector(value model.Value) (promql.Vector, error) {
	switch v := value.(type) {
	case *model.Scalar:
		return promql.Vector{{T: int64(v.Timestamp), F: float64(v.Value), Metric: labels.EmptyLabels()}}, nil
	case model.Vector:
		out := make(promql.Vector, 0, len(v))
		b := labels.NewScratchBuilder(0)
		for _, s := range v {
			if s.Histogram != nil {
				return nil, fmt.Errorf("the rule's result has native histograms, which the JSON of another server does not carry whole; take a rate, a quantile or a count of them")
			}
			b.Reset()
			for name, value := range s.Metric {
				b.Add(string(name), string(value))
			}
			b.Sort()
			out = append(out, promql.Sample{T: int64(s.Timestamp), F: float64(s.Value), Metric: b.Labels()})
		}
		return out, nil
	}
	return nil, fmt.Errorf("rule result is not a vector or scalar but a %s", value.Type())
}
