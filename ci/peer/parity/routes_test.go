package parity

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// how says how two answers are compared, beyond status and Content-Type.
type how string

const (
	equal  how = "equal"  // the same bytes, or the same JSON whatever the order of lists
	shaped how = "shape"  // the same JSON shape
	status how = "status" // no bodies
	code   how = "code"   // the status code alone: ours says more, see the contract of /-/reload
)

// call is one request to both servers.
type call struct {
	route string // as upstream registers it: "GET /label/:name/values"
	path  string // what is asked for, with parameters
	kind  string // Content-Type of the body
	body  string
	how   how
	free  []string // see shape
	but   string   // a part of the data that is not compared
}

// TestAPIRoutes calls every route that upstream's API v1 registers on both
// servers, which have the same data, configuration and rules.
func TestAPIRoutes(t *testing.T) {
	t.Parallel()
	pair := servePair(t)
	calls := apiCalls(pair.at)

	want := upstreamRoutes(t)
	if len(want) < 50 {
		t.Fatalf("only %d routes found in upstream's source", len(want))
	}
	for _, r := range want {
		if !slices.ContainsFunc(calls, func(c call) bool { return c.route == r }) {
			t.Errorf("route %s of upstream's API is in no call of this test", r)
		}
	}
	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "route\trequest\tprometheus\tmonitoring-server\tcompared\tresult")
	for _, c := range calls {
		if !slices.Contains(want, c.route) {
			t.Errorf("upstream has no route %s", c.route)
		}
		theirs, mine := c.on(t, pair.theirs, "/api/v1"), c.on(t, pair.ours, "/api/v1")
		verdict := "same"
		if d := c.differ(theirs, mine); d != "" {
			verdict = "DIFFERENT"
			t.Errorf("%s, %s:\n%s", c.route, c.path, d)
		}
		fmt.Fprintf(w, "%s\t%.60s\t%d\t%d\t%s\t%s\n", c.route, c.path, theirs.status, mine.status, c.how, verdict)
	}
	w.Flush()
	t.Logf("%d routes, %d requests\n%s", len(want), len(calls), table.String())
}

// TestWebRoutes does the same for what Prometheus serves beside its API.
func TestWebRoutes(t *testing.T) {
	t.Parallel()
	pair := servePair(t)
	for _, c := range webCalls() {
		if c.path == "" {
			_, c.path, _ = strings.Cut(c.route, " ")
		}
		theirs, mine := c.on(t, pair.theirs, ""), c.on(t, pair.ours, "")
		// Prometheus names itself in the text of these pages.
		mine.body = bytes.ReplaceAll(mine.body, []byte("Monitoring Server"), []byte("Prometheus Server"))
		if d := c.differ(theirs, mine); d != "" {
			t.Errorf("%s, %s:\n%s", c.route, c.path, d)
			continue
		}
		t.Logf("%-22s %-42s %d %s", c.route, c.path, theirs.status, c.how)
	}
	for _, in := range []*instance.Instance{pair.theirs, pair.ours} {
		a, err := request(t.Context(), http.MethodPost, in.URL+"/-/quit", "", nil)
		if err != nil || a.status != http.StatusOK {
			t.Errorf("POST /-/quit: %d %v", a.status, err)
		}
		select {
		case <-in.Done():
		case <-time.After(30 * time.Second):
			t.Error("runs on after /-/quit")
		}
	}
}

func (c call) on(t *testing.T, in *instance.Instance, prefix string) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	method, _, _ := strings.Cut(c.route, " ")
	to := in.URL + prefix + c.path
	if strings.HasSuffix(c.path, "/live") {
		return openStream(t, ctx, to)
	}
	a, err := request(ctx, method, to, c.kind, strings.NewReader(c.body))
	if err != nil {
		t.Fatalf("%s %s: %v", method, c.path, err)
	}
	return a
}

// openStream reads the header of an answer that does not end.
func openStream(t *testing.T, ctx context.Context, to string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return answer{status: resp.StatusCode, kind: resp.Header.Get("Content-Type")}
}

// differ says in what two answers differ, "" if in nothing that counts.
func (c call) differ(theirs, mine answer) string {
	if theirs.status == mine.status && c.how == code {
		return ""
	}
	if theirs.status != mine.status || theirs.kind != mine.kind {
		return fmt.Sprintf("prometheus: %d %s %.300s\nours:       %d %s %.300s",
			theirs.status, theirs.kind, theirs.body, mine.status, mine.kind, mine.body)
	}
	if c.how == status || bytes.Equal(theirs.body, mine.body) {
		return ""
	}
	x, errX := decode(theirs.body)
	y, errY := decode(mine.body)
	if c.but != "" && errX == nil && errY == nil {
		for _, v := range []any{x, y} {
			delete(v.(map[string]any)["data"].(map[string]any), c.but)
		}
	}
	var a, b string
	switch {
	case errX != nil && errY != nil && c.how == shaped && strings.HasPrefix(theirs.kind, "text/plain"):
		a, b = textShape(theirs.body), textShape(mine.body)
	case errX != nil || errY != nil:
		a, b = string(theirs.body), string(mine.body)
	case c.how == shaped:
		a, b = shape(x, c.free...), shape(y, c.free...)
	default:
		a, b = unordered(x), unordered(y)
	}
	if a == b {
		return ""
	}
	// What precedes the difference only hides it.
	from := 0
	for from < min(len(a), len(b)) && a[from] == b[from] {
		from++
	}
	from = max(0, from-40)
	return fmt.Sprintf("prometheus: …%.700s\nours:       …%.700s", a[from:], b[from:])
}

// textShape keeps the first word of each line, because values and times differ,
// and sorts the labels, whose order means nothing.
func textShape(body []byte) string {
	var out []string
	for line := range strings.Lines(string(body)) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " ")
		name, rest, _ := strings.Cut(line, "{")
		labels := strings.Split(strings.TrimSuffix(rest, "}"), ",")
		slices.Sort(labels)
		out = append(out, name+"{"+strings.Join(labels, ",")+"}")
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
