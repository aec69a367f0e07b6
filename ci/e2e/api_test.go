package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// get asks a Service of the release, named without the release's name, through the API server's proxy.
func (c *cluster) get(ctx context.Context, service, port, path string, params url.Values) ([]byte, error) {
	req := c.client.CoreV1().RESTClient().Get().
		Namespace(c.namespace).Resource("services").Name(c.release + "-" + service + ":" + port).
		SubResource("proxy").Suffix(path)
	for k, vs := range params {
		for _, v := range vs {
			req = req.Param(k, v)
		}
	}
	return req.DoRaw(ctx)
}

// prometheus asks the server's API v1 and decodes the answer's data into out.
func (c *cluster) prometheus(ctx context.Context, path string, params url.Values, out any) error {
	raw, err := c.get(ctx, "server", "http", "/api/v1/"+path, params)
	if err != nil {
		return fmt.Errorf("%w: %s", err, bytes.TrimSpace(raw))
	}
	var envelope struct {
		Status string
		Error  string
		Data   json.RawMessage
	}
	if err := json.Unmarshal(raw, &envelope); err != nil {
		return fmt.Errorf("decode /api/v1/%s: %w", path, err)
	}
	if envelope.Status != "success" {
		return fmt.Errorf("/api/v1/%s: %s", path, envelope.Error)
	}
	return json.Unmarshal(envelope.Data, out)
}

// query evaluates expr now and returns one value for each series, keyed by its labels.
func (c *cluster) query(ctx context.Context, expr string) (map[string]float64, error) {
	var data struct {
		Result []struct {
			Metric map[string]string
			Value  [2]any
		}
	}
	if err := c.prometheus(ctx, "query", url.Values{"query": {expr}}, &data); err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for _, r := range data.Result {
		s, _ := r.Value[1].(string)
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, fmt.Errorf("value of %v: %w", r.Metric, err)
		}
		key, _ := json.Marshal(r.Metric)
		out[string(key)] = v
	}
	return out, nil
}

// scalar evaluates expr, which must give exactly one series.
func (c *cluster) scalar(ctx context.Context, expr string) (float64, error) {
	vs, err := c.query(ctx, expr)
	if err != nil {
		return 0, err
	}
	if len(vs) != 1 {
		return 0, fmt.Errorf("%s: %d series, want 1", expr, len(vs))
	}
	for _, v := range vs {
		return v, nil
	}
	panic("unreachable")
}

type target struct {
	ScrapePool string
	ScrapeURL  string
	Labels     map[string]string
	Health     string
	LastError  string
}

func (c *cluster) targets(ctx context.Context, pool string) ([]target, error) {
	params := url.Values{"state": {"active"}}
	if pool != "" {
		params.Set("scrapePool", pool)
	}
	var data struct{ ActiveTargets []target }
	err := c.prometheus(ctx, "targets", params, &data)
	return data.ActiveTargets, err
}

type ruleGroup struct {
	Name, File     string
	LastEvaluation time.Time
	Rules          []struct {
		Name, Query, Health, State string
		Alerts                     []struct {
			State    string
			ActiveAt time.Time
		}
	}
}

// groups returns the rule groups of one drop-in.
func (c *cluster) groups(ctx context.Context, ref string) ([]ruleGroup, error) {
	var data struct{ Groups []ruleGroup }
	err := c.prometheus(ctx, "rules", url.Values{"file[]": {ref}}, &data)
	return data.Groups, err
}

func ref(parts ...string) string { return strings.Join(parts, "/") }
