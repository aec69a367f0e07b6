package parity

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

func webFlagGroups(t *testing.T) map[string]flagGroup {
	const protobuf = "application/x-protobuf"
	assets := t.TempDir()
	write(t, filepath.Join(assets, "hello.txt"), "hello")
	return map[string]flagGroup{
		"web": {flags: map[string]effect{
			"web.enable-admin-api":             {[]string{"--web.enable-admin-api"}, calling(http.MethodPost, "/api/v1/admin/tsdb/clean_tombstones", "", "")},
			"web.enable-lifecycle":             {[]string{"--web.enable-lifecycle"}, reloadable},
			"web.enable-remote-write-receiver": {[]string{"--web.enable-remote-write-receiver"}, calling(http.MethodPost, "/api/v1/write", protobuf, "")},
			"web.enable-otlp-receiver":         {[]string{"--web.enable-otlp-receiver"}, calling(http.MethodPost, "/api/v1/otlp/v1/metrics", "application/json", "{}")},
			"web.user-assets":                  {[]string{"--web.user-assets=" + assets}, calling(http.MethodGet, "/user/hello.txt", "", "")},
			"web.cors.origin":                  {[]string{"--web.cors.origin=https?://home[.]example"}, allowedOrigin},
			"web.read-timeout":                 {[]string{"--web.read-timeout=1s"}, patience},
			"web.max-notifications-subscribers": {
				[]string{"--web.max-notifications-subscribers=1"}, secondSubscriber,
			},
			"web.listen-address": {[]string{"--web.listen-address={addr2}"}, secondAddress},
		}},
		"connections": {flags: map[string]effect{
			"web.max-connections": {[]string{"--web.max-connections=3"}, connections},
		}},
		"receiver": {always: []string{"--web.enable-remote-write-receiver"}, flags: map[string]effect{
			"web.remote-write-receiver.accepted-protobuf-messages": {
				[]string{"--web.remote-write-receiver.accepted-protobuf-messages=io.prometheus.write.v2.Request"},
				func(t *testing.T, s site) any { return push(t, s.Instance, "first_version", time.Now(), 1).status },
			},
		}},
		// Upstream's search panics where there is nothing to search.
		"search": {always: []string{"--enable-feature=search-api", "--web.enable-remote-write-receiver"}, prepare: pushFew, flags: map[string]effect{
			"web.search.max-limit": {[]string{"--web.search.max-limit=5"}, calling(http.MethodGet, "/api/v1/search/metric_names?limit=100", "", "")},
		}},
	}
}

// reloadable leaves out what the servers say about a reload.
func reloadable(t *testing.T, s site) any {
	status, _, _ := strings.Cut(s.call(t, http.MethodPost, "/-/reload", "", ""), " ")
	return status
}

func allowedOrigin(t *testing.T, s site) any {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/v1/query?query=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	var allowed []string
	for _, origin := range []string{"http://home.example", "http://elsewhere.example"} {
		req.Header.Set("Origin", origin)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		allowed = append(allowed, resp.Header.Get("Access-Control-Allow-Origin"))
	}
	return allowed
}

// patience says whether the server goes on waiting for a body that does not come.
func patience(t *testing.T, s site) any {
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("POST /api/v1/query HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(8 * time.Second)); err != nil {
		t.Fatal(err)
	}
	_, err = bufio.NewReader(conn).ReadByte()
	ne, ok := err.(net.Error)
	return ok && ne.Timeout()
}

// secondSubscriber is the status of the second of two streams at a time.
func secondSubscriber(t *testing.T, s site) any {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var status int
	for range 2 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/api/v1/notifications/live", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		status = resp.StatusCode
	}
	return status
}

func secondAddress(t *testing.T, s site) any {
	resp, err := http.Get("http://" + s.Addr2 + "/-/healthy")
	if err != nil {
		return "nobody listens"
	}
	resp.Body.Close()
	return resp.StatusCode
}

// connections is how many of five connections at a time are served.
func connections(t *testing.T, s site) any {
	http.DefaultClient.CloseIdleConnections() // those that asked whether it is ready
	served := 0
	deadline := time.Now().Add(5 * time.Second) // those that are served on a busy machine as well
	for range 5 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Write([]byte("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		if err := conn.SetReadDeadline(deadline); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(conn).ReadByte(); err == nil {
			served++
		}
	}
	return served
}

// TestDroppedTargets gives both a job that drops 150 targets. By default ours
// keeps 100 of them for the API, and all if asked to, as Prometheus does.
func TestDroppedTargets(t *testing.T) {
	t.Parallel()
	targets := make([]string, 150)
	for i := range targets {
		targets[i] = "127.0.0.1:" + string(rune('1'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10))
	}
	config := inline(
		"scrape_configs:",
		"- job_name: dropped",
		"  static_configs: [{targets: ['"+strings.Join(targets, "','")+"']}]",
		"  relabel_configs: [{action: drop}]",
	)
	for _, c := range []struct {
		s    side
		args []string
		want int
	}{
		{upstream(), nil, 150}, {ours(), nil, 100}, {ours(), []string{"--scrape.keep-dropped-targets=0"}, 150},
	} {
		in := start(t, c.s, server{config: config, args: c.args})
		count := func(ctx context.Context) int { return dropped(ctx, in) }
		if !within(t, 20*time.Second, func(ctx context.Context) bool { return count(ctx) == c.want }) {
			t.Errorf("%s %v keeps %d dropped targets, want %d", c.s.name, c.args, count(t.Context()), c.want)
		}
	}
}

func dropped(ctx context.Context, in *instance.Instance) int {
	data, err := askErr(ctx, in, "targets", params("state", "dropped"))
	if err != nil {
		return -1
	}
	list, _ := data.(map[string]any)["droppedTargets"].([]any)
	return len(list)
}
