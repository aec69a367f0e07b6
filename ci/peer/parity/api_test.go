package parity

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// answer is what an HTTP request brought.
type answer struct {
	status int
	kind   string // Content-Type
	body   []byte
}

// get asks for a path below the server's root.
func get(ctx context.Context, in *instance.Instance, path string, params url.Values) (answer, error) {
	if len(params) > 0 {
		path += "?" + params.Encode()
	}
	return request(ctx, http.MethodGet, in.URL+path, "", nil)
}

func request(ctx context.Context, method, to, kind string, body io.Reader) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, to, body)
	if err != nil {
		return answer{}, err
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	return do(http.DefaultClient, req)
}

func do(c *http.Client, req *http.Request) (answer, error) {
	resp, err := c.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header.Get("Content-Type"), raw}, err
}

// params makes url.Values of pairs.
func params(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// seconds is a time as the API takes it.
func seconds(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64)
}

// ask gets a path of API v1, which must succeed, and returns its data.
func ask(t *testing.T, in *instance.Instance, path string, v url.Values) any {
	t.Helper()
	data, err := askErr(t.Context(), in, path, v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func askErr(ctx context.Context, in *instance.Instance, path string, v url.Values) (any, error) {
	a, err := get(ctx, in, "/api/v1/"+path, v)
	if err != nil {
		return nil, err
	}
	var out struct {
		Status, Error string
		Data          any
	}
	if err := json.Unmarshal(a.body, &out); err != nil {
		return nil, fmt.Errorf("%s answered %d, not JSON: %.200s", path, a.status, a.body)
	}
	if out.Status != "success" {
		return nil, fmt.Errorf("%s answered %d: %s", path, a.status, out.Error)
	}
	return out.Data, nil
}

// results returns how many series an instant query has.
func results(ctx context.Context, in *instance.Instance, query string) (int, error) {
	data, err := askErr(ctx, in, "query", params("query", query))
	if err != nil {
		return 0, err
	}
	series, _ := data.(map[string]any)["result"].([]any)
	return len(series), nil
}

// awaitResult waits until a query has a result.
func awaitResult(t *testing.T, in *instance.Instance, query string) {
	t.Helper()
	eventually(t, time.Minute, func(ctx context.Context) error {
		n, err := results(ctx, in, query)
		if err == nil && n == 0 {
			err = fmt.Errorf("no result for %s", query)
		}
		return err
	})
}

// passed returns a moment of which the demo job's samples are all stored, so that
// two queries for it have the same to answer. Of the present that is not true: a
// sample's time is when its scrape began, and it is stored when that has ended.
func passed(t *testing.T, in *instance.Instance) time.Time {
	t.Helper()
	at := time.Now()
	// One target's scrapes follow each other, so a newer one says that the older ended.
	awaitResult(t, in, "timestamp(demo_level) > "+seconds(at))
	return at
}

// same fails the test if two JSON values differ.
func same(t *testing.T, what string, theirs, got any) {
	t.Helper()
	if d := cmp.Diff(theirs, got); d != "" {
		if len(d) > 2000 {
			d = d[:2000] + "…"
		}
		t.Errorf("%s differs (-prometheus +monitoring-server):\n%s", what, d)
	}
}

// inline joins lines of YAML that belong to one test.
func inline(lines ...string) string { return strings.Join(lines, "\n") + "\n" }
